import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { checkRedis } from '../../orchestrator/store/redis.ts';
import { redisServer, startRedis } from './places.ts';

describe.skipIf(redisServer === undefined)('a Redis (skipped where no server is installed)', () => {
  it.each([
    ['an append-only file', ['--appendonly', 'yes']],
    ['a rule of snapshots', ['--save', '60', '1']],
  ])('is taken where it keeps jobs by %s', async (_what, saving) => {
    await using redis = await startRedis('noeviction', saving);
    const warnings: string[] = [];
    await checkRedis(redis.url, (message) => warnings.push(message));
    expect(warnings).toEqual([]);
  });

  it('is refused, with the remedy, where it would forget jobs when it restarts', async () => {
    await using redis = await startRedis('noeviction', []);
    await expect(checkRedis(redis.url)).rejects.toMatchObject({
      code: 'queue-failed',
      detail: expect.stringMatching(
        /^Redis at 127\.0\.0\.1:\d+ saves nothing to disk .*: set appendonly yes, or a save rule such as save 60 1$/,
      ) as string,
    });
  });

  it.each(['allkeys-lru', 'volatile-ttl'])('is refused where it would drop jobs under %s', async (policy) => {
    await using redis = await startRedis(policy);
    await expect(checkRedis(redis.url)).rejects.toMatchObject({
      code: 'queue-failed',
      detail: expect.stringContaining(`maxmemory-policy ${policy}: set it to noeviction`) as string,
    });
  });

  it('is taken, with a warning, where it keeps its configuration to itself', async () => {
    await using redis = await startRedis('noeviction', []);
    const admin = new Redis(redis.url);
    await admin.acl('SETUSER', 'default', '-config');
    admin.disconnect();
    const warnings: string[] = [];
    await checkRedis(redis.url, (message) => warnings.push(message));
    expect(warnings).toEqual([expect.stringContaining('does not say whether it saves to disk')]);
  });

  it('is named without its password where it does not answer', async () => {
    const error = await checkRedis('redis://someone:hunter2@127.0.0.1:1').catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'queue-failed' });
    expect(String(error)).toContain('127.0.0.1:1');
    expect(String(error)).not.toContain('hunter2');
  });
});
