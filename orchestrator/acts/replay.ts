import type { Actor } from '../contract/person.ts';
import type { Service } from '../service.ts';
import { viewSubmission } from '../store/submission-views.ts';
import { note } from './noted.ts';
import { permit } from './permit.ts';
import { submitFiles, type Submitted } from './submit.ts';

/**
 * Vets the same files again with the same options and seed, as a new submission whose note names the first one.
 * @throws Fault `submission-unknown`
 */
export async function replaySubmission(service: Service, actor: Actor | null, id: string): Promise<Submitted> {
  permit(actor, 'submitter');
  const { files, options, urgency, id: first } = await viewSubmission(service.ledger, id, actor);
  const { adbServer: _, proxyPort: __, ...wanted } = options;
  const submitted = await submitFiles(service, actor, {
    files,
    request: { ...wanted, note: `Replay of ${first}`, priority: urgency, callbackUrl: null, again: true },
  });
  await note(service, actor, { act: 'replayed', subject: first, detail: { submission: submitted.submission.id } });
  return submitted;
}
