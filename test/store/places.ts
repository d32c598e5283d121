import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openDatabase, type Database } from '../../orchestrator/store/database.ts';

const run = promisify(execFile);

/** Somewhere for a test to keep files, removed when disposed. */
export async function scratch(): Promise<AsyncDisposable & { directory: string }> {
  const directory = await mkdtemp(path.join(tmpdir(), 'sleeptalk-store-'));
  return { directory, [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) };
}

/** The programs of a PostgreSQL server, in Debian's place or on the PATH, or null where there is none. */
export const postgresBin = ['/usr/lib/postgresql/15/bin', '/usr/lib/postgresql/16/bin', '/usr/lib/postgresql/17/bin']
  .concat((process.env['PATH'] ?? '').split(':'))
  .find((directory) => existsSync(path.join(directory, 'initdb')) && existsSync(path.join(directory, 'postgres')));

export const redisServer = (process.env['PATH'] ?? '')
  .split(':')
  .map((directory) => path.join(directory, 'redis-server'))
  .find((file) => existsSync(file));

/** A private PostgreSQL server that listens on a socket in its own directory only. */
export async function startPostgres(): Promise<AsyncDisposable & { url: string }> {
  if (postgresBin === undefined) throw new Error('no PostgreSQL server is installed here');
  const place = await scratch();
  const data = path.join(place.directory, 'data');
  await mkdir(data, { mode: 0o700 });
  const isRoot = process.getuid?.() === 0;
  const nobody = isRoot ? { uid: 65534, gid: 65534 } : {}; // the server refuses to run as root
  if (isRoot) {
    await chmod(place.directory, 0o755);
    await chown(data, 65534, 65534);
  }
  await run(path.join(postgresBin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-N'], nobody);
  const args = ['-D', data, '-k', data, '-F', '-c', 'listen_addresses=', '-c', 'max_connections=100'];
  const server = spawn(path.join(postgresBin, 'postgres'), args, { ...nobody, stdio: 'ignore' });
  const url = `postgres://postgres@localhost/postgres?host=${encodeURIComponent(data)}`;
  for (let tries = 0; !existsSync(path.join(data, '.s.PGSQL.5432')); tries += 1) {
    if (tries > 200) throw new Error('PostgreSQL did not start');
    await delay(50);
  }
  for (let tries = 0; !(await answers(url)); tries += 1) if (tries > 200) throw new Error('PostgreSQL does not answer');
  return {
    url,
    async [Symbol.asyncDispose]() {
      await stop(server, 'SIGQUIT');
      await place[Symbol.asyncDispose]();
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    await using _database = await openDatabase({ url, signal: AbortSignal.timeout(10_000) });
    return true;
  } catch {
    await delay(50);
    return false; // still starting
  }
}

/** A private Redis server on a free loopback port, which keeps what it is given. */
export async function startRedis(
  policy = 'noeviction',
  saving: readonly string[] = ['--appendonly', 'yes'],
): Promise<AsyncDisposable & { url: string }> {
  if (redisServer === undefined) throw new Error('no Redis server is installed here');
  const place = await scratch();
  const port = await freePort();
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', place.directory, '--save', '', ...saving];
  const server = spawn(redisServer, [...args, '--maxmemory-policy', policy], { stdio: ['ignore', 'pipe', 'ignore'] });
  for await (const chunk of server.stdout) if (String(chunk).includes('Ready to accept connections')) break;
  server.stdout.resume();
  return {
    url: `redis://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await stop(server, 'SIGKILL');
      await place[Symbol.asyncDispose]();
    },
  };
}

/** A database that a suite runs on, with its server where it has one. */
export interface Place extends AsyncDisposable {
  readonly database: Database;
  /** Where other processes reach it too; undefined where it is this process's alone. */
  readonly url?: string;
  readonly redisUrl: string | undefined;
}

async function embeddedPlace(): Promise<Place> {
  const place = await scratch();
  const database = await openDatabase({ directory: place.directory, signal: AbortSignal.timeout(60_000) });
  return {
    database,
    redisUrl: undefined,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    },
  };
}

async function postgresPlace(): Promise<Place> {
  const server = await startPostgres();
  const database = await openDatabase({ url: server.url, signal: AbortSignal.timeout(60_000) });
  return {
    database,
    url: server.url,
    redisUrl: undefined,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function redisPlace(): Promise<Place> {
  const server = await startRedis();
  const place = await embeddedPlace();
  return {
    database: place.database,
    redisUrl: server.url,
    async [Symbol.asyncDispose]() {
      await place[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Each place with the reason why it cannot be had here, or null. */
export const PLACES: readonly { name: string; open: () => Promise<Place>; missing: string | null }[] = [
  { name: 'embedded PGlite', open: embeddedPlace, missing: null },
  {
    name: 'PostgreSQL',
    open: postgresPlace,
    missing: postgresBin === undefined ? 'no PostgreSQL server is installed' : null,
  },
  { name: 'Redis', open: redisPlace, missing: redisServer === undefined ? 'no Redis server is installed' : null },
];

async function stop(child: ChildProcess, how: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(how);
  await gone;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
