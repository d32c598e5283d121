import type { SessionClock } from './clock.ts';
import type { Journal } from './journal.ts';
import { keepPolling } from './polling.ts';

/**
 * Watches the rule that refuses QUIC (UDP 443) to the app. A refusal is an answer, so apps fall back to TCP, where they
 * are read; but that they tried, how often and when, is cadence too, and is recorded as gaps.
 */
export interface QuicWatch extends AsyncDisposable {
  poll(): Promise<void>;
  readonly refused: number;
  close(): Promise<void>;
}

export interface QuicWatchOptions {
  /** `iptables -t filter -L CHAIN -n -v -x`, or the packet count itself. */
  readonly readCounters: (signal: AbortSignal) => Promise<string | number>;
  readonly clock: SessionClock;
  readonly everyDeviceMs?: number;
  readonly journal: Journal;
  readonly signal: AbortSignal;
}

const DEFAULT_EVERY_MS = 10_000;
const LEAST_HOST_MS = 250;

export function watchQuic(options: QuicWatchOptions): QuicWatch {
  const { clock, journal } = options;
  const ending = new AbortController();
  const signal = AbortSignal.any([options.signal, ending.signal]);
  const everyMs = Math.max(options.everyDeviceMs ?? DEFAULT_EVERY_MS, LEAST_HOST_MS * clock.rate);
  let last: { readonly atMs: number; readonly packets: number; readonly bytes: number } | null = null;
  let refused = 0;

  const look = async (): Promise<void> => {
    const reading = ending.signal.aborted ? options.signal : signal;
    let answer: string | number;
    try {
      answer = await options.readCounters(reading);
    } catch {
      return; // the handset did not answer: the counters keep what this look would have shown
    }
    const now = {
      atMs: clock.nowMs(),
      ...(typeof answer === 'number' ? { packets: answer, bytes: 0 } : readQuicCounters(answer)),
    };
    // Counters start again from zero when the rule is made anew.
    const before = last && last.packets <= now.packets ? last : { atMs: last?.atMs ?? 0, packets: 0, bytes: 0 };
    last = now;
    const count = now.packets - before.packets;
    if (count === 0) return;
    refused += count;
    journal.write({
      type: 'gap',
      kind: 'quic-refused',
      fromMs: Math.min(before.atMs, now.atMs),
      toMs: now.atMs,
      count,
      upBytes: Math.max(0, now.bytes - before.bytes),
      because: 'the app tried QUIC, which was refused so that it falls back to what can be read',
    });
  };

  const { poll, close } = keepPolling({ look, everyDeviceMs: everyMs, clock, signal: options.signal, ending });
  return {
    poll,
    close,
    [Symbol.asyncDispose]: close,
    get refused() {
      return refused;
    },
  };
}

/** Packets and bytes of all rules that refuse UDP 443, from `iptables -L -n -v -x` (iptables(8)). Linear, bounded. */
export function readQuicCounters(text: string): { readonly packets: number; readonly bytes: number } {
  let packets = 0;
  let bytes = 0;
  for (const line of text.slice(0, 1_000_000).split('\n', 10_000)) {
    const fields = line.trim().split(/\s+/, 20);
    const refuses = fields[2] === 'REJECT' || fields[2] === 'DROP';
    const isUdp = fields[3] === 'udp' || fields[3] === '17';
    if (!refuses || !isUdp || !fields.some((field) => field === 'dpt:443')) continue;
    packets += countOf(fields[0]);
    bytes += countOf(fields[1]);
  }
  return { packets, bytes };
}

function countOf(text: string | undefined): number {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : 0;
}
