import { sql, type Selectable } from 'kysely';
import type { Artefact } from '../contract/artefact.ts';
import { columnText } from './column-text.ts';
import type { LedgerLike } from './ledger.ts';
import type { ArtefactsTable } from './service-tables.ts';

/** A use of a stored file as it is first recorded. */
export type NewArtefact = Omit<Artefact, 'createdAt' | 'removedAt'>;

/** Rows of one statement: PostgreSQL takes 65,535 parameters, and a row has six. */
const ROWS_AT_ONCE = 1000;

/**
 * Records uses of stored files, after the files were stored. Recording one again changes nothing, unless its file was
 * removed since: whoever stored it once more uses it once more.
 */
export async function recordArtefacts(ledger: LedgerLike, artefacts: readonly NewArtefact[]): Promise<void> {
  for (let from = 0; from < artefacts.length; from += ROWS_AT_ONCE) {
    const rows = artefacts.slice(from, from + ROWS_AT_ONCE).map(({ sizeBytes, name, ...rest }) => ({
      ...rest,
      name: columnText(name, 1000),
      size_bytes: sizeBytes,
    }));
    await ledger.db
      .insertInto('artefacts')
      .values(unique(rows))
      .onConflict((conflict) =>
        conflict
          .expression(sql`submission, class, sha256, coalesce(run, ''), name`)
          .doUpdateSet({ removed_at: null, removed_because: null, absent_at: null })
          .where('artefacts.removed_at', 'is not', null),
      )
      .execute();
  }
}

/** All uses that a submission makes of stored files, oldest first. */
export async function listArtefacts(ledger: LedgerLike, submission: string): Promise<Artefact[]> {
  const rows = await ledger.db
    .selectFrom('artefacts')
    .selectAll()
    .where('submission', '=', submission)
    .orderBy('id')
    .execute();
  return rows.map(asArtefact);
}

function asArtefact(row: Selectable<ArtefactsTable>): Artefact {
  return {
    sha256: row.sha256,
    class: row.class,
    submission: row.submission,
    run: row.run,
    name: row.name,
    sizeBytes: Number(row.size_bytes),
    createdAt: row.created_at.toISOString(),
    removedAt: row.removed_at?.toISOString() ?? null,
  };
}

/** One statement may not touch a row twice ("ON CONFLICT DO UPDATE command cannot affect row a second time"). */
function unique<Row extends NewRow>(rows: readonly Row[]): Row[] {
  return [
    ...new Map(
      rows.map((row) => [JSON.stringify([row.submission, row.class, row.sha256, row.run, row.name]), row]),
    ).values(),
  ];
}

type NewRow = Pick<NewArtefact, 'submission' | 'class' | 'sha256' | 'run' | 'name'>;
