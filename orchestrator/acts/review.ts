import type { Actor } from '../contract/person.ts';
import type { Allowance, Review, ReviewRequest } from '../contract/review.ts';
import type { Service } from '../service.ts';
import { addReview } from '../store/reviews.ts';
import { noted } from './noted.ts';
import { permit } from './permit.ts';
import { readReport } from './read-report.ts';

export interface Reviewed {
  readonly review: Review;
  /** What the review put on the allowlist; null where it put nothing there, or not yet. */
  readonly allowance: Allowance | null;
}

/**
 * Appends a review to a report. An approval puts the version on the allowlist, with its cadence as the baseline of
 * later ones; of a report that is not `consistent` it takes two people.
 * @throws Fault `review-refused`, `certificate-unknown`
 */
export async function reviewReport(
  service: Service,
  actor: Actor | null,
  id: string,
  request: ReviewRequest,
): Promise<Reviewed> {
  permit(actor, 'reviewer');
  const { view, report } = await readReport(service, actor, id);
  const { package: packageName, label, versionCode, versionName, sha256 } = report.sample;
  const app = { package: packageName, label, versionCode, versionName, sha256, function: report.declaredFunction.name };
  return await noted(service, actor, async (inside) => {
    const reviewed = await addReview(inside, {
      actor,
      report: view,
      request,
      now: service.now(),
      allowance: (_approvedBy, approval) => {
        const baseline = service.judge.baselineOf(report, approval, view.sha256 ?? '');
        return { ...app, signers: baseline.certificates, baseline };
      },
    });
    const { decision, until } = request;
    const allowance = reviewed.allowance?.id ?? null;
    const detail = { decision, until, effect: reviewed.review.effect, allowance };
    return [reviewed, { act: 'reviewed', subject: view.id, detail }];
  });
}
