import { Redis } from 'ioredis';
import { Fault, printable } from '../contract/fault.ts';

/**
 * Checks that the Redis at `url` answers and keeps what it is given.
 * Under any eviction policy but `noeviction` it drops jobs when its memory is full; BullMQ itself only warns. Without
 * persistence it forgets all jobs when it restarts.
 * @param warn told where Redis does not say whether it saves to disk, as some hosted ones refuse to
 * @throws Fault `queue-failed` with what is to be changed
 */
export async function checkRedis(url: string, warn: (message: string) => void = () => undefined): Promise<void> {
  const place = placeOf(url);
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 5_000,
    commandTimeout: 5_000,
    maxRetriesPerRequest: 1,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined); // connect() rejects with the same error
  try {
    await redis.connect();
    const policy = /^maxmemory_policy:(\S+)/m.exec(await redis.info('memory'))?.[1];
    if (policy !== 'noeviction') {
      const found = printable(policy ?? 'unknown');
      throw new Fault('queue-failed', `Redis at ${place} has maxmemory-policy ${found}: set it to noeviction`);
    }
    const saves = await savesToDisk(redis);
    if (saves === null) warn(`Redis at ${place} does not say whether it saves to disk: see that it does`);
    if (saves === false) {
      const remedy = 'set appendonly yes, or a save rule such as save 60 1';
      throw new Fault('queue-failed', `Redis at ${place} saves nothing to disk and would lose jobs: ${remedy}`);
    }
  } catch (error) {
    if (error instanceof Fault) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new Fault('queue-failed', `Redis at ${place}: ${printable(message)}`, { cause: error });
  } finally {
    redis.disconnect();
  }
}

/** True with an append-only file or a rule of snapshots; null where Redis keeps its configuration to itself. */
async function savesToDisk(redis: Redis): Promise<boolean | null> {
  if (/^aof_enabled:1/m.test(await redis.info('persistence'))) return true;
  try {
    const rules = await redis.config('GET', 'save');
    return Array.isArray(rules) && typeof rules[1] === 'string' && rules[1].trim() !== '';
  } catch (error) {
    if (/unknown command|NOPERM|not allowed/i.test(String(error))) return null;
    throw error;
  }
}

function placeOf(url: string): string {
  return printable(URL.parse(url)?.host ?? 'an unreadable address');
}
