import { sql } from 'kysely';
import type { Service } from '../../service.ts';
import { inTransaction } from '../../store/custody.ts';
import { queueDelivery } from '../../store/deliveries.ts';
import { untoldCallbacks } from '../../store/untold.ts';
import { viewSubmission } from '../../store/submission-views.ts';

export const ENDED = 'submission.ended';

/**
 * Queues the webhook of every submission that has ended and of which that address was not told yet: one for each address
 * and end, whichever processes look at the same time.
 * @returns how many were queued
 */
export async function queueEnded(service: Pick<Service, 'ledger' | 'now'>, most = 100): Promise<number> {
  return await inTransaction(service.ledger, async (inside) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('webhooks of ended submissions', 0))`.execute(inside.db);
    const untold = await untoldCallbacks(inside, ENDED, most);
    for (const { submission, url } of untold) {
      const {
        id,
        package: packageName,
        state,
        verdict,
        fault,
        report,
        updatedAt,
      } = await viewSubmission(inside, submission, null);
      const body = { event: ENDED, submission: id, package: packageName, state, verdict, fault, report, at: updatedAt };
      await queueDelivery(inside, { submission, url, event: ENDED, body: JSON.stringify(body), now: service.now() });
    }
    return untold.length;
  });
}
