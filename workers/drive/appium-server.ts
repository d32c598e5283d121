import { spawn } from 'node:child_process';
import { mkdtemp, mkdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';

/** What must know of our children, so that they never outlive us. */
export interface ProcessGuard {
  hold(pid: number): void;
  release(pid: number): void;
  remove(folder: string): void;
  keep(folder: string): void;
}

/** An Appium server that runs as a process of its own. Disposing it ends it with everything that it started. */
export interface AppiumServer extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  readonly logFile: string;
  readonly running: boolean;
}

export interface AppiumServerOptions {
  /** Where adb is, and its SDK folder where it lies in one. */
  readonly adb: { readonly path: string; readonly sdkDirectory: string | null };
  /** The server's own log, kept as evidence. */
  readonly logFile: string;
  readonly guard: ProcessGuard;
  readonly signal: AbortSignal;
  /** 0: any free port. */
  readonly port?: number;
  readonly deadlineMs?: number;
}

const ReadyLine = z.object({ appium: z.literal('ready'), port: z.number().int().positive() });
const PACKAGE_ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ENTRY = fileURLToPath(new URL('./appium-main.mjs', import.meta.url));

/**
 * Starts Appium with the UiAutomator2 driver on 127.0.0.1. Errors: `appium-missing` where a package is not installed,
 * `appium-failed` with its last words.
 */
export async function startAppium(options: AppiumServerOptions): Promise<AppiumServer> {
  options.signal.throwIfAborted();
  for (const name of ['appium', 'appium-uiautomator2-driver']) requirePackage(name);
  const sdk = await sdkFor(options);
  const child = spawn(
    process.execPath,
    [ENTRY, JSON.stringify({ port: options.port ?? 0, logFile: options.logFile })],
    {
      cwd: PACKAGE_ROOT,
      env: {
        ...process.env,
        // Appium finds its drivers among the dependencies of the package that this folder is.
        APPIUM_HOME: PACKAGE_ROOT,
        ANDROID_HOME: sdk.directory,
        ANDROID_SDK_ROOT: sdk.directory,
        // A server with a named host counts as another machine's, so adb never starts a daemon in place of one that
        // has gone (AOSP adb/client/commandline.cpp, socket_spec.cpp): a vanished device stays vanished.
        ANDROID_ADB_SERVER_ADDRESS: '127.0.0.1',
        NODE_OPTIONS: '',
      },
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  let running = true;
  let words = '';
  const pid = child.pid ?? -1;
  if (pid > 0) options.guard.hold(pid);
  const exited = new Promise<void>((resolve) => {
    const done = (): void => {
      running = false;
      if (pid > 0) options.guard.release(pid);
      resolve();
    };
    child.once('exit', done);
    child.once('error', done);
  });
  child.stdin.on('error', () => undefined); // it ended first: its exit tells
  child.stderr.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-8192)));
  const ready = new Promise<number>((resolve) => {
    let partial = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      words = (words + text).slice(-8192);
      const lines = (partial + text).split('\n');
      partial = (lines.pop() ?? '').slice(-8192);
      for (const line of lines) {
        const port = readReadyLine(line);
        if (port !== null) resolve(port);
      }
    });
  });

  const stop = async (graceMs = 5000): Promise<void> => {
    if (running) child.stdin.end();
    await within(exited, graceMs);
    if (running) strike(pid);
    await exited;
    strike(pid); // what it started belongs to its group, and may outlast it
    await sdk[Symbol.asyncDispose]();
  };
  const deadlineMs = options.deadlineMs ?? 60_000;
  const aborted = new Promise<void>((resolve) =>
    options.signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  const port = await Promise.race([ready, exited, aborted, sleep(deadlineMs, undefined, { ref: false })]);
  if (typeof port !== 'number') {
    const ended = !running;
    await stop(0); // it has no session yet that would want an orderly end
    options.signal.throwIfAborted();
    const why = ended ? 'Appium ended at its start' : `Appium was not ready within ${deadlineMs / 1000} s`;
    throw new Fault('appium-failed', `${why}: ${printable(words.trim().split('\n').slice(-6).join(' '), 600)}`);
  }
  return {
    port,
    pid,
    logFile: options.logFile,
    get running() {
      return running;
    },
    [Symbol.asyncDispose]: () => stop(),
  };
}

function requirePackage(name: string): void {
  try {
    import.meta.resolve(`${name}/package.json`);
  } catch (cause) {
    throw new Fault('appium-missing', `the package ${name} is not installed: run npm ci in ${PACKAGE_ROOT}`, { cause });
  }
}

function readReadyLine(line: string): number | null {
  if (!line.startsWith('{"appium"')) return null;
  try {
    return ReadyLine.safeParse(JSON.parse(line)).data?.port ?? null;
  } catch {
    return null; // cut or mixed with other output: not the line
  }
}

/** Appium wants adb at platform-tools/adb of an SDK folder: where it lies elsewhere, a folder of links stands in. */
async function sdkFor(options: AppiumServerOptions): Promise<{ directory: string } & AsyncDisposable> {
  const { adb, guard } = options;
  if (adb.sdkDirectory !== null) {
    return { directory: adb.sdkDirectory, [Symbol.asyncDispose]: async () => undefined };
  }
  const directory = await mkdtemp(join(tmpdir(), 'sleeptalk-sdk-'));
  guard.remove(directory);
  await mkdir(join(directory, 'platform-tools'));
  await symlink(adb.path, join(directory, 'platform-tools', 'adb'));
  return {
    directory,
    async [Symbol.asyncDispose]() {
      await rm(directory, { recursive: true, force: true });
      guard.keep(directory);
    },
  };
}

async function within(promise: Promise<void>, milliseconds: number): Promise<void> {
  const timer = new AbortController();
  const late = sleep(milliseconds, undefined, { signal: timer.signal }).catch(() => undefined); // aborted: not needed
  await Promise.race([promise, late]);
  timer.abort();
}

function strike(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has ended already.
  }
}
