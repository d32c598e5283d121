import { createHash } from 'node:crypto';
import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import { columnText, columnTextOrNull } from './column-text.ts';
import { inTransaction } from './custody.ts';
import { newId } from './ids.ts';
import type { LedgerLike } from './ledger.ts';
import type { DeliveriesTable } from './service-tables.ts';

/** One webhook: what is to be told to whom, and what came of it. The body never changes, so its signature holds. */
export interface Delivery {
  readonly id: string;
  readonly submission: string;
  readonly url: string;
  readonly event: string;
  readonly body: string;
  readonly createdAt: string;
  readonly state: 'waiting' | 'delivered' | 'given-up';
  readonly attempts: number;
  /** When it is tried next; null where it is not. */
  readonly nextAt: string | null;
}

export interface DeliveryAttempt {
  readonly attempt: number;
  readonly at: string;
  /** HTTP status of the answer; null where none came. */
  readonly status: number | null;
  readonly error: string | null;
}

/** Whoever took a delivery has so long to try it, or another takes it. */
const LEASE_MS = 60_000;

/** Queues a webhook for now; the same one is queued once. */
export async function queueDelivery(
  ledger: LedgerLike,
  wanted: {
    readonly submission: string;
    readonly url: string;
    readonly event: string;
    readonly body: string;
    readonly now: Date;
  },
): Promise<Delivery> {
  const { submission, url, event } = wanted;
  const body = columnText(wanted.body);
  const bodySha256 = createHash('sha256').update(body).digest('hex');
  return inTransaction(ledger, async (inside) => {
    await inside.db
      .insertInto('deliveries')
      .values({
        id: newId('del'),
        submission,
        url,
        event,
        body,
        body_sha256: bodySha256,
        created_at: wanted.now,
        next_at: wanted.now,
      })
      .onConflict((conflict) => conflict.columns(['submission', 'event', 'url', 'body_sha256']).doNothing())
      .execute();
    const row = await inside.db
      .selectFrom('deliveries')
      .selectAll()
      .where('submission', '=', submission)
      .where('event', '=', event)
      .where('url', '=', url)
      .where('body_sha256', '=', bodySha256)
      .executeTakeFirstOrThrow();
    return asDelivery(row);
  });
}

/** Takes up to `most` webhooks whose time has come; each goes to one process, which has a minute for it. */
export async function takeDueDeliveries(ledger: LedgerLike, now: Date, most: number): Promise<Delivery[]> {
  const rows = await ledger.db
    .updateTable('deliveries')
    .set({ leased_until: new Date(now.getTime() + LEASE_MS) })
    .where('id', 'in', (build) =>
      build
        .selectFrom('deliveries as due')
        .select('due.id')
        .where('due.state', '=', 'waiting')
        .where('due.next_at', '<=', now)
        .where((where) => where.or([where('due.leased_until', 'is', null), where('due.leased_until', '<=', now)]))
        .orderBy('due.next_at')
        .limit(most)
        .forUpdate()
        .skipLocked(),
    )
    .returningAll()
    .execute();
  return rows.map(asDelivery);
}

/** Writes down what came of an attempt. `nextAt` null ends it: delivered where the status is 2xx, else given up. */
export async function recordAttempt(
  ledger: LedgerLike,
  id: string,
  came: {
    readonly status: number | null;
    readonly error: string | null;
    readonly nextAt: Date | null;
    readonly now: Date;
  },
): Promise<void> {
  const { status, nextAt } = came;
  const delivered = status !== null && status >= 200 && status < 300;
  await inTransaction(ledger, async (inside) => {
    const { attempts } = await inside.db
      .updateTable('deliveries')
      .set({
        attempts: sql<number>`attempts + 1`,
        leased_until: null,
        next_at: nextAt,
        state: nextAt !== null ? 'waiting' : delivered ? 'delivered' : 'given-up',
      })
      .where('id', '=', id)
      .returning('attempts')
      .executeTakeFirstOrThrow();
    await inside.db
      .insertInto('delivery_attempts')
      .values({ delivery: id, attempt: attempts, at: came.now, status, error: columnTextOrNull(came.error, 1000) })
      .execute();
  });
}

/** The webhooks of a submission, oldest first, each with its attempts. */
export async function listDeliveries(
  ledger: LedgerLike,
  submission: string,
): Promise<(Delivery & { readonly log: DeliveryAttempt[] })[]> {
  const rows = await ledger.db
    .selectFrom('deliveries')
    .selectAll()
    .where('submission', '=', submission)
    .orderBy('seq')
    .execute();
  const attempts = await ledger.db
    .selectFrom('delivery_attempts')
    .innerJoin('deliveries', 'deliveries.id', 'delivery_attempts.delivery')
    .select(['delivery', 'attempt', 'at', 'status', 'error'])
    .where('deliveries.submission', '=', submission)
    .orderBy('attempt')
    .execute();
  return rows.map((row) => ({
    ...asDelivery(row),
    log: attempts
      .filter((each) => each.delivery === row.id)
      .map(({ attempt, at, status, error }) => ({ attempt, at: at.toISOString(), status, error })),
  }));
}

function asDelivery(row: Selectable<DeliveriesTable>): Delivery {
  return {
    id: row.id,
    submission: row.submission,
    url: row.url,
    event: row.event,
    body: row.body,
    createdAt: row.created_at.toISOString(),
    state: row.state,
    attempts: row.attempts,
    nextAt: row.next_at?.toISOString() ?? null,
  };
}
