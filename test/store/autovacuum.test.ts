import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { keepVacuumed, vacuumOnce } from '../../orchestrator/store/autovacuum.ts';
import { openDatabase, type Database } from '../../orchestrator/store/database.ts';
import { scratch } from './places.ts';

describe('the embedded database, which has no autovacuum daemon', () => {
  let place: Awaited<ReturnType<typeof scratch>>;
  let database: Database;
  beforeAll(async () => {
    place = await scratch();
    database = await openDatabase({ directory: place.directory, signal: AbortSignal.timeout(60_000) });
  });
  afterAll(async () => {
    await database[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });

  /** PostgreSQL hands in its counts a little later, unless asked to. */
  async function change(command: string): Promise<void> {
    await database.pool.query(command);
    await database.pool.query('select pg_stat_force_next_flush()');
  }

  it('analyzes a table that grew, vacuums one whose rows were replaced, and leaves the others', async () => {
    await change('create table public.grown as select n from generate_series(1, 1000) n');
    await change('create table public.small as select n from generate_series(1, 50) n');
    expect(await vacuumOnce(database.pool)).toEqual(['analyze public.grown']);
    await change('select 1');
    expect(await vacuumOnce(database.pool)).toEqual([]);
    await change('update public.grown set n = n + 1');
    expect(await vacuumOnce(database.pool)).toEqual(['vacuum analyze public.grown']);
    await change('select 1');
    expect(await vacuumOnce(database.pool)).toEqual([]);
  });

  it('does so again and again, beside open transactions, until it is closed', async () => {
    const client = await database.pool.connect();
    const ran: string[] = [];
    const pool = {
      ...database.pool,
      query: (text: string) => {
        ran.push(text);
        return database.pool.query(text);
      },
    };
    {
      await using _kept = keepVacuumed(pool, 1);
      await client.query('begin');
      await client.query('create table public.later as select n from generate_series(1, 1000) n');
      await client.query('commit');
      await change('select 1');
      await vi.waitFor(() => expect(ran).toContain('analyze public.later'), { timeout: 10_000, interval: 5 });
    }
    const { length } = ran;
    await database.pool.query('select 1');
    expect(ran).toHaveLength(length);
    client.release();
  });
});
