import { sql } from 'kysely';
import type { Urgency } from '../contract/api.ts';
import type { SubmissionEvent } from '../contract/event.ts';
import type { Submission, SubmissionOptions } from '../contract/job.ts';
import { thisActor } from './custody.ts';
import { newId } from './ids.ts';
import type { LedgerLike } from './ledger.ts';

const QUEUED: SubmissionEvent = { type: 'state', state: 'queued', verdict: null, fault: null };

/** A submission as it is to be written. */
export interface Wish {
  /** Over files and options: one of the same digest is not written again, unless it is wished for `again`. */
  readonly digest: string;
  readonly files: Submission['files'];
  readonly options: SubmissionOptions;
  readonly again: boolean;
  readonly urgency: Urgency;
  readonly person: string | null;
  readonly callbackUrl: string | null;
}

/**
 * Writes submissions, each with its files, its owner, its first event and its line of custody, all in one statement: what
 * fifty who submit at once wait for is one round trip and one commit.
 * @returns in the order of the wishes; null where there is one of the same digest already, also among them: nothing is
 * written of it then
 */
export async function insertSubmissions(ledger: LedgerLike, wishes: readonly Wish[]): Promise<(Submission | null)[]> {
  const ids = wishes.map(() => newId('sub'));
  const rows = wishes.map(({ files, person, ...rest }, index) => ({
    ...rest,
    id: ids[index],
    owner: person,
    who: person ?? thisActor(),
    what: `submitted ${files.length} file(s)`,
  }));
  const files = wishes.flatMap((wish, index) =>
    wish.files.map((file, position) => ({ ...file, position, submission: ids[index] })),
  );
  const wish = sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as wish (id text, digest text, again boolean,
    options jsonb, urgency text, owner text, "callbackUrl" text, who text, what text)`;
  const file = sql`jsonb_to_recordset(${JSON.stringify(files)}::jsonb) as file (submission text, position int,
    sha256 text, "fileName" text, "sizeBytes" bigint)`;
  const made = await ledger.db
    // In the order of digests, here and below: two who store the same at once never wait for each other in a circle.
    .with('made', (db) =>
      db
        .insertInto('submissions')
        .columns(['id', 'digest', 'again', 'options', 'state', 'urgency'])
        .expression(sql`select id, digest, again, options, 'queued', urgency from ${wish} order by digest, id`)
        .onConflict((conflict) => conflict.doNothing())
        .returning(['id', 'seq', 'created_at']),
    )
    .with('stored', (db) =>
      db
        .insertInto('files')
        .columns(['sha256', 'size_bytes'])
        .expression(
          sql`select distinct on (sha256) sha256, "sizeBytes" from made join ${file} on submission = made.id order by sha256`,
        )
        .onConflict((conflict) => conflict.doNothing()),
    )
    .with('listed', (db) =>
      db
        .insertInto('submission_files')
        .columns(['submission', 'position', 'sha256', 'file_name'])
        .expression(sql`select made.id, position, sha256, "fileName" from made join ${file} on submission = made.id`),
    )
    .with('owned', (db) =>
      db
        .insertInto('submission_owners')
        .columns(['submission', 'person', 'seq', 'callback_url'])
        .expression(
          sql`select id, owner, seq, "callbackUrl" from made join ${wish} using (id) where owner is not null`,
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
        .expression(sql`select who, what, id from made join ${wish} using (id) order by seq`),
    )
    .selectFrom('made')
    .select(['id', 'created_at'])
    .execute();
  const createdAt = new Map(made.map((row) => [row.id, row.created_at.toISOString()]));
  return wishes.map(({ files, options }, index) => {
    const id = ids[index] ?? '';
    const at = createdAt.get(id);
    if (at === undefined) return null;
    return { id, files: [...files], options, createdAt: at, state: 'queued', verdict: null, fault: null };
  });
}
