import type { LedgerLike } from './ledger.ts';

const ENDS = ['done', 'failed', 'cancelled'] as const;

/** Callback addresses of ended submissions to which no webhook of that event was queued yet. */
export async function untoldCallbacks(
  ledger: LedgerLike,
  event: string,
  most: number,
): Promise<{ submission: string; url: string }[]> {
  const rows = await ledger.db
    .selectFrom('submission_owners')
    .innerJoin('submissions', 'submissions.id', 'submission_owners.submission')
    .select(['submission_owners.submission', 'submission_owners.callback_url'])
    .distinct()
    .where('submission_owners.callback_url', 'is not', null)
    .where('submissions.state', 'in', [...ENDS])
    .where((build) =>
      build.not(
        build.exists(
          build
            .selectFrom('deliveries')
            .select('deliveries.id')
            .whereRef('deliveries.submission', '=', 'submission_owners.submission')
            .whereRef('deliveries.url', '=', 'submission_owners.callback_url')
            .where('deliveries.event', '=', event),
        ),
      ),
    )
    .limit(most)
    .execute();
  return rows.flatMap(({ submission, callback_url: url }) => (url === null ? [] : [{ submission, url }]));
}
