import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const EMULATOR = join(import.meta.dirname, '../../workers/handset/sdk/emulator/emulator');

export interface AdbResult {
  readonly out: string;
  readonly err: string;
  readonly status: number;
}

/** A handset started as the emulator is, on an adb server of its own; both end with it. */
export interface HandsetOnAdb extends AsyncDisposable {
  readonly serial: string;
  readonly adbPort: number;
  /** An empty folder that goes away with the handset. */
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  adb(...args: readonly string[]): Promise<AdbResult>;
}

export async function startHandsetOnAdb(...flags: readonly string[]): Promise<HandsetOnAdb> {
  const directory = await mkdtemp(join(tmpdir(), 'sleeptalk-handset-'));
  const adbPort = await freePort();
  // No scan for emulators of others, no daemon on the usual port, keys in the folder of the test.
  const environment = {
    ...process.env,
    HOME: directory,
    ADB_LOCAL_TRANSPORT_MAX_PORT: '5554',
    ANDROID_ADB_SERVER_PORT: String(adbPort),
  };
  const children: ChildProcess[] = [];
  const close = async (): Promise<void> => {
    for (const child of children.toReversed()) await end(child);
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    children.push(spawn('adb', ['-P', String(adbPort), 'nodaemon', 'server'], { env: environment, stdio: 'ignore' }));
    await until(() => canConnect(adbPort));
    const args = ['-avd', 'test', '-port', '0', '-no-window', '-adb-server-port', String(adbPort), ...flags];
    const handset = spawn(EMULATOR, args, { env: environment, stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(handset);
    const { serial } = await firstLine(handset);
    const adb = (...words: readonly string[]): Promise<AdbResult> =>
      run('adb', ['-P', String(adbPort), '-s', serial, ...words], environment);
    await until(async () => (await adb('get-state')).out.trim() === 'device');
    return { serial, adbPort, directory, environment, adb, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export async function until(holds: () => Promise<boolean>, mostMs = 30_000): Promise<void> {
  const endMs = performance.now() + mostMs;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error('what was waited for did not happen');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const last = setTimeout(() => child.kill('SIGKILL'), 5000);
  await ended;
  clearTimeout(last);
}

function firstLine(child: ChildProcess): Promise<{ serial: string }> {
  return new Promise((resolve, reject) => {
    child.once('exit', (status) => reject(new Error(`the handset ended with ${status}`)));
    if (!child.stdout) throw new Error('the handset has no standard output');
    createInterface(child.stdout).once('line', (line) => resolve(JSON.parse(line) as { serial: string }));
  });
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(socket.destroy() !== null));
    socket.once('error', () => resolve(false));
  });
}

function run(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<AdbResult> {
  return new Promise((resolve, reject) => {
    execFile(file, args, { env, maxBuffer: 1 << 26 }, (error, out, err) => {
      if (error && typeof error.code !== 'number') reject(new Error(`${file} did not run`, { cause: error }));
      else resolve({ out, err, status: typeof error?.code === 'number' ? error.code : 0 });
    });
  });
}
