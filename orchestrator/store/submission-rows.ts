import type { Selectable } from 'kysely';
import { Submission } from '../contract/job.ts';
import type { LedgerLike } from './ledger.ts';
import type { SubmissionsTable } from './tables.ts';

/** Everything of a submission but its inspection, which may be megabytes. */
export const SUBMISSION_COLUMNS = [
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

export type SubmissionRow = Omit<
  Selectable<SubmissionsTable>,
  'inspection' | 'digest' | 'again' | 'certificates' | 'search_text'
>;

/** The rows as submissions with their files, in the same order. */
export async function asSubmissions(ledger: LedgerLike, rows: readonly SubmissionRow[]): Promise<Submission[]> {
  if (rows.length === 0) return [];
  const files = await ledger.db
    .selectFrom('submission_files')
    .innerJoin('files', 'files.sha256', 'submission_files.sha256')
    .select(['submission', 'submission_files.sha256', 'file_name', 'size_bytes'])
    .where(
      'submission',
      'in',
      rows.map((row) => row.id),
    )
    .orderBy('position')
    .execute();
  const filesOf = new Map<string, typeof files>();
  for (const file of files) filesOf.set(file.submission, [...(filesOf.get(file.submission) ?? []), file]);
  return rows.map((row) =>
    Submission.parse({
      id: row.id,
      files: (filesOf.get(row.id) ?? []).map((file) => ({
        sha256: file.sha256,
        fileName: file.file_name,
        sizeBytes: Number(file.size_bytes),
      })),
      options: row.options,
      createdAt: row.created_at.toISOString(),
      state: row.state,
      verdict: row.verdict,
      fault: row.fault_code === null ? null : { code: row.fault_code, detail: row.fault_detail ?? '' },
    }),
  );
}
