import { Fault } from '../contract/fault.ts';
import type { SqlPool } from './pglite-pool.ts';

/** A table as the statistics have it: rows, rows that are dead, rows changed since the planner last looked. */
interface Table {
  readonly name: string;
  readonly rows: string;
  readonly dead: string;
  readonly changed: string;
}

const EVERY_MS = 30_000;

/**
 * Does for the embedded database what the autovacuum daemon does for a server, which PGlite has none of: without it the
 * planner never learns how large a table is, and joins that should take milliseconds take seconds; and rows that were
 * replaced are never given free.
 */
export function keepVacuumed(pool: SqlPool, everyMs: number = EVERY_MS): AsyncDisposable {
  let working: Promise<unknown> | null = null;
  const timer = setInterval(() => {
    working ??= vacuumOnce(pool)
      .catch(() => undefined) // the next time will do; queries are only slower without it
      .finally(() => (working = null));
  }, everyMs).unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await working;
    },
  };
}

/**
 * Looks once, with PostgreSQL's own thresholds (docs, "Automatic Vacuuming": 50 rows and 20 % dead, 50 and 10 % changed).
 * @returns the commands that were run
 */
export async function vacuumOnce(pool: SqlPool): Promise<string[]> {
  const { rows } = await pool.query(
    `select format('%I.%I', schemaname, relname) as name, n_live_tup as rows, n_dead_tup as dead,
            n_mod_since_analyze as changed
     from pg_stat_user_tables`,
  );
  const run: string[] = [];
  for (const { name, ...table } of rows as Table[]) {
    const [live, dead, changed] = [Number(table.rows), Number(table.dead), Number(table.changed)];
    if (dead > 50 + live * 0.2) run.push(`vacuum analyze ${name}`);
    else if (changed > 50 + live * 0.1) run.push(`analyze ${name}`);
  }
  for (const command of run) {
    await pool.query(command).catch((error: unknown) => {
      throw new Fault('ledger-failed', command, { cause: error });
    });
  }
  return run;
}
