import type { CaptureRecord, PhaseName } from '../orchestrator/contract/capture.ts';
import type { LiveSession, SubmissionEvent } from '../orchestrator/contract/event.ts';
import { Progress } from '../orchestrator/contract/job.ts';

/** What happens in a stage, gathered for those who watch, and handed on in batches. Nothing of it is evidence. */
export interface LiveReport extends AsyncDisposable {
  /** Of reports within one batch the last of each phase is kept. */
  progress(progress: Progress): void;
  /** A record of the capture as it is written: its sessions are shown. */
  record(record: CaptureRecord): void;
  /** Anything else, such as a screen. */
  tell(event: SubmissionEvent): void;
  /** Hands on what is gathered so far; never throws. */
  flush(): Promise<void>;
}

export interface LiveOptions {
  readonly append: (events: SubmissionEvent[]) => Promise<void>;
  /** Told of a batch that could not be handed on; the next one is tried all the same. */
  readonly failed: (error: unknown) => void;
  readonly everyMs?: number;
  readonly nowMs?: () => number;
}

const EVERY_MS = 1000;
/** More sessions in a second than a person can read are counted only. */
const MOST_SESSIONS = 40;
/** While nothing but the time left changes, an hour is told of in some three hundred words, and a minute in sixty. */
const TICKS_LEFT = 60;
const LONGEST_TICK_MS = 30_000;
/** Other events are a few in a second; more than this waits only where the ledger does not answer. */
const MOST_WAITING = 200;

export function reportLive(options: LiveOptions): LiveReport {
  const { append, failed, everyMs = EVERY_MS, nowMs = Date.now } = options;
  let told: SubmissionEvent[] = [];
  let sessions: LiveSession[] = [];
  let dropped = 0;
  let phase: PhaseName | null = null;
  let timer: NodeJS.Timeout | null = null;
  let tick: { readonly step: string; readonly nextAtMs: number } | null = null;
  let handing: Promise<void> = Promise.resolve();

  function schedule(): void {
    timer ??= setTimeout(() => void flush(), everyMs); // it cannot reject: every failure is handed to `failed`
  }

  function add(event: SubmissionEvent): void {
    if (told.length < MOST_WAITING) told.push(event);
    schedule();
  }

  async function hand(): Promise<void> {
    const events = told;
    if (sessions.length > 0 || dropped > 0) events.push({ type: 'sessions', sessions, dropped });
    told = [];
    sessions = [];
    dropped = 0;
    if (events.length > 0) await append(events).catch(failed);
  }

  function flush(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    handing = handing.then(hand);
    return handing;
  }

  return {
    progress(progress) {
      const event = { type: 'progress', progress: Progress.parse(progress) } as const;
      const { stage, step, done, secondsLeft } = event.progress;
      const name = `${stage} ${step}`;
      const isTick = secondsLeft !== null && done !== 1 && tick?.step === name;
      if (isTick && tick !== null && nowMs() < tick.nextAtMs) return;
      const tickMs = Math.min(LONGEST_TICK_MS, Math.max(everyMs, ((secondsLeft ?? 0) * 1000) / TICKS_LEFT));
      // Ticks come about every second, and not to the millisecond.
      tick = { step: name, nextAtMs: nowMs() + tickMs - everyMs / 2 };
      const last = told.at(-1);
      const replaces = last?.type === 'progress' && (last.progress.phase ?? null) === event.progress.phase;
      if (replaces) told.pop();
      add(event);
    },
    record(record) {
      if (record.type === 'phase') phase = record.phase;
      if (record.type !== 'session') return;
      if (sessions.length < MOST_SESSIONS) sessions.push(shown(record, phase));
      else dropped += 1;
      schedule();
    },
    tell: add,
    flush,
    [Symbol.asyncDispose]: flush,
  };
}

/** The fields that people are shown: a record may hold more, and host names are the app's to choose. */
function shown(record: Extract<CaptureRecord, { type: 'session' }>, phase: PhaseName | null): LiveSession {
  const { startMs, endMs, destination, protocol, upBytes, downBytes, attribution } = record;
  const { host, port } = destination;
  return { startMs, endMs, destination: { host, port }, protocol, upBytes, downBytes, attribution, phase };
}
