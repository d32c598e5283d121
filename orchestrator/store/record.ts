import type { Fault } from '../contract/fault.ts';
import type { Ledger } from './ledger.ts';
import type { JobQueue } from './queue.ts';
import { asFault, type Processors } from './stage.ts';
import { getSubmission, listSubmissions, recordFault, recordInspection, setState, UNFINISHED } from './submissions.ts';

/** The same processors, which also write in the ledger what stage begins, what *inspect* found and the verdict. */
export function recordStages(ledger: Ledger, processors: Processors): Processors {
  return {
    async inspect(job, context) {
      await setState(ledger, job.submission, 'inspecting');
      const result = await processors.inspect(job, context);
      await recordInspection(ledger, job.submission, result.inspection);
      return result;
    },
    async examine(job, context) {
      await setState(ledger, job.submission, 'examining');
      return processors.examine(job, context);
    },
    async assess(job, context) {
      await setState(ledger, job.submission, 'assessing');
      const result = await processors.assess(job, context);
      await setState(ledger, job.submission, 'done', { verdict: result.verdict });
      return result;
    },
  };
}

/**
 * Writes down how a submission failed that the queue has given up, whatever the reason: its last attempt, a cancel,
 * or workers that died. Does nothing where it has not failed or the ledger knows already.
 * @returns the Fault, or null
 */
export async function recordFailure(ledger: Ledger, queue: JobQueue, submission: string): Promise<Fault | null> {
  const outcome = await queue.outcome(submission);
  if (outcome.state !== 'failed') return null;
  const { state } = await getSubmission(ledger, submission);
  if (state === 'crashed' || UNFINISHED.includes(state)) {
    await recordFault(ledger, submission, outcome.fault).catch((error: unknown) => {
      if (asFault(error).code !== 'state-conflict') throw error; // another process wrote it down in the meantime
    });
  }
  return outcome.fault;
}

/**
 * Marks every unfinished submission as crashed and cancels its jobs: for a process that has the ledger to itself and
 * does not resume what an earlier one left behind.
 * @returns the submissions that were marked
 */
export async function abandonUnfinished(ledger: Ledger, queue: JobQueue): Promise<string[]> {
  const abandoned: string[] = [];
  for (let cursor: string | null = null; ;) {
    const page: Awaited<ReturnType<typeof listSubmissions>> = await listSubmissions(ledger, {
      cursor,
      states: UNFINISHED,
    });
    for (const { id } of page.submissions) {
      await queue.cancel(id);
      await setState(ledger, id, 'crashed');
      abandoned.push(id);
    }
    if (page.next === null) return abandoned;
    cursor = page.next;
  }
}
