import { sql } from 'kysely';
import type { Urgency } from '../contract/api.ts';
import type { SubmissionEvent } from '../contract/event.ts';
import type { Submission, SubmissionOptions } from '../contract/job.ts';
import { thisActor } from './custody.ts';
import { newId } from './ids.ts';
import type { LedgerLike } from './ledger.ts';

const QUEUED: SubmissionEvent = { type: 'state', state: 'queued', verdict: null, fault: null };

/**
 * Writes a submission, its files, its owner, its first event and its line of custody in one statement, so that fifty
 * who submit at once wait for each other as little as can be.
 * @returns null where there is one of the same digest already; nothing is written then
 */
export async function insertSubmission(
  ledger: LedgerLike,
  wanted: {
    readonly digest: string;
    readonly files: Submission['files'];
    readonly options: SubmissionOptions;
    readonly again: boolean;
    readonly urgency: Urgency;
    readonly person: string | null;
    readonly callbackUrl: string | null;
  },
): Promise<Submission | null> {
  const { files, options, person } = wanted;
  const rows = JSON.stringify(files.map((file, position) => ({ ...file, position })));
  const file = sql`jsonb_to_recordset(${rows}::jsonb) as file ("position" int, sha256 text, "fileName" text, "sizeBytes" bigint)`;
  const row = await ledger.db
    .with('made', (db) =>
      db
        .insertInto('submissions')
        .values({
          id: newId('sub'),
          digest: wanted.digest,
          again: wanted.again,
          options: JSON.stringify(options),
          state: 'queued',
          urgency: wanted.urgency,
        })
        .onConflict((conflict) => conflict.doNothing())
        .returning(['id', 'seq', 'created_at']),
    )
    // In the order of digests: two who store the same files at once never wait for each other in a circle.
    .with('stored', (db) =>
      db
        .insertInto('files')
        .columns(['sha256', 'size_bytes'])
        .expression(sql`select distinct on (sha256) sha256, "sizeBytes" from made, ${file} order by sha256`)
        .onConflict((conflict) => conflict.doNothing()),
    )
    .with('listed', (db) =>
      db
        .insertInto('submission_files')
        .columns(['submission', 'position', 'sha256', 'file_name'])
        .expression(sql`select made.id, file.position, file.sha256, file."fileName" from made, ${file}`),
    )
    .with('owned', (db) =>
      db
        .insertInto('submission_owners')
        .columns(['submission', 'person', 'seq', 'callback_url'])
        .expression(
          sql`select id, ${person}::text, seq, ${wanted.callbackUrl}::text from made where ${person}::text is not null`,
        ),
    )
    .with('headed', (db) =>
      db
        .insertInto('event_heads')
        .columns(['submission', 'last', 'ended'])
        .expression(sql`select id, 1, false from made`),
    )
    .with('told', (db) =>
      db
        .insertInto('events')
        .columns(['submission', 'seq', 'at', 'body'])
        .expression(sql`select id, 1, created_at, ${JSON.stringify(QUEUED)}::json from made`),
    )
    .with('kept', (db) =>
      db
        .insertInto('custody')
        .columns(['who', 'what', 'submission'])
        .expression(sql`select ${person ?? thisActor()}, ${`submitted ${files.length} file(s)`}, id from made`),
    )
    .selectFrom('made')
    .select(['id', 'created_at'])
    .executeTakeFirst();
  if (row === undefined) return null;
  const fresh = { state: 'queued', verdict: null, fault: null } as const;
  return { id: row.id, files: [...files], options, createdAt: row.created_at.toISOString(), ...fresh };
}
