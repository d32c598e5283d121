import type { Selectable } from 'kysely';
import type { ReportView } from '../contract/api.ts';
import type { Approval } from '../contract/baseline.ts';
import { Fault, printable } from '../contract/fault.ts';
import type { Actor } from '../contract/person.ts';
import type { Allowance, Review, ReviewRequest } from '../contract/review.ts';
import { addAllowance, dayOf, type AllowanceFacts } from './allowances.ts';
import { columnText } from './column-text.ts';
import { inTransaction } from './custody.ts';
import { newId } from './ids.ts';
import type { LedgerLike } from './ledger.ts';
import type { ReviewsTable } from './service-tables.ts';

export interface NewReview {
  readonly actor: Actor;
  readonly report: ReportView;
  readonly request: ReviewRequest;
  readonly now: Date;
  /**
   * What an approval puts on the allowlist. Asked also when a second person is still missing, so that what cannot be
   * approved is refused to the first.
   */
  readonly allowance: (approvedBy: Allowance['approvedBy'], approval: Approval) => AllowanceFacts;
}

/**
 * Appends a review. An approval of a `consistent` report puts the version on the allowlist; one of any other report is
 * an override, and does so when two different people have approved it with no rejection after the first.
 * A rejection takes off the list what was approved by the same report.
 * @throws Fault `review-refused`, `report-unknown`, and whatever `allowance` throws; nothing is written then
 */
export async function addReview(
  ledger: LedgerLike,
  wanted: NewReview,
): Promise<{ review: Review; allowance: Allowance | null }> {
  const { actor, report, request, now } = wanted;
  return inTransaction(ledger, async (inside) => {
    await lockReport(inside, report.id);
    const override = request.decision === 'approve' && report.verdict !== 'consistent';
    const first = override ? await waitingApproval(inside, report.id) : null;
    if (first?.person === actor.person) {
      throw new Fault(
        'review-refused',
        'you approved this report already: the second approval must be another person’s',
      );
    }
    const approving = request.decision === 'approve' ? approvalOf(wanted, first) : null;
    const facts = approving === null ? null : wanted.allowance(approving.approvedBy, approving.approval);
    const review = await appendReview(inside, wanted, {
      override,
      effect: effectOf(request.decision, override && first === null),
    });
    if (review.effect === 'rejected') await endAllowancesOf(inside, review, now);
    if (review.effect !== 'approved' || approving === null || facts === null) return { review, allowance: null };
    const { approvedBy, reason, until } = approving;
    const { id, verdict } = report;
    const more = { report: id, verdict, override, approvedBy, reason, until, now };
    return { review, allowance: await addAllowance(inside, { ...facts, ...more }) };
  });
}

/** Oldest first. */
export async function listReviews(
  ledger: LedgerLike,
  query: { readonly report?: string; readonly submission?: string },
): Promise<Review[]> {
  let select = ledger.db.selectFrom('reviews').selectAll().orderBy('seq');
  if (query.report !== undefined) select = select.where('report', '=', query.report);
  if (query.submission !== undefined) select = select.where('submission', '=', query.submission);
  return (await select.execute()).map(asReview);
}

/** Reviews of one report are added one after the other: of two that approve at once, one is the second. */
async function lockReport(ledger: LedgerLike, id: string): Promise<void> {
  const row = await ledger.db.selectFrom('reports').select('id').where('id', '=', id).forUpdate().executeTakeFirst();
  if (row === undefined) throw new Fault('report-unknown', printable(id));
}

/** The approval that waits for a second person; what an allowance or a rejection came after waits no longer. */
async function waitingApproval(ledger: LedgerLike, report: string): Promise<Selectable<ReviewsTable> | null> {
  const row = await ledger.db
    .selectFrom('reviews')
    .selectAll()
    .where('report', '=', report)
    .where('effect', '!=', 'noted')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.effect === 'waits-for-second' ? row : null;
}

/** Both people, both reasons, and the earlier end. @throws Fault `review-refused` for an end that is past */
function approvalOf(wanted: NewReview, first: Selectable<ReviewsTable> | null) {
  const { actor, request, now } = wanted;
  const approvedBy = [{ person: actor.person, name: columnText(actor.name, 200) }];
  if (first !== null) approvedBy.unshift({ person: first.person, name: first.person_name });
  const reason =
    first === null ? request.reason : `${first.person_name}: ${first.reason}\n${actor.name}: ${request.reason}`;
  const until = [request.until, first?.until ?? null].filter((day) => day !== null).sort()[0] ?? null;
  if (until !== null && until < dayOf(now)) {
    throw new Fault('review-refused', `an approval until ${until} would be over already`);
  }
  const approval: Approval = {
    by: columnText(approvedBy.map((each) => each.name).join(', '), 200),
    at: now.toISOString(),
    reason: columnText(reason, 2000),
    until,
  };
  return { approvedBy, reason: columnText(reason, 4000), until, approval };
}

function effectOf(decision: Review['decision'], waits: boolean): Review['effect'] {
  if (decision === 'ask') return 'noted';
  if (decision === 'reject') return 'rejected';
  return waits ? 'waits-for-second' : 'approved';
}

async function appendReview(
  ledger: LedgerLike,
  { actor, report, request, now }: NewReview,
  outcome: Pick<Review, 'override' | 'effect'>,
): Promise<Review> {
  const row = await ledger.db
    .insertInto('reviews')
    .values({
      id: newId('rev'),
      report: report.id,
      submission: report.submission,
      person: actor.person,
      person_name: columnText(actor.name, 200),
      at: now,
      decision: request.decision,
      reason: columnText(request.reason),
      until: request.until,
      ...outcome,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return asReview(row);
}

async function endAllowancesOf(ledger: LedgerLike, review: Review, now: Date): Promise<void> {
  await ledger.db
    .updateTable('allowances')
    .set({ ended_at: now, ended_by: review.by.name, ended_reason: review.reason })
    .where('report', '=', review.report)
    .where('ended_at', 'is', null)
    .execute();
}

function asReview(row: Selectable<ReviewsTable>): Review {
  return {
    id: row.id,
    report: row.report,
    submission: row.submission,
    by: { person: row.person, name: row.person_name },
    at: row.at.toISOString(),
    decision: row.decision,
    reason: row.reason,
    until: row.until,
    override: row.override,
    effect: row.effect,
  };
}
