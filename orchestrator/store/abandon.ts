import { Fault } from '../contract/fault.ts';
import type { LedgerLike } from './ledger.ts';
import type { JobQueue } from './queue.ts';
import { setState, UNFINISHED } from './submissions.ts';

const GIVEN_UP = new Fault('worker-lost', 'its process died, and the next one did not take it up');

/**
 * Marks the unfinished submissions of the command line as crashed for good and cancels their jobs: for a process that
 * has the ledger to itself and does not resume what a dead one left behind. Without it a worker takes up the jobs of
 * earlier processes beside its own. What a person submitted to the service waits for the service.
 * @returns the submissions for which there was anything to do
 */
export async function abandonUnfinished(ledger: LedgerLike, queue: Pick<JobQueue, 'cancel'>): Promise<string[]> {
  const rows = await ledger.db
    .selectFrom('submissions')
    .select(['id', 'state'])
    .where((build) =>
      build.or([
        build('state', 'in', [...UNFINISHED]),
        // One whose process was seen to be dead, but that nobody has given up yet.
        build.and([build('state', '=', 'crashed'), build('fault_code', 'is', null)]),
      ]),
    )
    .where((build) =>
      build.not(
        build.exists(
          build
            .selectFrom('submission_owners')
            .select('person')
            .whereRef('submission_owners.submission', '=', 'submissions.id'),
        ),
      ),
    )
    .orderBy('seq')
    .execute();
  for (const { id, state } of rows) {
    await queue.cancel(id);
    if (state === 'crashed') await giveUp(ledger, id);
    else await setState(ledger, id, 'crashed', { fault: GIVEN_UP.toJSON() });
  }
  return rows.map((row) => row.id);
}

async function giveUp(ledger: LedgerLike, id: string): Promise<void> {
  await ledger.db
    .updateTable('submissions')
    .set({ fault_code: GIVEN_UP.code, fault_detail: GIVEN_UP.detail, updated_at: new Date() })
    .where('id', '=', id)
    .where('state', '=', 'crashed')
    .execute();
}
