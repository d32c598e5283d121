import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../orchestrator/store/database.ts';
import { openQueue } from '../../orchestrator/store/queue.ts';
import { redisServer, scratch, startRedis } from './places.ts';

/** A database made once, from which the others start: making one takes seconds. */
let template: string;
let made: Awaited<ReturnType<typeof scratch>>;
beforeAll(async () => {
  made = await scratch();
  template = made.directory;
  await using database = await openDatabase({ directory: template, signal });
  await database.pool.query('create table public.kept (n int); insert into public.kept values (7)');
});
afterAll(() => made[Symbol.asyncDispose]());

const signal = new AbortController().signal;

describe('the embedded database', () => {
  it('belongs to one process: a second opening is refused by pid and directory', async () => {
    await using place = await scratch();
    const { directory } = place;
    {
      await using _open = await openDatabase({ directory, template, signal });
      await expect(openDatabase({ directory, template, signal })).rejects.toMatchObject({
        code: 'ledger-busy',
        detail: `process ${process.pid} holds ${path.join(directory, 'lock.json')}`,
      });
    }
    await using again = await openDatabase({ directory, template, signal });
    expect((await again.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('starts from a template, with what is in it', async () => {
    await using place = await scratch();
    await using copy = await openDatabase({ directory: place.directory, template, signal });
    expect((await copy.pool.query('select n from public.kept')).rows).toEqual([{ n: 7 }]);
  });

  it('keeps other queries out of a transaction, and rolls back one that is left open', async () => {
    await using place = await scratch();
    await using database = await openDatabase({ directory: place.directory, template, signal });
    await database.pool.query('create table public.counted (n int)');
    const client = await database.pool.connect();
    await client.query('begin');
    await client.query('insert into public.counted values (1)');
    const outside = database.pool.query('select count(*)::int as n from public.counted');
    await client.query('rollback');
    expect((await outside).rows).toEqual([{ n: 0 }]);
    await client.query('begin');
    await client.query('insert into public.counted values (2)');
    client.release();
    expect((await database.pool.query('select count(*)::int as n from public.counted')).rows).toEqual([{ n: 0 }]);
  });

  it('leaves the event loop its turns while queries run', async () => {
    await using place = await scratch();
    await using database = await openDatabase({ directory: place.directory, template, signal });
    let turns = 0;
    const counter = setInterval(() => (turns += 1), 1);
    for (let query = 0; query < 200; query += 1) await database.pool.query('select $1::int', [query]);
    clearInterval(counter);
    expect(turns).toBeGreaterThan(5);
  });
});

describe('a database or queue that cannot be had', () => {
  it('is named, without its password', async () => {
    await expect(openDatabase({ signal })).rejects.toMatchObject({ code: 'usage' });
    const url = 'postgres://someone:hunter2@127.0.0.1:1/sleeptalk';
    const error = await openDatabase({ url, signal }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'ledger-failed' });
    expect((error as Error).message).toContain('127.0.0.1:1/sleeptalk');
    expect((error as Error).message).not.toContain('hunter2');
  });

  it.skipIf(redisServer === undefined)(
    'is a Redis that would drop jobs, or that is not there (skipped where no server is installed)',
    async () => {
      await using place = await scratch();
      await using database = await openDatabase({ directory: place.directory, template, signal });
      await using redis = await startRedis('allkeys-lru');
      await expect(openQueue({ database, redisUrl: redis.url, signal })).rejects.toMatchObject({
        code: 'queue-failed',
        detail: expect.stringContaining('maxmemory-policy allkeys-lru: set it to noeviction') as string,
      });
      await expect(openQueue({ database, redisUrl: 'redis://127.0.0.1:1', signal })).rejects.toMatchObject({
        code: 'queue-failed',
      });
    },
  );
});
