import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, chown, mkdir } from 'node:fs/promises';
import { createConnection } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort, postgresBin, redisServer, scratch } from './places.ts';

const run = promisify(execFile);

/** A private server that a test takes away and brings back, at the same address and with the same data. */
export interface Server extends AsyncDisposable {
  readonly url: string;
  /** As a machine that loses its power. */
  kill(): Promise<void>;
  /** As a machine that hangs: connections stay open and nothing answers. */
  freeze(): void;
  thaw(): void;
  /** Starts it again; resolves once it answers. */
  start(): Promise<void>;
}

export async function redisToTakeAway(): Promise<Server> {
  const place = await scratch();
  const port = await freePort();
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', place.directory, '--save', ''];
  const always = ['--appendonly', 'yes', '--appendfsync', 'always'];
  return serverOf({
    url: `redis://127.0.0.1:${port}`,
    spawn: () => spawn(redisServer ?? '', [...args, ...always], { stdio: 'ignore' }),
    answers: () => pong(port),
    clean: async () => await place[Symbol.asyncDispose](),
  });
}

export async function postgresToTakeAway(): Promise<Server> {
  const place = await scratch();
  const data = path.join(place.directory, 'data');
  await mkdir(data, { mode: 0o700 });
  const isRoot = process.getuid?.() === 0;
  const nobody = isRoot ? { uid: 65534, gid: 65534 } : {}; // the server refuses to run as root
  if (isRoot) {
    await chmod(place.directory, 0o755);
    await chown(data, 65534, 65534);
  }
  const bin = postgresBin ?? '';
  await run(path.join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-N'], nobody);
  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const args = ['-D', data, '-p', `${port}`, '-k', data, '-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off'];
  return serverOf({
    url,
    spawn: () => spawn(path.join(bin, 'postgres'), args, { ...nobody, stdio: 'ignore' }),
    answers: async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query('select 1');
      await client.end();
    },
    clean: async () => await place[Symbol.asyncDispose](),
  });
}

async function serverOf(parts: {
  readonly url: string;
  readonly spawn: () => ChildProcess;
  readonly answers: () => Promise<void>;
  readonly clean: () => Promise<void>;
}): Promise<Server> {
  let child: ChildProcess | null = null;
  /** To its children too: a PostgreSQL has a process for each connection. */
  const send = (how: NodeJS.Signals): void => {
    if (child?.pid === undefined) return;
    child.kill(how);
    for (const pid of childrenOf(child.pid)) signalled(pid, how);
  };
  async function kill(): Promise<void> {
    if (child === null) return;
    const gone = once(child, 'exit');
    send('SIGCONT');
    child.kill('SIGKILL'); // its children see that and leave
    await gone;
    child = null;
  }
  async function start(): Promise<void> {
    child = parts.spawn();
    for (let tries = 0; tries < 200; tries += 1) {
      try {
        return await parts.answers();
      } catch {
        await delay(50); // still starting
        if (child.exitCode !== null) child = parts.spawn(); // its port or memory was not free yet
      }
    }
    throw new Error(`${parts.url} does not answer`);
  }
  await start();
  return {
    url: parts.url,
    kill,
    freeze: () => send('SIGSTOP'),
    thaw: () => send('SIGCONT'),
    start,
    async [Symbol.asyncDispose]() {
      await kill();
      await parts.clean();
    },
  };
}

function signalled(pid: number, how: NodeJS.Signals): void {
  try {
    process.kill(pid, how);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // else its connection has just ended
  }
}

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}

async function pong(port: number): Promise<void> {
  const socket = createConnection(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    if (!answer.toString().startsWith('+PONG')) throw new Error(answer.toString());
  } finally {
    socket.destroy();
  }
}
