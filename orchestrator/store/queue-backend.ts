import {
  createPostgresBackend,
  createRedisBackend,
  runMigrations,
  withBackend,
  type BackendClasses,
  type IQueueBackend,
  type PgPoolClient,
  type Telemetry,
} from 'bullmq';
import { Fault, printable } from '../contract/fault.ts';
import type { Database } from './database.ts';
import { flowsTogether } from './queue-flows.ts';
import { queuePool } from './queue-pool.ts';
import { checkRedis } from './redis.ts';

/** BullMQ's classes on one backend, with the options that each part of the queue is opened with. */
export interface QueueBackend {
  readonly kind: 'redis' | Database['kind'];
  readonly bull: BackendClasses<IQueueBackend, unknown>;
  /** For parts that ask and want to be told of an outage at once. */
  readonly producing: PartOptions & { readonly skipWaitingForReady: boolean };
  /** For parts that wait for work or news, and so wait for the end of an outage. */
  readonly consuming: PartOptions;
}

interface PartOptions {
  readonly connection: unknown;
  readonly telemetry?: Telemetry;
}

export interface BackendOptions {
  readonly database: Database;
  readonly redisUrl?: string | undefined;
  /** OpenTelemetry spans of adding and working, through the SDK that the process was started with. */
  readonly telemetry?: boolean | undefined;
  readonly warn?: ((message: string) => void) | undefined;
}

/** Work goes on so soon after Redis is back, at the latest. */
const RECONNECT_WITHIN_MS = 1_000;

/** @throws Fault `queue-failed` where it does not answer or would lose jobs */
export async function openBackend(options: BackendOptions): Promise<QueueBackend> {
  const { database, redisUrl: url } = options;
  const traced = options.telemetry === true ? { telemetry: await openTelemetry() } : {};
  if (url !== undefined) {
    await checkRedis(url, options.warn);
    const retryStrategy = (times: number): number => Math.min(times * 100, RECONNECT_WITHIN_MS);
    const producer = { url, retryStrategy, maxRetriesPerRequest: 1 };
    const consumer = { url, retryStrategy, maxRetriesPerRequest: null };
    return {
      kind: 'redis',
      bull: withBackend(redisBackend) as unknown as QueueBackend['bull'],
      producing: { connection: producer, skipWaitingForReady: true, ...traced },
      consuming: { connection: consumer, ...traced },
    };
  }
  const client = await asked(database.pool.connect());
  try {
    await asked(runMigrations(client as unknown as PgPoolClient));
  } finally {
    client.release();
  }
  const connection = queuePool(database.pool);
  return {
    kind: database.kind,
    bull: withBackend(createPostgresBackend) as unknown as QueueBackend['bull'],
    producing: { connection, skipWaitingForReady: false, ...traced },
    consuming: { connection, ...traced },
  };
}

/** BullMQ's own, but flows that are added while others are on their way are added with those that wait, in one MULTI. */
const redisBackend: typeof createRedisBackend = (...args) => {
  const backend = createRedisBackend(...args);
  const addAll = backend.addFlow.bind(backend);
  backend.addFlow = flowsTogether(addAll);
  return backend;
};

/** Loaded only where it is asked for. */
async function openTelemetry(): Promise<Telemetry> {
  const { BullMQOtel } = await import('bullmq-otel');
  return new BullMQOtel({ tracerName: 'sleeptalk' });
}

/** The same promise, whose failures are Faults. */
export function asked<Result>(answer: Promise<Result>): Promise<Result> {
  return answer.catch((error: unknown) => {
    if (error instanceof Fault) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new Fault('queue-failed', printable(message), { cause: error });
  });
}

/** The same, but where there is no answer within `ms` the caller is told so; the act itself may still come about. */
export async function askedWithin<Result>(ms: number, answer: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Fault('queue-failed', `no answer within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([asked(answer), patience]);
  } finally {
    clearTimeout(timer);
  }
}
