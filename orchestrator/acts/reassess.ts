import type { SubmissionView } from '../contract/api.ts';
import type { Actor } from '../contract/person.ts';
import type { Service } from '../service.ts';
import { listReportViews } from '../store/report-views.ts';
import { listSubmissionViews, viewSubmission } from '../store/submission-views.ts';
import { note } from './noted.ts';
import { permit } from './permit.ts';

export type ReassessWhich = { readonly submissions: readonly string[] } | { readonly olderThanProfile: true };

/**
 * Judges sealed evidence again by the present profiles and judge; earlier reports remain. Only finished submissions
 * with evidence are taken.
 * @returns the submissions that were queued
 */
export async function reassessReports(
  service: Service,
  actor: Actor | null,
  which: ReassessWhich,
): Promise<{ queued: string[]; passedOver: string[] }> {
  permit(actor, 'admin');
  const queued: string[] = [];
  const passedOver: string[] = [];
  for await (const submission of candidates(service, actor, which)) {
    const { items } = await listReportViews(service.ledger, { viewer: actor, submission: submission.id, most: 200 });
    const [newest] = items;
    const sealed = submission.state === 'done' && newest !== undefined && newest.bundle !== null;
    const judged =
      newest?.profileDigest === service.judge.profileDigest && newest.engineVersion === service.engineVersion;
    if (!sealed || ('olderThanProfile' in which && judged)) {
      passedOver.push(submission.id);
      continue;
    }
    await service.queue.reassess(submission, items.length);
    queued.push(submission.id);
  }
  const detail = { queued: queued.length, first: queued.slice(0, 20) };
  await note(service, actor, { act: 'reassessed', subject: null, detail });
  return { queued, passedOver };
}

async function* candidates(service: Service, actor: Actor, which: ReassessWhich): AsyncIterable<SubmissionView> {
  if ('submissions' in which) {
    for (const id of which.submissions) yield await viewSubmission(service.ledger, id, actor);
    return;
  }
  let cursor: string | null = null;
  do {
    const page = await listSubmissionViews(service.ledger, { viewer: actor, states: ['done'], cursor, most: 200 });
    yield* page.items;
    cursor = page.next;
  } while (cursor !== null);
}
