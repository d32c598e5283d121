import { hostname } from 'node:os';
import type { Kysely } from 'kysely';
import type { LedgerLike } from './ledger.ts';
import type { LedgerTables } from './tables.ts';

export interface CustodyEntry {
  readonly at: string;
  readonly who: string;
  readonly what: string;
  readonly submission: string | null;
  readonly run: string | null;
}

export interface CustodyNote {
  /** Absent: this process, as `host/pid`. */
  readonly who?: string;
  readonly what: string;
  readonly submission?: string;
  readonly run?: string;
}

/** Appends one line to the log of who did what to the evidence. The database refuses to change or delete lines. */
export async function appendCustody(ledger: LedgerLike, note: CustodyNote): Promise<void> {
  await ledger.db
    .insertInto('custody')
    .values({
      who: note.who ?? thisActor(),
      what: note.what,
      submission: note.submission ?? null,
      run: note.run ?? null,
    })
    .execute();
}

/** The log of one submission, oldest first. */
export async function listCustody(ledger: LedgerLike, submission: string): Promise<CustodyEntry[]> {
  const rows = await ledger.db
    .selectFrom('custody')
    .selectAll()
    .where('submission', '=', submission)
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    at: row.at.toISOString(),
    who: row.who,
    what: row.what,
    submission: row.submission,
    run: row.run,
  }));
}

export function thisActor(): string {
  return `${hostname()}/${process.pid}`;
}

/**
 * Runs `work` in one transaction, as functions of the ledger take it; within a transaction, as part of that one, which
 * whoever catches a failure of `work` must then let fail too.
 */
export function inTransaction<Result>(
  ledger: LedgerLike,
  work: (ledger: { db: Kysely<LedgerTables> }) => Promise<Result>,
): Promise<Result> {
  return ledger.db.isTransaction ? work(ledger) : ledger.db.transaction().execute((db) => work({ db }));
}
