import { EventEmitter } from 'node:events';
import { Fault, printable } from '../contract/fault.ts';
import { Progress, type AssessResult, type Stage } from '../contract/job.ts';
import { outcomeOf, type JobSnapshot, type Outcome } from './outcome.ts';

/** What can be seen of submissions from outside the workers. */
export interface Watch {
  /** Told by the queue: something about this submission changed. */
  readonly changed: (submission: string) => void;
  /** Told by the queue: a worker reported; what is no progress is left out. */
  readonly progressed: (submission: string, data: unknown) => void;
  readonly onProgress: (submission: string, listener: (progress: Progress) => void) => () => void;
  readonly outcome: (submission: string) => Promise<Outcome>;
  readonly waitFor: (submission: string, signal: AbortSignal) => Promise<AssessResult>;
}

/** A lost event must leave nobody waiting, so the state is also looked at now and then. */
const LOOK_EVERY_MS = 5_000;

export function watchSubmissions(
  read: (stage: Stage, submission: string) => Promise<JobSnapshot | null>,
  lookEveryMs: number = LOOK_EVERY_MS,
): Watch {
  const news = new EventEmitter().setMaxListeners(0);

  async function outcome(submission: string): Promise<Outcome> {
    const [inspect, examine, assess] = await Promise.all([
      read('inspect', submission),
      read('examine', submission),
      read('assess', submission),
    ]);
    return outcomeOf({ inspect, examine, assess });
  }

  return {
    outcome,
    changed: (submission) => void news.emit(`change ${submission}`),
    progressed(submission, data) {
      const progress = Progress.safeParse(data);
      if (progress.success) news.emit(`progress ${submission}`, progress.data);
    },
    onProgress(submission, listener) {
      news.on(`progress ${submission}`, listener);
      return () => void news.off(`progress ${submission}`, listener);
    },
    async waitFor(submission, signal) {
      for (;;) {
        signal.throwIfAborted();
        const change = nextChange(news, submission, lookEveryMs, signal);
        const seen = await outcome(submission);
        if (seen.state === 'done') return seen.result;
        if (seen.state === 'failed') throw seen.fault;
        if (seen.state === 'unknown') throw new Fault('submission-unknown', printable(submission));
        await change;
      }
    },
  };
}

/** Resolves at the next change, after a while, or when the signal is aborted; it never rejects. */
function nextChange(news: EventEmitter, submission: string, afterMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      news.off(`change ${submission}`, end);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, afterMs);
    news.on(`change ${submission}`, end);
    signal.addEventListener('abort', end, { once: true });
  });
}
