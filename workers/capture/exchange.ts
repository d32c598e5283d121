import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import type { IContext } from 'http-mitm-proxy';
import { printable } from '../../orchestrator/contract/fault.ts';
import type { ReadableConnection } from './decryptor.ts';
import { destinationOf } from './destination.ts';
import { endToEnd } from './raw-headers.ts';

/** One request and its response. */
export class Exchange {
  readonly readable: ReadableConnection;
  readonly request: IncomingMessage;
  readonly path: string;
  readonly target: { readonly host: string; readonly port: number };
  readonly refused: boolean;
  context: IContext | null = null;
  readonly #response: ServerResponse;
  readonly #startMs: number;
  #failure: string | null = null;

  constructor(accepted: Accepted, request: IncomingMessage, response: ServerResponse) {
    const { readable, share } = accepted;
    const { connection } = readable;
    this.readable = readable;
    this.request = request;
    this.#response = response;
    this.#startMs = connection.journal.clock.nowMs();
    const to = destinationOf(readable, request);
    this.path = to.path;
    this.target = { host: to.host ?? 'unnamed.invalid', port: to.port };
    this.refused = to.host === null && readable.needsName;
    request.url = to.path; // the library would take an absolute form apart, and its port with Number()
    request.headers.host = 'unread.invalid'; // the library parses this; what the app sent goes on from rawHeaders
    response.sendDate = false;
    response.once('close', () => {
      const finished = response.writableFinished;
      if (!finished) this.context?.proxyToServerRequest?.destroy(); // the app left: so does its server's side
      connection.writeSession({
        startMs: this.#startMs,
        endMs: connection.journal.clock.nowMs(),
        protocol: readable.secure ? 'https' : 'http',
        ...share.take(),
        extra: {
          destination: to.destination,
          method: printable(request.method ?? '', 20),
          path: recordedPath(to.path, readable.redactQuery),
          ...(response.headersSent ? { status: response.statusCode } : {}),
          ...(to.hostHeader === null ? {} : { hostHeader: to.hostHeader }),
          ...(finished ? {} : { failure: this.#failure ?? 'the app closed before the response ended' }),
        },
      });
    });
    if (this.refused) this.fail(new Error('the request names no destination'));
  }

  fail(error: unknown): void {
    this.#failure ??= printable(String((error as NodeJS.ErrnoException).code ?? (error as Error).message), 100);
    this.#response.socket?.destroy(); // a proxy's error page would be nothing the server ever said
  }

  deliver(): void {
    const from = this.context?.serverToProxyResponse;
    if (!from) return;
    const response = this.#response;
    response.writeHead(from.statusCode ?? 502, from.statusMessage, endToEnd(from.rawHeaders));
    if (from.headers.connection?.toLowerCase() === 'close') response.shouldKeepAlive = false;
    from.once('end', () => {
      if (from.rawTrailers.length > 0) response.addTrailers(pairs(from.rawTrailers));
    });
    pipeline(from, response, (error) => {
      if (error) this.fail(error);
    });
  }
}

function pairs(flat: readonly string[]): [string, string][] {
  const out: [string, string][] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) out.push([flat[at] ?? '', flat[at + 1] ?? '']);
  return out;
}

/** A stream that was given to the decryptor, with the count of its bytes. */
export interface Accepted {
  readonly readable: ReadableConnection;
  readonly share: ByteShare;
}

/** Bytes of a readable stream since they were last taken: the shares of its exchanges sum up to its total. */
export interface ByteShare {
  take(): { readonly upBytes: number; readonly downBytes: number };
}

export function shareBytes(readable: ReadableConnection): ByteShare {
  let upTaken = readable.skippedUpBytes;
  let downTaken = readable.skippedDownBytes;
  return {
    take() {
      const upBytes = Math.max(0, readable.stream.bytesRead - upTaken);
      const downBytes = Math.max(0, readable.stream.bytesWritten - downTaken);
      upTaken += upBytes;
      downTaken += downBytes;
      return { upBytes, downBytes };
    },
  };
}

/** A path as it is recorded: queries hold tokens and identifiers, so they are left out unless asked for. */
export function recordedPath(target: string, redactQuery: boolean): string {
  const query = target.indexOf('?');
  return printable(query >= 0 && redactQuery ? `${target.slice(0, query)}?…` : target, 300);
}
