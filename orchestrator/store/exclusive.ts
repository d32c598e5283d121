import type { Database } from './database.ts';

/** Runs acts of one name one after the other, also where other processes run them. */
export type Exclusive = <Result>(name: string, act: () => Promise<Result>) => Promise<Result>;

/** Each act holds a connection beside the one that it works on, so only so many are under way in a process. */
const AT_ONCE = 4;

/**
 * Between processes by an advisory lock of PostgreSQL (docs, "Explicit Locking"), which ends with its connection; in
 * this process by waiting before a connection is taken, so that no two acts hold connections that they wait for from
 * each other. The embedded database belongs to one process and needs no lock.
 */
export function exclusiveOn(database: Pick<Database, 'kind' | 'pool'>): Exclusive {
  const last = new Map<string, Promise<unknown>>();
  const places = Array.from({ length: AT_ONCE }, (): Promise<unknown> => Promise.resolve());
  let next = 0;

  return (name, act) => {
    const place = next++ % AT_ONCE;
    const run = () => (database.kind === 'postgresql' ? locked(database.pool, name, act) : act());
    const mine = Promise.all([last.get(name), places[place]]).then(run);
    const ended: Promise<unknown> = mine
      .catch(() => undefined) // whoever asked for it is told; the next one begins all the same
      .then(() => {
        if (last.get(name) === ended) last.delete(name);
      });
    last.set(name, ended);
    places[place] = ended;
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
