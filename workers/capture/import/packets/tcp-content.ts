import type { Protocol } from '../../../../orchestrator/contract/capture.ts';
import { recordedPath } from '../../exchange.ts';
import type { ClientHello } from '../../hello.ts';
import { readAuthority, shownHost, type HostAndPort } from '../../host.ts';
import { recognise } from '../../opening.ts';
import { absoluteForm, type RequestHead } from '../../request-head.ts';
import type { Budget } from './budget.ts';
import type { Request } from './bursts.ts';
import { TlsMeter } from './tls-meter.ts';
import { looksLikeRecord } from './tls-records.ts';

/** A head or hello that is longer is not waited for. */
const MOST_OPENING_BYTES = 16_384;
/** It is looked at again with each segment that comes: one that comes in crumbs is not waited for either. */
const MOST_PIECES = 64;
/** As much of a request line as is looked at: what is kept of it is shorter. */
const REQUEST_LINE_BYTES = 256;

/** What the bytes of one TCP connection turn out to be, in order, as they come. */
export class TcpContent {
  protocol: Protocol = 'tcp';
  hello: ClientHello | null = null;
  tls: TlsMeter | null = null;
  /** Where a request says that it goes; of a connection to a proxy, behind the proxy. */
  host: HostAndPort | null = null;
  readonly #budget: Budget;
  #decided = false;
  /** The client's first bytes, where one segment did not hold enough of them to tell. */
  #opening: Buffer | null = null;
  #pieces = 0;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Takes bytes in order; returns how many of them are payload, behind any TLS handshake. */
  feed(up: boolean, bytes: Buffer, from: number, to: number): number {
    if (up && !this.#decided) this.#look(bytes, from, to);
    else if (!up && this.tls === null && this.protocol === 'tcp' && !this.#decided) this.#hear(bytes, from, to);
    return this.tls ? this.tls.feed(up, bytes, from, to) : to - from;
  }

  unseen(up: boolean, count: number): number {
    if (up && !this.#decided) this.#decide();
    return this.tls ? this.tls.unseen(up, count) : count;
  }

  lost(up: boolean, count: number): void {
    if (up && !this.#decided) this.#decide();
    this.tls?.lost(up, count);
  }

  /** The request at the beginning of a burst, where the connection speaks HTTP/1. */
  request(bytes: Buffer, from: number, to: number): Request | null {
    if (this.protocol !== 'http') return null;
    const text = bytes.toString('latin1', from, Math.min(to, from + REQUEST_LINE_BYTES));
    const match = /^([A-Z][A-Z-]{0,19}) ([\x21-\x7e\x80-\xff]+)(?: |$)/.exec(text);
    if (!match) return null;
    const target = match[2]!;
    return { method: match[1]!, path: recordedPath(absoluteForm(target)?.path ?? target, true) };
  }

  end(): void {
    this.tls?.end();
    this.#decide();
  }

  #look(bytes: Buffer, from: number, to: number): void {
    if (this.#opening === null && this.tls === null && looksLikeRecord(bytes, from, to)) {
      this.tls = new TlsMeter(this.#budget);
      this.protocol = 'tls';
      // Anything but a handshake record: the connection was under way before the capture began.
      if (bytes[from] !== 0x16) return this.#decide();
    }
    const piece = bytes.subarray(from, to);
    const seen = this.#opening ? Buffer.concat([this.#opening, piece]) : piece;
    const opening = recognise(seen);
    if (opening === null) {
      this.#pieces += 1;
      const tooMuch = seen.length > MOST_OPENING_BYTES || this.#pieces >= MOST_PIECES;
      if (tooMuch || !this.#budget.take(piece.length)) return this.#decide();
      this.#opening = seen === piece ? Buffer.from(piece) : seen;
      return;
    }
    if (opening.kind === 'tls') this.hello = opening.hello;
    else if (opening.kind === 'http2') this.protocol = 'h2';
    else if (opening.kind === 'http') this.#greet(opening.head);
    this.#decide();
  }

  /** The server speaks first: where it is in the midst of TLS, so is the client. */
  #hear(bytes: Buffer, from: number, to: number): void {
    if (!looksLikeRecord(bytes, from, to) || to - from < 5 || bytes[from + 1] !== 3) return;
    this.tls = new TlsMeter(this.#budget);
    this.protocol = 'tls';
    if (bytes[from] !== 0x16) this.#decide();
  }

  #greet(head: RequestHead): void {
    const webSocket = /\r\nupgrade[ \t]*:[ \t]*websocket/i.test(head.text);
    this.protocol = head.method === 'CONNECT' ? 'tcp' : webSocket ? 'ws' : 'http';
    const connect = head.method === 'CONNECT' ? readAuthority(head.target) : null;
    const absolute = absoluteForm(head.target)?.authority ?? null;
    const behindProxy = connect ?? (absolute && { ...absolute, port: absolute.port ?? 80 });
    this.host = behindProxy ?? hostOf(head.hostHeader);
  }

  #decide(): void {
    this.#decided = true;
    this.#budget.give(this.#opening?.length ?? 0);
    this.#opening = null;
  }
}

/** The Host header names the host; the port is the connection's own. */
function hostOf(header: string | null): HostAndPort | null {
  if (header === null || header === '') return null;
  return { host: readAuthority(header)?.host ?? shownHost(header), port: null };
}
