import type { Protocol } from '../../../orchestrator/contract/capture.ts';
import { counted, countedAre } from './counted.ts';

/** In a connection, a payload after this much silence begins a new session; so says the recorder of bursts too. */
const BURST_MS = 1_000;

/** A connection that lasts longer may hold a rhythm of its own, which a log of connections does not show. */
const LONG_MS = 300_000;

/**
 * A log of connections tells when each began and ended, and not when something was said in between. So a connection is
 * a session at its beginning, of one burst at most: taken at full length, idle connections would run into each other,
 * and the beats with them. RITA and BAYWATCH count beginnings too.
 */
export function burstEndMs(startMs: number, endMs: number): number {
  return Math.min(endMs, startMs + BURST_MS);
}

/** What a log of connections says of all its sessions alike, and how many of them were long. */
export class ConnectionLog {
  lastMs = 0;
  #long = 0;
  #withoutBytes = 0;
  #otherTransport = 0;

  seen(startMs: number, endMs: number, bytesKnown: boolean): void {
    this.lastMs = Math.max(this.lastMs, endMs);
    if (endMs - startMs > LONG_MS) this.#long += 1;
    if (!bytesKnown) this.#withoutBytes += 1;
  }

  /** A connection that is neither TCP nor UDP: ICMP mostly. */
  passedOver(): void {
    this.#otherTransport += 1;
  }

  notes(): string[] {
    const notes = ['A log of connections holds no content: each connection counts as one session at its beginning.'];
    if (this.#long > 0) {
      const lasted = `${counted(this.#long, 'connection')} lasted`;
      notes.push(`${lasted} longer than 5 min: what beat inside, such a log does not show.`);
    }
    if (this.#withoutBytes > 0) {
      const are = countedAre(this.#withoutBytes, 'connection');
      notes.push(`${are} without byte counts in the log, and taken as 0 bytes.`);
    }
    if (this.#otherTransport > 0) {
      notes.push(`${countedAre(this.#otherTransport, 'row')} neither TCP nor UDP (ICMP, mostly), and left out.`);
    }
    return notes;
  }
}

/** What a log calls the service of a connection, as a protocol. Nothing was read, so HTTP in the clear is TCP. */
export function protocolOf(service: string, transport: 'tcp' | 'udp'): Protocol {
  if (/quic/i.test(service)) return 'quic';
  if (/ssl|tls|https/i.test(service)) return transport === 'udp' ? 'quic' : 'tls';
  return transport;
}
