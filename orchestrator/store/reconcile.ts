import { sql } from 'kysely';
import type { Urgency } from '../contract/api.ts';
import { Fault } from '../contract/fault.ts';
import type { Stage } from '../contract/job.ts';
import { inBatches } from './in-batches.ts';
import type { LedgerLike } from './ledger.ts';
import type { JobQueue } from './queue.ts';
import { recordEnd } from './stage-record.ts';
import { getSubmission, UNFINISHED } from './submissions.ts';

/** What {@link reconcile} did, by the ids of submissions. */
export interface Reconciled {
  readonly requeued: string[];
  readonly ended: string[];
}

type Queue = Pick<JobQueue, 'cancel' | 'counts' | 'forget' | 'outcome' | 'submit'>;

/** Whoever has just written a submission down is about to queue it. */
const GRACE_MS = 10_000;
/** Looked at in each pass where nothing seems to be missing: what is missing all the same is found some passes later. */
const SAMPLE = 200;
/** A cancel that the queue missed is repeated for so long. */
const CANCELLED_FOR_MS = 15 * 60_000;
const AT_ONCE = 8;

const ENDED: ReadonlySet<string> = new Set(['completed', 'failed']);

/**
 * Makes the queue agree with the ledger, which is the truth: submissions whose jobs are gone are queued again from the
 * stage that is still to do, those whose jobs failed are ended, cancelled ones are stopped. It may run in several
 * processes at once, and as often as one likes: whatever it does is done once.
 * @throws Fault `queue-failed`, `ledger-failed` where one of them does not answer; the next pass does the rest
 */
export async function reconcile(ledger: LedgerLike, queue: Queue, { now }: { now: Date }): Promise<Reconciled> {
  const done: Reconciled = { requeued: [], ended: [] };
  await inBatches(await unfinished(ledger, queue, now), AT_ONCE, (id) => settle(ledger, queue, id, done));
  await inBatches(await lateCancels(ledger, now), AT_ONCE, (id) => stop(queue, id));
  return done;
}

/** All of them where the queue has fewer jobs than the ledger has submissions, else some of them. */
async function unfinished(ledger: LedgerLike, queue: Queue, now: Date): Promise<string[]> {
  const open = ledger.db
    .selectFrom('submissions')
    .where('updated_at', '<', new Date(now.getTime() - GRACE_MS))
    // One that crashed with a fault was given up; without one its job is given to another worker.
    .where((build) =>
      build.or([
        build('state', 'in', [...UNFINISHED]),
        build.and([build('state', '=', 'crashed'), build('fault_code', 'is', null)]),
      ]),
    );
  const { count } = await open.select(sql<string>`count(*)`.as('count')).executeTakeFirstOrThrow();
  if (Number(count) === 0) return [];
  const jobs = Object.entries((await queue.counts())['assess'] ?? {});
  const queued = jobs.reduce((sum, [state, count]) => (ENDED.has(state) ? sum : sum + count), 0);
  const chosen = open.select('id');
  const rows = await (Number(count) > queued ? chosen : chosen.orderBy(sql`random()`).limit(SAMPLE)).execute();
  return rows.map((row) => row.id);
}

async function settle(ledger: LedgerLike, queue: Queue, id: string, done: Reconciled): Promise<void> {
  const seen = await queue.outcome(id);
  if (seen.state === 'waiting' || seen.state === 'active') return;
  if (seen.state === 'failed') {
    if (await recordEnd(ledger, id, seen.fault)) done.ended.push(id);
    return;
  }
  // Jobs move from one state to the next between two questions: what is gone is gone at a second look too.
  if (seen.state === 'unknown' && (await queue.outcome(id)).state !== 'unknown') return;
  if (await requeue(ledger, queue, id)) done.requeued.push(id);
}

/** @returns false where it has ended meanwhile */
async function requeue(ledger: LedgerLike, queue: Queue, id: string): Promise<boolean> {
  const submission = await getSubmission(ledger, id);
  if (!UNFINISHED.includes(submission.state) && submission.state !== 'crashed') return false;
  const { urgency, from } = await due(ledger, id);
  await queue.submit(submission, { urgency, from, anew: true });
  return true;
}

/** The first stage whose result the ledger does not have. */
async function due(ledger: LedgerLike, id: string): Promise<{ urgency: Urgency; from: Stage }> {
  const row = await ledger.db
    .selectFrom('submissions')
    .select(['urgency', sql<boolean>`inspection is not null`.as('inspected')])
    .select((build) =>
      build
        .exists(build.selectFrom('runs').select('id').where('submission', '=', id).where('runs.state', '=', 'sealed'))
        .as('sealed'),
    )
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) throw new Fault('submission-unknown', id);
  return { urgency: row.urgency, from: row.sealed ? 'assess' : row.inspected ? 'examine' : 'inspect' };
}

async function lateCancels(ledger: LedgerLike, now: Date): Promise<string[]> {
  const rows = await ledger.db
    .selectFrom('submissions')
    .select('id')
    .where('state', '=', 'cancelled')
    .where('updated_at', '>', new Date(now.getTime() - CANCELLED_FOR_MS))
    .execute();
  return rows.map((row) => row.id);
}

/** Stops the work where it goes on, and removes what waits: the ledger remembers the end. */
async function stop(queue: Queue, id: string): Promise<void> {
  const { state } = await queue.outcome(id);
  if (state === 'active' || state === 'waiting') await queue.cancel(id);
  else if (state !== 'unknown') await queue.forget(id);
}
