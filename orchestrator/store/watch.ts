import { EventEmitter } from 'node:events';
import { Fault, printable } from '../contract/fault.ts';
import { Progress, type AssessResult } from '../contract/job.ts';
import type { Outcome } from './outcome.ts';

/** What can be seen of submissions from outside the workers. */
export interface Watch {
  /** Told by the queue: something about this submission changed. */
  readonly changed: (submission: string) => void;
  /** Told by the queue: a worker reported, as JSON; what is no progress is left out. */
  readonly progressed: (submission: string, json: string) => void;
  readonly onProgress: (submission: string, listener: (progress: Progress) => void) => () => void;
  readonly waitFor: (submission: string, signal: AbortSignal) => Promise<AssessResult>;
}

/** A lost event must leave nobody waiting, so the state is also looked at now and then. */
const LOOK_EVERY_MS = 5_000;

/** The reconciler brings back what the queue forgot; where there is none for so long, nobody else will. */
const FORGOTTEN_LOOKS = 12;

/**
 * @param look where the submission stands in the queue
 * @param recall where it stands by the ledger, asked where the queue knows nothing; null without a ledger
 */
export function watchSubmissions(
  look: (submission: string) => Promise<Outcome>,
  recall: ((submission: string) => Promise<Outcome>) | null = null,
  lookEveryMs: number = LOOK_EVERY_MS,
): Watch {
  const news = new EventEmitter().setMaxListeners(0);

  return {
    changed: (submission) => void news.emit(`change ${submission}`),
    progressed(submission, json) {
      const progress = Progress.safeParse(parsed(json));
      if (progress.success) news.emit(`progress ${submission}`, progress.data);
    },
    onProgress(submission, listener) {
      news.on(`progress ${submission}`, listener);
      return () => void news.off(`progress ${submission}`, listener);
    },
    async waitFor(submission, signal) {
      let forgotten = 0;
      for (;;) {
        signal.throwIfAborted();
        const change = nextChange(news, submission, lookEveryMs, signal);
        let seen = await look(submission);
        if (seen.state === 'unknown' && recall !== null) {
          seen = await recall(submission);
          forgotten += 1;
        } else forgotten = 0;
        if (seen.state === 'done') return seen.result;
        if (seen.state === 'failed') throw seen.fault;
        if (seen.state === 'unknown') throw new Fault('submission-unknown', printable(submission));
        if (forgotten > FORGOTTEN_LOOKS) throw new Fault('queue-failed', `it forgot ${printable(submission)}`);
        await change;
      }
    },
  };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null; // no progress
  }
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
