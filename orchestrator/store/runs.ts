import { hostname } from 'node:os';
import type { Selectable } from 'kysely';
import { Fault, printable } from '../contract/fault.ts';
import { appendCustody, inTransaction } from './custody.ts';
import { newId } from './ids.ts';
import type { LedgerLike } from './ledger.ts';
import { lives, thisProcess } from './process-lock.ts';
import { UNFINISHED } from './submissions.ts';
import type { RunState, RunsTable } from './tables.ts';

/** One device session: a leased handset from clean snapshot to teardown. */
export interface Run {
  readonly id: string;
  readonly submission: string;
  /** Fencing token: the holder of a smaller one than the newest may no longer seal. */
  readonly token: number;
  readonly state: RunState;
  readonly directory: string | null;
  /** SHA-256 of the sealed bundle's manifest. */
  readonly bundle: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
}

/**
 * Opens a run for the holder of `token`. Runs of smaller tokens that are still open are marked as crashed.
 * @throws Fault `lease-lost` where the same or a newer token was used before, `submission-unknown`
 */
export async function openRun(
  ledger: LedgerLike,
  wanted: { submission: string; token: number; directory?: string },
): Promise<Run> {
  const { submission, token } = wanted;
  const holder = JSON.stringify(await thisProcess());
  return inTransaction(ledger, async (inside) => {
    await refuseStale(inside, submission, token);
    const id = newId('run');
    for (const stale of await openRuns(inside, submission)) await crash(inside, stale, 'superseded');
    const row = await inside.db
      .insertInto('runs')
      .values({ id, submission, token, state: 'open', host: hostname(), holder, directory: wanted.directory ?? null })
      .returningAll()
      .executeTakeFirstOrThrow();
    await appendCustody(inside, { what: `run opened with token ${token}`, submission, run: id });
    return asRun(row);
  });
}

/**
 * Ends a run with its sealed bundle.
 * @throws Fault `lease-lost` where the run is no longer open or a newer token exists
 */
export async function sealRun(
  ledger: LedgerLike,
  sealed: { run: string; token: number; bundle: string; directory: string },
): Promise<Run> {
  const { bundle, directory } = sealed;
  return endRun(ledger, sealed, `run sealed as ${bundle}`, { state: 'sealed', bundle, directory });
}

/** Ends a run that came to nothing. @throws Fault `lease-lost` as {@link sealRun} */
export async function failRun(ledger: LedgerLike, failed: { run: string; token: number; fault: Fault }): Promise<Run> {
  const { code, detail } = failed.fault;
  return endRun(ledger, failed, `run failed: ${code}`, { state: 'failed', fault_code: code, fault_detail: detail });
}

/** All runs of a submission, oldest first. */
export async function listRuns(ledger: LedgerLike, submission: string): Promise<Run[]> {
  const rows = await ledger.db
    .selectFrom('runs')
    .selectAll()
    .where('submission', '=', submission)
    .orderBy('token')
    .execute();
  return rows.map(asRun);
}

/**
 * Marks the open runs whose process on this host is dead, and their unfinished submissions, as crashed.
 * Runs of other hosts are left: whether those live cannot be seen from here, and a newer token supersedes them.
 */
export async function markCrashed(ledger: LedgerLike): Promise<Run[]> {
  const open = await ledger.db
    .selectFrom('runs')
    .selectAll()
    .where('state', '=', 'open')
    .where('host', '=', hostname())
    .execute();
  const crashed: Run[] = [];
  for (const row of open) {
    if (await lives(row.holder)) continue;
    await inTransaction(ledger, async (inside) => {
      if (!(await crash(inside, row, 'its process died'))) return;
      await inside.db
        .updateTable('submissions')
        .set({ state: 'crashed', updated_at: new Date() })
        .where('id', '=', row.submission)
        .where('state', 'in', [...UNFINISHED])
        .execute();
      crashed.push({ ...asRun(row), state: 'crashed' });
    });
  }
  return crashed;
}

async function endRun(
  ledger: LedgerLike,
  ended: { run: string; token: number },
  what: string,
  change: Partial<Pick<Selectable<RunsTable>, 'bundle' | 'directory' | 'fault_code' | 'fault_detail'>> & {
    state: RunState;
  },
): Promise<Run> {
  return inTransaction(ledger, async (inside) => {
    const row = await inside.db
      .updateTable('runs')
      .set({ ...change, ended_at: new Date() })
      .where('id', '=', ended.run)
      .where('token', '=', ended.token)
      .where('state', '=', 'open')
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) throw new Fault('lease-lost', `run ${printable(ended.run)} is no longer this holder's`);
    await appendCustody(inside, { what, submission: row.submission, run: row.id });
    return asRun(row);
  });
}

/** Locks the submission, so that two holders open their runs one after the other; rows that refer to it may be added. */
async function refuseStale(ledger: LedgerLike, submission: string, token: number): Promise<void> {
  const held = await ledger.db
    .selectFrom('submissions')
    .select('id')
    .where('id', '=', submission)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (held === undefined) throw new Fault('submission-unknown', printable(submission));
  const { newest } = await ledger.db
    .selectFrom('runs')
    .select((build) => build.fn.max('token').as('newest'))
    .where('submission', '=', submission)
    .executeTakeFirstOrThrow();
  if (newest !== null && newest >= token) {
    throw new Fault('lease-lost', `token ${token} of ${printable(submission)} is stale: ${newest} was given out since`);
  }
}

async function openRuns(ledger: LedgerLike, submission: string): Promise<Selectable<RunsTable>[]> {
  return ledger.db
    .selectFrom('runs')
    .selectAll()
    .where('submission', '=', submission)
    .where('state', '=', 'open')
    .execute();
}

/** @returns false where the run ended in the meantime. */
async function crash(ledger: LedgerLike, row: Selectable<RunsTable>, because: string): Promise<boolean> {
  const changed = await ledger.db
    .updateTable('runs')
    .set({ state: 'crashed', ended_at: new Date() })
    .where('id', '=', row.id)
    .where('state', '=', 'open')
    .executeTakeFirst();
  if (changed.numUpdatedRows === 0n) return false;
  await appendCustody(ledger, { what: `run crashed: ${because}`, submission: row.submission, run: row.id });
  return true;
}

function asRun(row: Selectable<RunsTable>): Run {
  return {
    id: row.id,
    submission: row.submission,
    token: row.token,
    state: row.state,
    directory: row.directory,
    bundle: row.bundle,
    startedAt: row.started_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
  };
}
