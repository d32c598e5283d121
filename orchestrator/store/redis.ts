import { Redis } from 'ioredis';
import { Fault, printable } from '../contract/fault.ts';

/**
 * Checks that the Redis at `url` answers and keeps what it is given.
 * Under any eviction policy but `noeviction` it drops jobs when its memory is full; BullMQ itself only warns.
 * @throws Fault `queue-failed`
 */
export async function checkRedis(url: string): Promise<void> {
  const place = placeOf(url);
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 5_000,
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
  } catch (error) {
    if (error instanceof Fault) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new Fault('queue-failed', `Redis at ${place}: ${printable(message)}`, { cause: error });
  } finally {
    redis.disconnect();
  }
}

function placeOf(url: string): string {
  return printable(URL.parse(url)?.host ?? 'an unreadable address');
}
