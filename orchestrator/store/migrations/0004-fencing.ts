import { sql, type Kysely } from 'kysely';

/** Fencing tokens come from here and no longer from the queue, which may forget; they go on above those given out. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create sequence sleeptalk.fencing_tokens as integer minvalue 1`.execute(db);
  await sql`select setval('sleeptalk.fencing_tokens', (select coalesce(max(token), 0) + 1 from sleeptalk.runs), false)`.execute(
    db,
  );
}
