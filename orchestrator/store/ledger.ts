import { Kysely, Migrator, PostgresDialect, type Migration, type PostgresPool } from 'kysely';
import { Fault, printable } from '../contract/fault.ts';
import { keepVacuumed } from './autovacuum.ts';
import type { Database } from './database.ts';
import * as first from './migrations/0001-ledger.ts';
import * as service from './migrations/0002-service.ts';
import * as records from './migrations/0003-records.ts';
import * as fencing from './migrations/0004-fencing.ts';
import * as waiting from './migrations/0005-waiting-for-review.ts';
import * as filesByDigest from './migrations/0006-files-by-digest.ts';
import type { SqlClient, SqlPool } from './pglite-pool.ts';
import type { LedgerTables } from './tables.ts';

/** The record of everything: what was submitted, run, judged, and by whom. Rows are added and marked, never deleted. */
export interface Ledger extends AsyncDisposable {
  readonly db: Kysely<LedgerTables>;
}

/** What every function of the store takes: the ledger, or a transaction of it. */
export type LedgerLike = Pick<Ledger, 'db'>;

/** In order; the names are stored and never change. */
const MIGRATIONS: Record<string, Migration> = {
  '0001-ledger': first,
  '0002-service': service,
  '0003-records': records,
  '0004-fencing': fencing,
  '0005-waiting-for-review': waiting,
  '0006-files-by-digest': filesByDigest,
};

const SCHEMA = 'sleeptalk';

/**
 * Brings the schema up to date, under a lock that other starting processes wait for, and opens the ledger.
 * The database stays its opener's: disposing the ledger does not close it.
 * @throws Fault `ledger-failed`
 */
export async function openLedger(options: { database: Database; signal: AbortSignal }): Promise<Ledger> {
  options.signal.throwIfAborted();
  const pool = faultingPool(options.database.pool, options.database.place);
  const db = new Kysely<LedgerTables>({ dialect: new PostgresDialect({ pool }) });
  const migrator = new Migrator({
    db,
    migrationTableSchema: SCHEMA,
    provider: { getMigrations: () => Promise.resolve(MIGRATIONS) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw asFault(error, options.database.place);
  const vacuumed = options.database.kind === 'embedded' ? keepVacuumed(options.database.pool) : null;
  return {
    db: db.withSchema(SCHEMA),
    async [Symbol.asyncDispose]() {
      await vacuumed?.[Symbol.asyncDispose]();
      await db.destroy();
    },
  };
}

/** SQLSTATE of an error, where PostgreSQL gave one. */
export function sqlStateOf(error: unknown): string | null {
  const cause = error instanceof Fault ? error.cause : error;
  const code = (cause as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : null;
}

/** U+0000 and half surrogate pairs (character_not_in_repertoire, untranslatable_character): trying again never helps. */
const UNSTORABLE: ReadonlySet<string> = new Set(['22021', '22P05']);

/** The same pool, whose failures are Faults and which the ledger cannot end. */
function faultingPool(pool: SqlPool, place: string): PostgresPool {
  async function connect(): Promise<SqlClient> {
    const client = await pool.connect().catch((error: unknown) => {
      throw asFault(error, place);
    });
    return {
      release: () => client.release(),
      query: (text, values) =>
        client.query(text, values).catch((error: unknown) => {
          throw asFault(error, place);
        }),
    };
  }
  // Kysely's interface also knows cursors, which it uses only where a dialect configures them.
  return { connect, end: () => Promise.resolve() } as unknown as PostgresPool;
}

function asFault(error: unknown, place: string): Fault {
  if (error instanceof Fault) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (UNSTORABLE.has(sqlStateOf(error) ?? '')) {
    return new Fault('request-malformed', `text that no ledger can hold: ${printable(message)}`, { cause: error });
  }
  return new Fault('ledger-failed', `the ledger at ${place}: ${printable(message)}`, { cause: error });
}
