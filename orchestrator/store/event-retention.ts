import { sql, type ExpressionBuilder, type ExpressionWrapper, type SqlBool } from 'kysely';
import { keptUntil } from './expired.ts';
import type { LedgerLike } from './ledger.ts';
import { UNFINISHED } from './submissions.ts';
import type { LedgerTables } from './tables.ts';

/** How many progress events {@link removeOldEvents} would remove. */
export async function countOldEvents(ledger: LedgerLike, keepDays: number, now: Date): Promise<number> {
  const before = keptUntil(keepDays, now);
  if (before === null) return 0;
  const { rows } = await ledger.db
    .selectFrom('events')
    .select((row) => row.fn.countAll<string>().as('rows'))
    .where(old(before))
    .executeTakeFirstOrThrow();
  return Number(rows);
}

/** Removes what only said how work went along. That a submission changed its state, or got a report, stays. */
export async function removeOldEvents(ledger: LedgerLike, keepDays: number, now: Date): Promise<number> {
  const before = keptUntil(keepDays, now);
  if (before === null) return 0;
  const { numDeletedRows } = await ledger.db.deleteFrom('events').where(old(before)).executeTakeFirst();
  return Number(numDeletedRows);
}

type Events = ExpressionBuilder<LedgerTables, 'events'>;

function old(before: Date): (events: Events) => ExpressionWrapper<LedgerTables, 'events', SqlBool> {
  return (events) =>
    events.and([
      events('events.at', '<', before),
      events(sql<string>`events.body ->> 'type'`, 'not in', ['state', 'report']),
      events.not(
        events.exists(
          events
            .selectFrom('submissions')
            .select('submissions.id')
            .whereRef('submissions.id', '=', 'events.submission')
            .where('submissions.state', 'in', [...UNFINISHED]),
        ),
      ),
    ]);
}
