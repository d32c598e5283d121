import { sql } from 'kysely';
import { inTransaction } from './custody.ts';
import type { LedgerLike } from './ledger.ts';
import type { JobQueue } from './queue.ts';
import { createSubmission, getSubmission, UNFINISHED } from './submissions.ts';

const DAY_MS = 86_400_000;
/** In one pass; the next one takes more. */
const MOST = 20;

export interface ReVetting {
  /** An allowed app is vetted again when its newest report is older. */
  readonly olderThanDays: number;
  readonly now: Date;
  readonly most?: number;
}

/**
 * Vets allowed apps again, with the files and options of the submission that was approved, at low urgency. Of several
 * processes that do so at once each app is taken by one: the passes follow each other by an advisory lock, and one that
 * is under way counts. A queue that does not answer loses nothing: the reconciler queues what is recorded.
 * @returns the new submissions
 */
export async function reVet(
  ledger: LedgerLike,
  queue: Pick<JobQueue, 'submit'>,
  { olderThanDays, now, most = MOST }: ReVetting,
): Promise<string[]> {
  const before = new Date(now.getTime() - olderThanDays * DAY_MS);
  const made = await inTransaction(ledger, async (inside) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('sleeptalk re-vetting', 0))`.execute(inside.db);
    const again = [];
    for (const approved of await dueSince(inside, before, now, most)) {
      const { files, options } = await getSubmission(inside, approved);
      const { submission } = await createSubmission(inside, { files, options, again: true, urgency: 'low' });
      again.push(submission);
    }
    return again;
  });
  for (const submission of made) await queue.submit(submission, { urgency: 'low' });
  return made.map((submission) => submission.id);
}

/**
 * The submissions behind the allowances that count at `now` and whose app, the very files, was neither reported on nor
 * submitted since `before`. One whose vetting fails is tried again after as long.
 */
async function dueSince(ledger: LedgerLike, before: Date, now: Date, most: number): Promise<string[]> {
  const { rows } = await sql<{ submission: string }>`
    select reports.submission
    from sleeptalk.allowances
    join sleeptalk.reports on reports.id = allowances.report
    where allowances.ended_at is null
      and (allowances.until is null or allowances.until >= ${now.toISOString().slice(0, 10)})
      and reports.created_at < ${before}
      and not exists (
        select 1
        from sleeptalk.submission_files
        join sleeptalk.submissions on submissions.id = submission_files.submission
        where submission_files.sha256 = allowances.sha256
          and (submissions.created_at >= ${before} or submissions.state = any(${[...UNFINISHED]}::text[])
               or exists (select 1 from sleeptalk.reports as later
                          where later.submission = submissions.id and later.created_at >= ${before})))
    order by reports.created_at
    limit ${most}`.execute(ledger.db);
  return rows.map((row) => row.submission);
}
