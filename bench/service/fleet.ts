import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** A service with its workers, each a process of its own, as they run on a server. */
export interface Fleet extends AsyncDisposable {
  readonly address: string;
  readonly token: string;
  readonly processes: readonly ChildProcess[];
}

export interface FleetOptions {
  readonly home: string;
  readonly databaseUrl: string;
  readonly redisUrl: string | null;
  readonly workers: number;
  /** SLEEPTALK_WORKER_NICE, 0 to 19: what waits for people comes first. */
  readonly workersNice: number;
  readonly log: (line: string) => void;
}

export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const environment = {
    ...process.env,
    DATABASE_URL: options.databaseUrl,
    ...(options.redisUrl === null ? {} : { REDIS_URL: options.redisUrl }),
    SLEEPTALK_HOME: options.home,
    SLEEPTALK_RATE_PER_MINUTE: '1000000',
    SLEEPTALK_LOG_LEVEL: 'warn',
    SLEEPTALK_DEVICES: 'simulated:4',
    SLEEPTALK_WORKER_NICE: `${options.workersNice}`,
  };
  const processes: ChildProcess[] = [];
  const sleeptalk = [join(root, 'cli/bin/sleeptalk.mjs')];
  const bench = ['--import', 'tsx', join(root, 'bench/service/worker.ts')];

  /** Resolves with what `sign` found in a line that the process wrote. */
  async function started(args: readonly string[], name: string, sign: RegExp): Promise<string> {
    const child = spawn(process.execPath, args, {
      env: { ...environment, SLEEPTALK_WORKER_NAME: name },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    processes.push(child);
    return await new Promise<string>((found, failed) => {
      child.once('exit', () => failed(new Error(`${name} ended before it was ready`)));
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream }).on('line', (line) => {
          options.log(`${name}: ${line}`);
          const match = sign.exec(line);
          if (match !== null) found(match[1] ?? '');
        });
      }
    });
  }

  const fleet = {
    processes,
    async [Symbol.asyncDispose]() {
      await Promise.all(
        processes.map(async (child) => {
          if (child.exitCode !== null || child.signalCode !== null) return;
          const gone = once(child, 'exit');
          child.kill('SIGTERM');
          const patience = setTimeout(() => child.kill('SIGKILL'), 30_000);
          await gone;
          clearTimeout(patience);
        }),
      );
    },
  };
  try {
    const address = await started(
      [...sleeptalk, 'serve', '--listen', '127.0.0.1:0'],
      'service',
      /^listening on (\S+)$/,
    );
    for (let worker = 1; worker <= options.workers; worker += 1) {
      await started(bench, `worker-${worker}`, /^ready$/);
    }
    return { ...fleet, address, token: await makeToken(sleeptalk, environment) };
  } catch (error) {
    await fleet[Symbol.asyncDispose]();
    throw error;
  }
}

async function makeToken(sleeptalk: readonly string[], environment: NodeJS.ProcessEnv): Promise<string> {
  const said = async (...args: string[]): Promise<string> => {
    const child = spawn(process.execPath, [...sleeptalk, ...args], {
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const [status] = (await once(child, 'close')) as [number];
    if (status !== 0) throw new Error(`sleeptalk ${args.join(' ')} ended with ${status}`);
    return text;
  };
  await said('person', 'add', '--name', 'bench', '--role', 'admin');
  const text = await said('token', 'create', '--person', 'bench', '--name', 'bench', '--role', 'admin');
  const secret = /slt_[\w-]+/.exec(text)?.[0];
  if (secret === undefined) throw new Error(`no token in: ${text}`);
  return secret;
}
