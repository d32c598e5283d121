import { cp, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { Fault, printable } from '../contract/fault.ts';
import { closedSoon } from './closed-soon.ts';
import { namesIn } from './durable.ts';
import { Opened } from './opened.ts';
import { PglitePool, type SqlPool } from './pglite-pool.ts';
import { lockForProcess } from './process-lock.ts';

export interface Database extends AsyncDisposable {
  readonly kind: 'postgresql' | 'embedded';
  /** Where it is, without any password: a host and database, or a directory. */
  readonly place: string;
  readonly pool: SqlPool;
  /** Makes room for connections that are held for long, such as those that LISTEN. @returns the function that ends it */
  reserve(connections: number): () => void;
}

export interface DatabaseOptions {
  /** `postgres://…`: a server that several processes share. */
  readonly url?: string | undefined;
  /** Where the embedded database lies when there is no `url`. One process at a time. */
  readonly directory?: string | undefined;
  /**
   * A cleanly closed embedded database to start a new directory from: copying it takes 0.1 s where initdb takes 5 s.
   * Ignored where it does not exist.
   */
  readonly template?: string | undefined;
  readonly signal: AbortSignal;
}

/** BullMQ's tables live in their own schema and its SQL relies on the search path. */
const SEARCH_PATH = 'bullmq,public';

/** Connections for work, beside those that are reserved to LISTEN: one for events, one for each worker of the queue. */
const POOL_SIZE = 12;

/**
 * Opens PostgreSQL by `url`, or else PGlite in `directory`.
 * @throws Fault `ledger-busy` where another living process has the directory, `ledger-failed` where nothing answers.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  options.signal.throwIfAborted();
  if (options.url !== undefined) return openServer(options.url);
  if (options.directory === undefined) throw new Fault('usage', 'neither DATABASE_URL nor a directory for the ledger');
  return openEmbedded(options.directory, options.template);
}

async function openServer(url: string): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: POOL_SIZE,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    options: `-c search_path=${SEARCH_PATH}`,
  });
  pool.setMaxListeners(0); // each part of the queue adds its own
  pool.on('error', () => undefined); // an idle connection that drops is replaced by the pool at the next query
  // One that is lent out and drops says so to whoever queries it; without a listener it would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined)); // the query under way, or the next, rejects
  const place = placeOf(url);
  try {
    await pool.query('select 1');
  } catch (error) {
    await pool.end();
    throw new Fault('ledger-failed', `PostgreSQL at ${place}: ${messageOf(error)}`, { cause: error });
  }
  return {
    kind: 'postgresql',
    place,
    pool,
    reserve: (connections) => reserveIn(pool, connections),
    [Symbol.asyncDispose]: () => closedSoon(pool.end(), () => undefined), // nobody is left to be told
  };
}

/** pg-pool reads its size anew whenever a connection is asked for. */
function reserveIn({ options }: pg.Pool, connections: number): () => void {
  let held = connections;
  options.max += held;
  return () => {
    options.max -= held;
    held = 0;
  };
}

async function openEmbedded(directory: string, template: string | undefined): Promise<Database> {
  await mkdir(directory, { recursive: true });
  await using held = new Opened();
  held.use(await lockForProcess(path.join(directory, 'lock.json')));
  const data = path.join(directory, 'data');
  await startFromTemplate(data, template);
  const pglite = await startPglite(data);
  held.defer(() => pglite.close());
  const pool = new PglitePool(pglite);
  held.defer(() => pool.end());
  await pool.query(`set search_path to ${SEARCH_PATH}`);
  const closing = held.handOn();
  return {
    kind: 'embedded',
    place: directory,
    pool,
    reserve: () => () => undefined, // it has one session for all
    [Symbol.asyncDispose]: () => closing[Symbol.asyncDispose](),
  };
}

/** PGlite weighs 9 MB of WebAssembly, so it is loaded only where it is used. */
async function startPglite(data: string): Promise<PGlite> {
  const { PGlite: Pglite, types } = await import('@electric-sql/pglite');
  try {
    return await Pglite.create({
      dataDir: data,
      // As node-postgres has it: bigint as text, JSON given as text passed through.
      parsers: { [types.INT8]: (text) => text },
      serializers: { [types.JSON]: asJsonText, [types.JSONB]: asJsonText },
    });
  } catch (error) {
    throw new Fault('ledger-failed', `embedded ledger in ${printable(data)}: ${messageOf(error)}`, { cause: error });
  }
}

async function startFromTemplate(data: string, template: string | undefined): Promise<void> {
  if (template === undefined || (await namesIn(data)).length > 0) return;
  const made = path.join(template, 'data');
  if ((await namesIn(made)).length === 0) return;
  const draft = `${data}.partial`;
  await rm(draft, { recursive: true, force: true });
  await cp(made, draft, { recursive: true });
  await rename(draft, data);
}

function asJsonText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function placeOf(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? 'an unreadable address' : printable(`${parsed.host}${parsed.pathname}`);
}

function messageOf(error: unknown): string {
  return printable(error instanceof Error ? error.message : String(error));
}
