import type { Database } from './database.ts';

/** Runs acts one after the other; acts of one name also where other processes run them. */
export type Exclusive = <Result>(name: string, act: () => Promise<Result>) => Promise<Result>;

/**
 * In this process by a chain, so that no two acts hold connections that they wait for from each other; between
 * processes by an advisory lock of PostgreSQL (docs, "Explicit Locking"), which ends with its connection. The embedded
 * database belongs to one process and needs none.
 */
export function exclusiveOn(database: Pick<Database, 'kind' | 'pool'>): Exclusive {
  let last: Promise<unknown> = Promise.resolve();
  return (name, act) => {
    const mine = last.then(() => (database.kind === 'postgresql' ? locked(database.pool, name, act) : act()));
    last = mine.catch(() => undefined); // whoever asked for it is told; the next one begins all the same
    return mine;
  };
}

async function locked<Result>(pool: Database['pool'], name: string, act: () => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  let ended = false;
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [name]);
    const result = await act();
    await client.query('COMMIT');
    ended = true;
    return result;
  } finally {
    client.release(!ended); // a connection whose transaction did not end is closed, which ends it
  }
}
