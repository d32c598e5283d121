import type { Duplex } from 'node:stream';

/** Where the far end of an app's connections is: inside this process (sealed), or on the network (live). */
export interface Egress extends AsyncDisposable {
  readonly mode: 'sealed' | 'live';
  /**
   * A stream that speaks HTTP in the clear to the destination: TLS, where `secure`, is done underneath. Rejects with a
   * Fault 'proxy-failed' where the destination is refused or does not answer.
   */
  connect(target: EgressTarget, signal: AbortSignal): Promise<Upstream>;
  /** A plain TCP stream for what is not read; null where there is nothing behind it, as in a sealed run. */
  tunnel(target: EgressTarget, signal: AbortSignal): Promise<Duplex | null>;
  /** The address that a host was reached at in this run; null where it was not. Absent where there is no network. */
  addressOf?(host: string): string | null;
}

export interface EgressTarget {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  /** What the app offered; the answer is one of them. */
  readonly alpn: readonly string[];
}

export interface Upstream {
  readonly stream: Duplex;
  /** The protocol that the far end chose; null where none was negotiated. */
  readonly alpn: string | null;
}
