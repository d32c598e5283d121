import { openDatabase } from '../../orchestrator/store/database.ts';
import { PLACES, postgresBin, redisServer, startPostgres, startRedis, type Place } from '../store/places.ts';

async function redisAndPostgres(): Promise<Place> {
  const postgres = await startPostgres();
  const redis = await startRedis();
  const database = await openDatabase({ url: postgres.url, signal: AbortSignal.timeout(60_000) });
  return {
    database,
    url: postgres.url,
    redisUrl: redis.url,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
      await postgres[Symbol.asyncDispose]();
    },
  };
}

const missing = [postgresBin === undefined && 'PostgreSQL', redisServer === undefined && 'Redis'].filter(Boolean);

/** The three backends on which the service must behave alike, each with the reason why it cannot be had here, or null. */
export const BACKENDS: readonly { name: string; open: () => Promise<Place>; missing: string | null }[] = [
  ...PLACES.filter((place) => place.name !== 'Redis'),
  {
    name: 'Redis and PostgreSQL',
    open: redisAndPostgres,
    missing: missing.length === 0 ? null : `${missing.join(' and ')} is not installed`,
  },
];
