import type { CaptureRecord } from '../../../../orchestrator/contract/capture.ts';
import type { CaptureLine } from '../../../capture-reader.ts';
import { addressText } from './address.ts';
import type { Conversation } from './conversation.ts';
import { namedBy, recordsOf, type TrafficLine } from './records.ts';
import { addTo, type Tally } from './tally.ts';

/** Records that one capture may become; what comes after them is counted and said. */
const MOST_RECORDS = 1_000_000;
const MOST_CLIENTS = 1024;

export interface OutcomeOptions {
  readonly packageName: string;
  readonly uid?: number;
  /** Only connections that this address opened. */
  readonly host?: string;
  readonly mostRecords?: number;
}

/** Gathers the records of conversations as they end. */
export class Outcome {
  readonly #tally: Tally;
  readonly #options: OutcomeOptions;
  readonly #lines: TrafficLine[] = [];

  constructor(tally: Tally, options: OutcomeOptions) {
    this.#tally = tally;
    this.#options = options;
  }

  take(one: Conversation): void {
    const tally = this.#tally;
    const client = addressText(one.client);
    addTo(tally.clients, client, MOST_CLIENTS);
    if (this.#options.host !== undefined && client !== this.#options.host) return;
    tally.missingBytes += one.tcp?.missingBytes ?? 0;
    if ((one.tcp?.content.hello ?? one.udp?.hello)?.encryptedHello) tally.encryptedHellos += 1;
    if (namedBy(one) === 'answer') tally.namedByAnswer += 1;
    const lines = recordsOf(one);
    if (this.#lines.length + lines.length > (this.#options.mostRecords ?? MOST_RECORDS)) {
      tally.droppedFromMs = tally.dropped === 0 ? one.startMs : Math.min(tally.droppedFromMs, one.startMs);
      tally.dropped += lines.length;
      return;
    }
    for (const line of lines) this.#lines.push(line);
  }

  /** All records in order of time, which counts from the oldest packet. */
  end(): CaptureLine[] {
    const { earliestMs, latestMs, firstMs, dropped, droppedFromMs, lastLine } = this.#tally;
    const startedAt = dateText((firstMs ?? 0) + earliestMs);
    const lastMs = sinceMs(latestMs, earliestMs);
    const uid = this.#uid();
    const start: CaptureRecord = {
      type: 'start',
      package: this.#options.packageName,
      windowMs: lastMs,
      device: { kind: 'unknown' },
      ...(startedAt === null ? {} : { startedAt }),
      ...(uid === null ? {} : { uid }),
    };
    for (const { record } of this.#lines) {
      record.startMs = sinceMs(record.startMs, earliestMs);
      record.endMs = sinceMs(record.endMs, earliestMs);
    }
    this.#lines.sort((a, b) => a.record.startMs - b.record.startMs || a.line - b.line);
    const gap: CaptureRecord = {
      type: 'gap',
      kind: 'capture-bounded',
      fromMs: sinceMs(droppedFromMs, earliestMs),
      toMs: lastMs,
      count: dropped,
    };
    return [
      { line: 1, record: start },
      ...this.#lines,
      ...(dropped > 0 ? [{ line: lastLine, record: gap }] : []),
      { line: lastLine, record: { type: 'end', atMs: lastMs } },
    ];
  }

  /** The uid that was asked for, or the one that the capture itself names for the package. */
  #uid(): number | null {
    if (this.#options.uid !== undefined) return this.#options.uid;
    const of = [...this.#tally.apps.values()].find(({ packageName }) => packageName === this.#options.packageName);
    return of?.uid ?? null;
  }
}

/** Microseconds are the finest that captures agree on. */
function sinceMs(ms: number, earliestMs: number): number {
  return Math.round((ms - earliestMs) * 1000) / 1000;
}

/** null for times that no calendar has: a damaged or hostile file may say anything. */
function dateText(unixMs: number): string | null {
  const date = new Date(unixMs);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
