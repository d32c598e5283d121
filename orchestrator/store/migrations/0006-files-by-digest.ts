import { sql, type Kysely } from 'kysely';

/** Whether anything names a stored file is asked of every file of the store. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.executeQuery(sql.raw(INDEXES).compile(db));
}

const INDEXES = `
create index artefacts_by_file on sleeptalk.artefacts (sha256);
create index reports_by_file on sleeptalk.reports (json_sha256) where json_sha256 is not null;
create index runs_by_bundle on sleeptalk.runs (bundle) where bundle is not null;
`;
