import type { Socket } from 'node:net';
import type { Attribution } from '../../orchestrator/contract/capture.ts';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import { createCanaryBook, type CanaryBook } from './canary.ts';
import { AppConnection } from './connection.ts';
import type { Decryptor } from './decryptor.ts';
import type { Egress } from './egress/egress.ts';
import type { Journal } from './journal.ts';
import type { LeafMaker } from './leaf.ts';
import { listen, type Listener } from './listener.ts';
import type { PinBook } from './pins.ts';
import { sweepMeters } from './relay.ts';
import { treat } from './treat.ts';

/** What the treatment of a connection may use. */
export interface FrontParts {
  readonly journal: Journal;
  readonly decryptor: Decryptor;
  readonly egress: Egress;
  readonly leaves: LeafMaker;
  readonly pins: PinBook;
  readonly canaries: CanaryBook;
  /** How sure it is that a connection without CONNECT is the app's: certain where its uid alone is redirected here. */
  readonly attribution: Attribution;
  readonly redactQuery: boolean;
  /** Host milliseconds of silence after which a server is taken to speak first. */
  readonly silenceMs: number;
  readonly signal: AbortSignal;
}

/** The one listening socket. It owns every connection of the app until its end. */
export interface SessionFront extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly open: number;
}

export interface FrontOptions extends Omit<FrontParts, 'signal' | 'canaries'> {
  readonly canaries?: CanaryBook;
  readonly host: string;
  readonly port: number;
  readonly mostConnections: number;
  readonly createServer?: Parameters<typeof listen>[0]['createServer'];
}

const SWEEP_HOST_MS = 100;

export async function openFront(options: FrontOptions): Promise<SessionFront> {
  const { journal } = options;
  const ending = new AbortController();
  const parts: FrontParts = { ...options, canaries: options.canaries ?? createCanaryBook(), signal: ending.signal };
  const connections = new Set<AppConnection>();
  let lastId = 0;
  let downSinceMs: number | null = null;

  const accept = (raw: Socket): void => {
    raw.on('error', ignoreSocketError);
    if (connections.size >= options.mostConnections) {
      journal.gaps.note('capture-bounded', { because: `more than ${options.mostConnections} connections at once` });
      raw.destroy();
      return;
    }
    lastId += 1;
    const connection = new AppConnection(lastId, raw, journal, (host) => options.egress.addressOf?.(host) ?? null);
    connections.add(connection);
    void connection.ended.then(() => connections.delete(connection));
    treat(connection, parts).catch((error: unknown) => {
      // One connection's trouble is its own: it ends, its record says why, the next one is served.
      connection.fail(reasonOf(error));
      raw.destroy();
    });
  };

  const listener: Listener = await listen({
    host: options.host,
    port: options.port,
    onConnection: accept,
    onDown: () => (downSinceMs = journal.clock.nowMs()),
    onUp: () => {
      journal.gaps.note('proxy-down', {
        because: 'the proxy stopped listening and was started again',
        fromMs: downSinceMs ?? journal.clock.nowMs(),
      });
      downSinceMs = null;
    },
    ...(options.createServer ? { createServer: options.createServer } : {}),
  });
  const sweeping = setInterval(sweepMeters, SWEEP_HOST_MS);
  sweeping.unref();

  return {
    host: listener.host,
    port: listener.port,
    get open() {
      return connections.size;
    },
    async [Symbol.asyncDispose]() {
      clearInterval(sweeping);
      ending.abort(new Fault('cancelled', 'the capture was closed'));
      const listenerClosed = listener[Symbol.asyncDispose](); // which waits for the connections below
      if (downSinceMs !== null) {
        journal.gaps.note('proxy-down', { because: 'the proxy stopped listening', fromMs: downSinceMs });
      }
      const left = [...connections];
      for (const connection of left) connection.raw.destroy();
      await Promise.all(left.map((connection) => connection.ended));
      await listenerClosed;
    },
  };
}

function ignoreSocketError(): void {
  // 'close' follows, and with it the connection's record
}

function reasonOf(error: unknown): string {
  if (error instanceof Fault) return printable(error.detail, 120);
  return printable(String((error as NodeJS.ErrnoException).code ?? (error as Error).message), 120);
}
