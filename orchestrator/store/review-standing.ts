import { sql, type ExpressionBuilder, type SqlBool } from 'kysely';
import { jsonObjectFrom } from 'kysely/helpers/postgres';
import type { ReviewStanding } from '../contract/review.ts';
import type { LedgerLike } from './ledger.ts';
import type { LedgerTables } from './tables.ts';

/**
 * Which submissions wait for a reviewer: finished, and nobody has decided about the newest report, or one person has
 * where it takes two. A question decides nothing. In the very words of the index `submissions_waiting_for_review`.
 */
export const WAITS_FOR_REVIEW = sql<boolean>`(submissions.state = 'done' and submissions.review in ('undecided', 'waits-for-second'))`;

/** How many wait, for everybody who may review. */
export async function countWaitingForReview(ledger: LedgerLike): Promise<number> {
  const { count } = await ledger.db
    .selectFrom('submissions')
    .select((build) => build.fn.countAll<string>().as('count'))
    .where(WAITS_FOR_REVIEW)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Beside a row of `submissions`: whose the last word about its newest report is, and whether a question came after. */
export function lastReview(build: ExpressionBuilder<LedgerTables, 'submissions'>) {
  const newestReport = build
    .selectFrom('reports')
    .select('reports.id')
    .whereRef('reports.submission', '=', 'submissions.id')
    .orderBy('reports.seq', 'desc')
    .limit(1);
  const reviews = build
    .selectFrom('reviews')
    .where('reviews.report', '=', newestReport)
    .orderBy('reviews.seq', 'desc')
    .limit(1);
  const decider = reviews.select(['person', 'person_name as name']).where('effect', '!=', 'noted');
  return [
    jsonObjectFrom(decider).as('review_by'),
    reviews.select((one) => one('effect', '=', 'noted').as('noted')).as('review_asked'),
  ] as const;
}

/** As lists and pages show it; null where there is no report. */
export function asStanding(row: {
  readonly review: ReviewStanding['state'] | null;
  readonly review_by: ReviewStanding['by'];
  readonly review_asked: SqlBool | null;
}): ReviewStanding | null {
  const { review, review_by: by, review_asked: asked } = row;
  return review === null ? null : { state: review, asked: asked === true, by };
}
