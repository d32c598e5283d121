import { jsonArrayFrom } from 'kysely/helpers/postgres';
import { Submission } from '../contract/job.ts';
import type { LedgerLike } from './ledger.ts';
import type { SubmissionsTable } from './tables.ts';

/** Everything of a submission but its inspection, which may be megabytes. */
const COLUMNS = [
  'submissions.id',
  'submissions.seq',
  'submissions.options',
  'submissions.state',
  'submissions.verdict',
  'submissions.fault_code',
  'submissions.fault_detail',
  'submissions.created_at',
  'submissions.updated_at',
  'submissions.package_name',
  'submissions.label',
  'submissions.version_code',
  'submissions.version_name',
  'submissions.function',
  'submissions.urgency',
] as const satisfies readonly `submissions.${keyof SubmissionsTable}`[];

/**
 * Submissions, each with its files. What belongs to a row is selected within it, so that it costs an index look-up for
 * each row shown, whatever the statistics of the tables say.
 */
export function selectSubmissions(ledger: LedgerLike) {
  return ledger.db
    .selectFrom('submissions')
    .select(COLUMNS)
    .select((build) =>
      jsonArrayFrom(
        build
          .selectFrom('submission_files')
          .innerJoin('files', 'files.sha256', 'submission_files.sha256')
          .select(['files.sha256', 'file_name', 'size_bytes'])
          .whereRef('submission_files.submission', '=', 'submissions.id')
          .orderBy('position'),
      ).as('files'),
    );
}

export type SubmissionRow = Awaited<ReturnType<ReturnType<typeof selectSubmissions>['execute']>>[number];

export function asSubmission(row: SubmissionRow): Submission {
  return Submission.parse({
    id: row.id,
    files: row.files.map((file) => ({
      sha256: file.sha256,
      fileName: file.file_name,
      sizeBytes: Number(file.size_bytes),
    })),
    options: row.options,
    createdAt: row.created_at.toISOString(),
    state: row.state,
    verdict: row.verdict,
    fault: row.fault_code === null ? null : { code: row.fault_code, detail: row.fault_detail ?? '' },
  });
}
