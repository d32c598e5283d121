import { sql } from 'kysely';
import type { StoredEvent, SubmissionEvent } from '../contract/event.ts';
import { Fault, printable } from '../contract/fault.ts';
import { headsOf } from './event-heads.ts';
import { sqlStateOf, type LedgerLike } from './ledger.ts';
import { afterCursor } from './listing.ts';

const ENDS: ReadonlySet<string> = new Set(['done', 'failed', 'cancelled']);
const PAGE = 200;

/**
 * Appends events to the story of a submission. Their numbers are given out under a lock that lasts until the
 * transaction ends, so a reader never meets a later event before an earlier one.
 * @throws Fault `submission-unknown`
 */
export async function appendEvents(
  ledger: LedgerLike,
  submission: string,
  events: readonly SubmissionEvent[],
  at: Date = new Date(),
): Promise<void> {
  if (events.length === 0) return;
  const newest = events.findLast((event) => event.type === 'state');
  const ended = newest === undefined ? null : endsIn(newest);
  const bodies = JSON.stringify(events.map((event) => JSON.stringify(event)));
  // One statement: the head is locked, and the numbers are given out, in the same breath as the events are written.
  await ledger.db
    .with('head', (db) =>
      db
        .insertInto('event_heads')
        .values({ submission, last: events.length, ended: ended ?? false })
        .onConflict((conflict) =>
          conflict.column('submission').doUpdateSet({
            last: sql<string>`event_heads.last + ${events.length}`,
            ...(ended === null ? {} : { ended }),
          }),
        )
        .returning('last'),
    )
    .insertInto('events')
    .columns(['submission', 'seq', 'at', 'body'])
    .expression(
      sql`select ${submission}, head.last - ${events.length}::int + told.n, ${at}::timestamptz, told.body::json
          from head, jsonb_array_elements_text(${bodies}::jsonb) with ordinality as told (body, n)`,
    )
    .execute()
    .catch((error: unknown) => {
      throw sqlStateOf(error) === NO_SUCH_ROW ? new Fault('submission-unknown', printable(submission)) : error;
    });
}

/** foreign_key_violation */
const NO_SUCH_ROW = '23503';

/** Up to `most` events after the one of that id, in order; null: from the first. @throws Fault `usage` for no id */
export async function eventsAfter(
  ledger: LedgerLike,
  submission: string,
  after: string | null,
  most: number,
): Promise<StoredEvent[]> {
  const rows = await ledger.db
    .selectFrom('events')
    .selectAll()
    .where('submission', '=', submission)
    .where('seq', '>', afterCursor(after) ?? '0')
    .orderBy('seq')
    .limit(most)
    .execute();
  return rows.map((row) => ({ id: row.seq, submission: row.submission, at: row.at.toISOString(), event: row.body }));
}

/**
 * Events as they come, from whichever process. It ends when the submission has ended and everything was handed out,
 * and when the signal is aborted. All followers in a process share one query a poll. While the ledger is away it waits.
 */
export async function* followEvents(
  ledger: LedgerLike,
  options: {
    readonly submission: string;
    readonly after: string | null;
    readonly signal: AbortSignal;
    readonly pollMs?: number;
  },
): AsyncGenerator<StoredEvent, void, undefined> {
  const { submission, signal } = options;
  const wait = { signal, pollMs: options.pollMs ?? 300 };
  const heads = headsOf(ledger);
  let seen = afterCursor(options.after) ?? '0';
  let head = await heads.read(submission);
  while (!signal.aborted) {
    const events = await eventsAfter(ledger, submission, seen, PAGE).catch(nothingWhileAway);
    for (const { event, ...stored } of events ?? []) {
      yield { ...stored, event };
      if (signal.aborted) return;
      seen = stored.id;
      // A state that came after the head was read is newer than what the head said.
      if (event.type === 'state' && BigInt(seen) > BigInt(head.last)) head = { last: seen, ended: endsIn(event) };
    }
    if (events?.length === PAGE) continue;
    if (events !== null && head.ended) return;
    head = await heads.after(submission, seen, wait);
  }
}

function nothingWhileAway(error: unknown): null {
  if (error instanceof Fault && error.code === 'ledger-failed') return null; // the next poll asks again
  throw error;
}

function endsIn(event: Extract<SubmissionEvent, { type: 'state' }>): boolean {
  return ENDS.has(event.state);
}
