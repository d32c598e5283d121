import type { Ledger } from './ledger.ts';
import type { JobQueue } from './queue.ts';
import { listSubmissions, setState, UNFINISHED } from './submissions.ts';

/**
 * Marks every unfinished submission as crashed and cancels its jobs, as well as those of submissions that were marked
 * before: for a process that has the ledger to itself and does not resume what a dead one left behind. Without it a
 * worker takes up the jobs of earlier processes beside its own.
 * @returns the submissions for which there was anything to do
 */
export async function abandonUnfinished(ledger: Ledger, queue: JobQueue): Promise<string[]> {
  const abandoned: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof listSubmissions>> = await listSubmissions(ledger, {
      cursor,
      states: [...UNFINISHED, 'crashed'],
    });
    for (const { id, state } of page.submissions) {
      const wasQueued = await queue.cancel(id);
      if (state !== 'crashed') await setState(ledger, id, 'crashed');
      if (wasQueued || state !== 'crashed') abandoned.push(id);
    }
    cursor = page.next;
  } while (cursor !== null);
  return abandoned;
}
