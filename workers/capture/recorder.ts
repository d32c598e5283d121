import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { CaptureRecord } from '../../orchestrator/contract/capture.ts';
import { Fault } from '../../orchestrator/contract/fault.ts';
import type { SessionClock } from './clock.ts';

/** Numbers for a progress line. */
export interface CaptureCounts {
  readonly sessions: number;
  readonly connections: number;
  readonly pushes: number;
  readonly gaps: number;
  /** Records left out because the limit was reached; the capture's last gap says so too. */
  readonly dropped: number;
}

/** The only writer of capture.ndjson. */
export interface Recorder extends AsyncDisposable {
  readonly path: string;
  /**
   * Appends one record. Throws Fault 'contract-broken' for a record that is not of the agreed form, and a fault that
   * the disk caused earlier. Never waits: lines are written in the order of the calls.
   */
  write(record: CaptureRecord): void;
  counts(): CaptureCounts;
  /** Called after each record that was kept; returns its own removal. */
  onRecord(listener: (record: CaptureRecord) => void): () => void;
  /** Writes what was dropped and the end record, syncs to disk and closes. Throws 'disk-full' or 'internal'. */
  close(): Promise<void>;
}

/** The start record without its type. Further fields may be added; a reader keeps what it does not know. */
export interface CaptureStart {
  readonly package: string;
  readonly windowMs: number;
  readonly device: {
    readonly kind: 'simulated' | 'emulator' | 'physical' | 'unknown';
    readonly serial?: string;
    readonly apiLevel?: number;
    readonly clockRate?: number;
  };
  readonly uid?: number;
  readonly startedAt?: string;
}

export interface RecorderOptions {
  readonly directory: string;
  /** The first line. `type` is added. */
  readonly start: CaptureStart;
  readonly clock: SessionClock;
  readonly signal: AbortSignal;
  /** Sessions, connections and events kept; phases, pushes, states and gaps are always kept. */
  readonly recordLimit?: number;
}

/** Kinds that an app can multiply at will; all others are bounded by who writes them. */
const BOUNDED: ReadonlySet<CaptureRecord['type']> = new Set(['session', 'connection', 'event']);

export async function openRecorder(options: RecorderOptions): Promise<Recorder> {
  options.signal.throwIfAborted();
  await mkdir(options.directory, { recursive: true });
  const path = join(options.directory, 'capture.ndjson');
  const file = await open(path, 'wx');
  const recorder = new FileRecorder(path, file, options.clock, options.recordLimit ?? 250_000);
  recorder.write({ type: 'start', ...options.start });
  return recorder;
}

class FileRecorder implements Recorder {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #clock: SessionClock;
  readonly #recordLimit: number;
  readonly #listeners = new Set<(record: CaptureRecord) => void>();
  readonly #count = { sessions: 0, connections: 0, pushes: 0, gaps: 0, dropped: 0 };
  readonly #lost = { fromMs: 0, upBytes: 0, downBytes: 0 };
  #bounded = 0;
  #waiting: string[] = [];
  #writing: Promise<void> | null = null;
  #fault: Fault | null = null;
  #closing: Promise<void> | null = null;

  constructor(path: string, file: FileHandle, clock: SessionClock, recordLimit: number) {
    this.path = path;
    this.#file = file;
    this.#clock = clock;
    this.#recordLimit = recordLimit;
  }

  write(record: CaptureRecord): void {
    if (this.#fault) throw this.#fault;
    if (this.#closing) throw new Fault('internal', `a ${record.type} record came after the capture was closed`);
    this.#append(record);
  }

  counts(): CaptureCounts {
    return { ...this.#count };
  }

  onRecord(listener: (record: CaptureRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #append(record: CaptureRecord): void {
    const parsed = CaptureRecord.safeParse(record);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      const where = issue ? `${issue.path.join('.')}: ${issue.message}` : 'unknown';
      throw new Fault('contract-broken', `a ${String(record.type)} record is not valid (${where})`);
    }
    if (BOUNDED.has(record.type)) {
      if (this.#bounded >= this.#recordLimit) {
        this.#drop(record);
        return;
      }
      this.#bounded += 1;
    }
    if (record.type === 'session') this.#count.sessions += 1;
    if (record.type === 'connection') this.#count.connections += 1;
    if (record.type === 'push') this.#count.pushes += 1;
    if (record.type === 'gap') this.#count.gaps += 1;
    this.#waiting.push(`${JSON.stringify(parsed.data)}\n`);
    this.#writing ??= this.#drain();
    for (const listener of this.#listeners) listener(record);
  }

  #drop(record: CaptureRecord): void {
    if (this.#count.dropped === 0) this.#lost.fromMs = this.#clock.nowMs();
    this.#count.dropped += 1;
    if (record.type !== 'session') return;
    this.#lost.upBytes += record.upBytes;
    this.#lost.downBytes += record.downBytes;
  }

  async #drain(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const lines = this.#waiting.join('');
        this.#waiting = [];
        await this.#file.appendFile(lines);
      }
    } catch (error) {
      const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
      this.#fault = new Fault(full ? 'disk-full' : 'internal', 'capture.ndjson could not be written', { cause: error });
      this.#waiting = [];
    } finally {
      this.#writing = null;
    }
  }

  async #finish(): Promise<void> {
    const endMs = this.#clock.nowMs();
    if (!this.#fault && this.#count.dropped > 0) {
      const because = `${this.#count.dropped} records above the limit of ${this.#recordLimit} were counted, not kept`;
      this.#append({
        type: 'gap',
        kind: 'capture-bounded',
        ...this.#lost,
        toMs: Math.max(endMs, this.#lost.fromMs),
        count: this.#count.dropped,
        because,
      });
    }
    if (!this.#fault) this.#append({ type: 'end', atMs: endMs });
    try {
      while (this.#writing) await this.#writing;
      await this.#file.sync();
    } finally {
      await this.#file.close();
    }
    if (this.#fault) throw this.#fault;
  }
}
