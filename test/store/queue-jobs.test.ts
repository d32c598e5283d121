import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../orchestrator/store/database.ts';
import { openBackend } from '../../orchestrator/store/queue-backend.ts';
import { openJobs } from '../../orchestrator/store/queue-jobs.ts';
import { postgresBin, redisServer } from './places.ts';
import { signal } from './queue-harness.ts';
import { postgresToTakeAway, redisToTakeAway } from './servers.ts';

const missing = redisServer === undefined || postgresBin === undefined;

describe.skipIf(missing)(`the jobs of a queue${missing ? ' (no Redis or PostgreSQL is installed)' : ''}`, () => {
  it.each(['Redis', 'PostgreSQL'])('call it an outage, whatever they are asked, once %s is gone', async (which) => {
    await using postgres = await postgresToTakeAway();
    await using redis = which === 'Redis' ? await redisToTakeAway() : null;
    await using database = await openDatabase({ url: postgres.url, signal: signal() });
    const backend = await openBackend({ database, redisUrl: redis?.url });
    const name = randomUUID();
    const jobs = openJobs(
      backend,
      (stage) => `${name}-${stage}`,
      () => undefined, // lost connections are what this is about
    );
    try {
      await Promise.all((['inspect', 'examine', 'assess'] as const).map((stage) => jobs.open(stage, '')));
      expect(await jobs.find('assess', 'sub-1', '')).toBeUndefined();
      await (redis ?? postgres).kill();
      const outage = { name: 'Fault', code: 'queue-failed' };
      await expect(jobs.find('assess', 'sub-1', '')).rejects.toMatchObject(outage);
      await expect(jobs.snapshots('sub-1')).rejects.toMatchObject(outage);
      await expect(jobs.remove('sub-1')).rejects.toMatchObject(outage);
      await (redis ?? postgres).start();
      await expect.poll(() => jobs.find('assess', 'sub-1', '').then(() => 'answers', String)).toBe('answers');
    } finally {
      await jobs[Symbol.asyncDispose]();
    }
  });
});
