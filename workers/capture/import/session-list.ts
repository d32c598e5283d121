import type { CaptureRecord, Destination, SessionRecord } from '../../../orchestrator/contract/capture.ts';
import { Fault, printable } from '../../../orchestrator/contract/fault.ts';
import { MOST_RECORDS, type CaptureLine } from '../../capture-reader.ts';

/** A session as a log tells it: its times are milliseconds since 1970, or since whatever the log counts from. */
export type ImportedSession = SessionRecord;

export interface Origin {
  readonly packageName: string;
  /** The app's uid: sessions of others are foreign to it. */
  readonly uid?: number | undefined;
}

/** Texts beyond these are no longer shared: they are of those that hardly come twice. */
const MOST_TEXTS = 100_000;

/** The sessions of one log as they are gathered: destinations are shared, so that a session costs some 200 bytes. */
export class SessionList {
  readonly #path: string;
  readonly #destinations = new Map<string, Destination>();
  readonly #texts = new Map<string, string>();
  #lines: { line: number; record: SessionRecord }[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  get size(): number {
    return this.#lines.length;
  }

  /** @throws Fault `capture-too-large` beyond {@link MOST_RECORDS} sessions. */
  add(line: number, record: ImportedSession): void {
    if (this.#lines.length >= MOST_RECORDS) throw tooMany(this.#path);
    this.#lines.push({ line, record });
  }

  clear(): void {
    this.#lines = [];
    this.#destinations.clear();
  }

  /** The same text, kept once and apart from the line that it was cut from. */
  text(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    const own = Buffer.from(text).toString();
    if (this.#texts.size < MOST_TEXTS) this.#texts.set(own, own);
    return own;
  }

  destination(host: string, port: number): Destination {
    const key = `${port} ${host}`;
    let found = this.#destinations.get(key);
    if (found === undefined) {
      found = { host: this.text(host), port };
      this.#destinations.set(key, found);
    }
    return found;
  }

  /**
   * The records in order of time between a start and an end record. Times since 1970 are counted from the first one.
   *
   * @param lastMs where the log itself ends, if that is later than its last session
   */
  records(origin: Origin, lastMs = 0): CaptureLine[] {
    const sorted = this.#lines.sort((a, b) => a.record.startMs - b.record.startMs || a.line - b.line);
    const earliestMs = sorted[0]?.record.startMs ?? 0;
    const firstMs = isDate(earliestMs) ? earliestMs : 0;
    let endMs = Math.max(0, Math.round(lastMs - firstMs));
    for (const { record } of sorted) {
      // In place: these records are this list's own, and a second copy of a long log would be felt.
      record.startMs = Math.round(record.startMs - firstMs);
      record.endMs = Math.max(record.startMs, Math.round(record.endMs - firstMs));
      endMs = Math.max(endMs, record.endMs);
    }
    const start: CaptureRecord = {
      type: 'start',
      package: origin.packageName,
      windowMs: endMs,
      device: { kind: 'unknown' },
      ...(origin.uid === undefined ? {} : { uid: origin.uid }),
      ...(firstMs > 0 ? { startedAt: new Date(firstMs).toISOString() } : {}),
    };
    const lastLine = sorted.reduce((line, one) => Math.max(line, one.line), 1);
    const end: CaptureRecord = { type: 'end', atMs: endMs };
    this.#lines = [];
    return [{ line: 1, record: start }, ...sorted, { line: lastLine, record: end }];
  }
}

export function tooMany(path: string): Fault {
  const most = MOST_RECORDS.toLocaleString('en-US');
  return new Fault('capture-too-large', `${printable(path)}: more than ${most} sessions; judge a shorter span.`);
}

/** Three years: a smaller number of milliseconds is no time of day since 1970. */
const EPOCH_MS = 1e11;

/** True for milliseconds since 1970 that a date can say. */
function isDate(ms: number): boolean {
  return ms >= EPOCH_MS && ms <= 8.64e15;
}
