import type { SubmissionView } from '../contract/api.ts';
import { Fault } from '../contract/fault.ts';
import type { Actor } from '../contract/person.ts';
import type { Service } from '../service.ts';
import { viewSubmission } from '../store/submission-views.ts';
import { recordFault, UNFINISHED } from '../store/submissions.ts';
import { noted } from './noted.ts';
import { permit } from './permit.ts';

/**
 * Stops a submission wherever it stands, also one whose worker died: the ledger first, so that no stage begins, then every worker by broadcast.
 * Cancelling one that was cancelled changes nothing.
 * @throws Fault `submission-unknown`, `state-conflict` where it has ended otherwise
 */
export async function cancelSubmission(service: Service, actor: Actor | null, id: string): Promise<SubmissionView> {
  permit(actor, 'submitter');
  const before = await viewSubmission(service.ledger, id, actor);
  if (before.state === 'cancelled') return before;
  // One that crashed waits to be taken up again, which a person may not want to wait for.
  if (!UNFINISHED.includes(before.state) && before.state !== 'crashed') {
    throw new Fault('state-conflict', `${before.id} is ${before.state}: there is nothing left to cancel`);
  }
  await noted(service, actor, async (inside) => {
    await recordFault(inside, before.id, new Fault('cancelled', 'as was asked'));
    return [null, { act: 'cancelled', subject: before.id }];
  });
  try {
    await service.queue.cancel(before.id);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'queue-failed') throw error;
    // The record says so already: whoever works on it is told when the queue is back, by the reconciler.
    service.log.warn({ submission: before.id }, 'cancelled in the ledger while the queue is away');
  }
  return await viewSubmission(service.ledger, before.id, actor);
}
