import type { CaptureRecord } from '../../../../orchestrator/contract/capture.ts';
import type { CaptureLine } from '../../../capture-reader.ts';
import { addressText } from './address.ts';
import type { Budget } from './budget.ts';
import type { Conversation } from './conversation.ts';
import { connectionOf, namedBy, sessionsOf, type TrafficLine } from './records.ts';
import { addTo, type Tally } from './tally.ts';

const MOST_CLIENTS = 1024;

export interface OutcomeOptions {
  readonly packageName: string;
  readonly uid?: number;
  /** Only connections that this address opened. */
  readonly host?: string;
}

/** Gathers the records of conversations as they end. */
export class Outcome {
  readonly #tally: Tally;
  readonly #room: Budget;
  readonly #options: OutcomeOptions;
  readonly #lines: TrafficLine[] = [];

  /** @param room records that may still be kept; what is beyond them is counted and said */
  constructor(tally: Tally, room: Budget, options: OutcomeOptions) {
    this.#tally = tally;
    this.#room = room;
    this.#options = options;
  }

  take(one: Conversation): void {
    const tally = this.#tally;
    const client = addressText(one.client);
    addTo(tally.clients, client, MOST_CLIENTS);
    if (this.#options.host !== undefined && client !== this.#options.host) {
      this.#room.give(one.bursts.seen.length);
      return;
    }
    tally.missingBytes += one.tcp?.missingBytes ?? 0;
    if ((one.tcp?.content.hello ?? one.udp?.hello)?.encryptedHello) tally.encryptedHellos += 1;
    if (namedBy(one) === 'answer') tally.namedByAnswer += 1;
    for (const line of sessionsOf(one)) this.#lines.push(line);
    if (one.bursts.dropped > 0) this.#drop(one.bursts.dropped, one.bursts.droppedFromMs);
    if (this.#room.take(1)) this.#lines.push(connectionOf(one));
    else this.#drop(1, one.startMs);
  }

  #drop(count: number, fromMs: number): void {
    const tally = this.#tally;
    tally.droppedFromMs = tally.dropped === 0 ? fromMs : Math.min(tally.droppedFromMs, fromMs);
    tally.dropped += count;
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
