import type { Socket } from 'node:net';
import type { AppConnection } from './connection.ts';
import type { HostAndPort } from './host.ts';
import type { UpstreamAgent } from './upstream-agent.ts';

/** A stream of the app that carries HTTP in the clear: plain from the start, or after interception. */
export interface ReadableConnection {
  readonly stream: Socket;
  readonly connection: AppConnection;
  /** True where it came out of TLS. */
  readonly secure: boolean;
  readonly agent: UpstreamAgent;
  /** Whom the connection was made to, where TLS or CONNECT say so; else each request names its own. */
  readonly target: HostAndPort | null;
  /** Bytes of the stream that were no part of HTTP with the destination, such as a CONNECT. */
  readonly skippedUpBytes: number;
  readonly skippedDownBytes: number;
  readonly redactQuery: boolean;
  /** True where a request must name a destination to be answered: nothing can be dialled without one. */
  readonly needsName: boolean;
  /** The app has sent a request. */
  readonly onUsed: () => void;
}

/** Reads HTTP/1.1, answers from the egress, and writes a session record for each exchange. It listens nowhere. */
export interface Decryptor extends AsyncDisposable {
  readonly name: string;
  readonly version: string;
  accept(readable: ReadableConnection): void;
}
