import type { Socket } from 'node:net';
import type { Attribution, ConnectionRecord, Destination, SessionRecord } from '../../orchestrator/contract/capture.ts';
import type { Burst } from './bursts.ts';
import type { ClientHello } from './hello.ts';
import { shownHost, tidyHost } from './host.ts';
import type { Journal } from './journal.ts';

export type Treatment = ConnectionRecord['treatment'];

/** A session as its maker knows it; the connection adds who and where. */
export interface SeenSession {
  readonly startMs: number;
  readonly endMs: number;
  readonly protocol: SessionRecord['protocol'];
  readonly upBytes: number;
  readonly downBytes: number;
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** Where a connection goes when nothing in it says so: the app's address and port before redirection are gone. */
export const UNNAMED = '(unnamed)';

/**
 * One connection of the app, from accept to close. It knows its destination better as bytes arrive, turns what its
 * reader saw into session records, and ends with one connection record whose byte counts are the socket's own.
 */
export class AppConnection {
  readonly id: number;
  readonly raw: Socket;
  readonly journal: Journal;
  readonly startMs: number;
  /** Settles after the connection record is written. */
  readonly ended: Promise<void>;
  attribution: Attribution = 'certain';
  treatment: Treatment = 'tunnelled';
  protocol: SessionRecord['protocol'] = 'tcp';
  failure: string | null = null;
  hello: ClientHello | null = null;
  readonly #beforeEnd: (() => void)[] = [];
  #host: string | null = null;
  #port: number | null = null;
  #wireUpTaken = 0;
  #wireDownTaken = 0;

  readonly #addressOf: (host: string) => string | null;

  /** @param addressOf the address of the server behind a host, where the run reached one. */
  constructor(id: number, raw: Socket, journal: Journal, addressOf: (host: string) => string | null = () => null) {
    this.id = id;
    this.#addressOf = addressOf;
    this.raw = raw;
    this.journal = journal;
    this.startMs = journal.clock.nowMs();
    this.ended = new Promise((resolve) => {
      raw.once('close', () => {
        // Readers of the streams above the socket hear of its end in the same turn; their sessions come first.
        setImmediate(() => {
          for (const run of this.#beforeEnd) run();
          this.#writeConnection();
          resolve();
        });
      });
    });
  }

  /** Runs when the socket has closed, before the connection record is written. */
  beforeEnd(run: () => void): void {
    this.#beforeEnd.push(run);
  }

  goesTo(host: string | null, port: number | null): void {
    this.#host = host ?? this.#host;
    this.#port = port ?? this.#port;
  }

  greetedBy(hello: ClientHello): void {
    this.hello = hello;
  }

  get host(): string | null {
    return this.#host;
  }

  get port(): number | null {
    return this.#port;
  }

  /** The server name of the hello, tidy; null where there is none or it is no name. */
  get serverName(): string | null {
    return this.hello?.serverName == null ? null : tidyHost(this.hello.serverName);
  }

  get destination(): Destination {
    const sni = this.hello?.serverName;
    const host = this.#host ?? (sni == null ? UNNAMED : shownHost(sni));
    return { host, port: this.#port ?? 0 };
  }

  fail(reason: string): void {
    this.failure ??= reason;
  }

  writeSession(seen: SeenSession): void {
    const { raw } = this;
    const wireUpBytes = raw.bytesRead - this.#wireUpTaken;
    const wireDownBytes = raw.bytesWritten - this.#wireDownTaken;
    this.#wireUpTaken += wireUpBytes;
    this.#wireDownTaken += wireDownBytes;
    this.journal.write({
      type: 'session',
      startMs: Math.min(seen.startMs, seen.endMs),
      endMs: seen.endMs,
      destination: this.destination,
      protocol: seen.protocol,
      upBytes: Math.max(0, seen.upBytes),
      downBytes: Math.max(0, seen.downBytes),
      attribution: this.attribution,
      forced: this.journal.forced,
      connection: this.id,
      wireUpBytes: Math.max(0, wireUpBytes),
      wireDownBytes: Math.max(0, wireDownBytes),
      ...this.#serverFields(),
      ...this.#helloFields(),
      ...seen.extra,
    });
  }

  writeBurst(burst: Burst, protocol: SessionRecord['protocol']): void {
    const { turns, ...sums } = burst;
    this.writeSession({ ...sums, protocol, extra: { turns } });
  }

  #writeConnection(): void {
    this.journal.write({
      type: 'connection',
      connection: this.id,
      startMs: this.startMs,
      endMs: Math.max(this.startMs, this.journal.clock.nowMs()),
      destination: this.destination,
      protocol: this.protocol,
      wireUpBytes: this.raw.bytesRead,
      wireDownBytes: this.raw.bytesWritten,
      treatment: this.treatment,
      ...this.#serverFields(),
      ...this.#helloFields(),
      ...(this.failure === null ? {} : { failure: this.failure }),
    });
  }

  #serverFields(): { address?: string } {
    const address = this.#host === null ? null : this.#addressOf(this.#host);
    return address === null ? {} : { address };
  }

  #helloFields(): Partial<Pick<SessionRecord, 'sni' | 'alpn' | 'ja4'>> {
    if (!this.hello) return {};
    const { serverName, alpn, ja4 } = this.hello;
    const sni = serverName === null ? {} : { sni: this.serverName ?? shownHost(serverName) };
    return { ...sni, ...(alpn.length > 0 ? { alpn: alpn.map((name) => shown(name)) } : {}), ja4 };
  }
}

function shown(alpn: string): string {
  return /^[\x21-\x7e]{1,64}$/.test(alpn) ? alpn : shownHost(alpn);
}
