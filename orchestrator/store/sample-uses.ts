import { sql } from 'kysely';
import type { Submission } from '../contract/job.ts';
import type { NewArtefact } from './artefacts.ts';
import type { LedgerLike } from './ledger.ts';

/** Records the submitted files of every submission as its uses of them, dated by it, where that was not done yet. */
export async function recordSamples(ledger: LedgerLike): Promise<void> {
  await ledger.db
    .insertInto('artefacts')
    .columns(['sha256', 'class', 'submission', 'run', 'name', 'size_bytes', 'created_at'])
    .expression(
      (row) =>
        row
          .selectFrom('submission_files')
          .innerJoin('files', 'files.sha256', 'submission_files.sha256')
          .innerJoin('submissions', 'submissions.id', 'submission_files.submission')
          .select([
            'submission_files.sha256',
            sql.lit('sample').as('class'),
            'submission_files.submission',
            sql<null>`null`.as('run'),
            'submission_files.file_name',
            'files.size_bytes',
            'submissions.created_at',
          ])
          .where((use) =>
            use.not(
              use.exists(
                use
                  .selectFrom('artefacts')
                  .select('artefacts.id')
                  .whereRef('artefacts.submission', '=', 'submission_files.submission')
                  .whereRef('artefacts.sha256', '=', 'submission_files.sha256')
                  .where('artefacts.class', '=', 'sample'),
              ),
            ),
          ) as never,
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The submitted files of one submission as its uses of them. */
export function samplesOf({ id, files }: Pick<Submission, 'id' | 'files'>): NewArtefact[] {
  return files.map(({ sha256, fileName, sizeBytes }) => ({
    sha256,
    class: 'sample',
    submission: id,
    run: null,
    name: fileName,
    sizeBytes,
  }));
}
