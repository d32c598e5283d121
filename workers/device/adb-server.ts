import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { endServer, readServerVersion } from './adb-link.ts';
import type { AdbProgram } from './adb-program.ts';
import { startChild, type Child } from './child.ts';
import type { Guard } from './guard.ts';
import { findFreePort, isPortFree } from './port.ts';

/** Where an adb server answers. */
export interface AdbAddress {
  readonly host: string;
  readonly port: number;
}

/** An adb server of our own, or somebody's that we only use: disposing it ends ours and leaves theirs. */
export interface AdbServer extends AdbAddress, AsyncDisposable {
  readonly ours: boolean;
}

const START_DEADLINE_MS = 15_000;

/**
 * Starts a private adb server on 127.0.0.1, in the foreground as our child. It scans no emulator ports, takes no USB
 * device and announces nothing by mDNS, so the person's own server (5037) keeps its devices and is never touched.
 * Errors: `port-busy` where the port asked for is taken, `adb-failed` with adb's last words.
 */
export async function startAdbServer(options: {
  readonly adb: AdbProgram;
  readonly guard: Guard;
  readonly signal: AbortSignal;
  readonly port?: number;
}): Promise<AdbServer> {
  options.signal.throwIfAborted();
  const asked = options.port;
  if (asked !== undefined && !(await isPortFree(asked))) {
    throw new Fault('port-busy', `port ${asked} of 127.0.0.1, asked for as the adb server's, is in use`);
  }
  // adb leaves keys and lists of known hosts in HOME: a folder of its own keeps the person's home as it was.
  const home = await mkdtemp(join(tmpdir(), 'sleeptalk-adb-'));
  options.guard.remove(home);
  const discardHome = async (): Promise<void> => {
    await rm(home, { recursive: true, force: true });
    options.guard.keep(home);
  };
  try {
    const { child, port } = await startOnFreePort(options, asked, home);
    return {
      host: '127.0.0.1',
      port,
      ours: true,
      async [Symbol.asyncDispose]() {
        await child.stop();
        // A tool that found the server gone may have started one in its place.
        await endServer({ host: '127.0.0.1', port });
        await discardHome();
      },
    };
  } catch (error) {
    await discardHome();
    throw error;
  }
}

/** Uses the server at `HOST:PORT` that the person keeps. Errors: `usage`, `adb-failed` where none answers. */
export async function useAdbServer(address: string, signal: AbortSignal): Promise<AdbServer> {
  const { host, port } = parseAdbAddress(address);
  const version = await readServerVersion({ host, port }, signal);
  if (version === null)
    throw new Fault('adb-failed', `no adb server answers at ${host}:${port}; start it, or leave the option out`);
  return { host, port, ours: false, [Symbol.asyncDispose]: async () => undefined };
}

export function parseAdbAddress(address: string): AdbAddress {
  const parts = /^(\[[0-9a-fA-F:.]+\]|[^:\s]+):(\d{1,5})$/.exec(address);
  const port = Number(parts?.[2]);
  if (parts?.[1] === undefined || port < 1 || port > 65_535) {
    throw new Fault('usage', `an adb server is named as HOST:PORT, such as 127.0.0.1:5037, not "${address}"`);
  }
  return { host: parts[1].replace(/^\[|\]$/g, ''), port };
}

async function startOnFreePort(
  options: { readonly adb: AdbProgram; readonly guard: Guard; readonly signal: AbortSignal },
  asked: number | undefined,
  home: string,
): Promise<{ child: Child; port: number }> {
  const tries = asked === undefined ? 3 : 1;
  let lastWords = '';
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const port = asked ?? (await findFreePort());
    const child = await startChild({
      command: options.adb.path,
      // Only "localhost" is understood as a host here, and it means loopback (AOSP adb/socket_spec.cpp).
      args: ['-L', `tcp:localhost:${port}`, 'nodaemon', 'server'],
      env: privateEnvironment(home),
      guard: options.guard,
    });
    if (await answers(child, port, options.signal)) return { child, port };
    lastWords = child.words(3);
    await child.stop();
    options.signal.throwIfAborted();
  }
  throw new Fault('adb-failed', `the private adb server did not start: ${lastWords}`);
}

function privateEnvironment(home: string): NodeJS.ProcessEnv {
  const keys = process.env['ADB_VENDOR_KEYS'] ?? join(homedir(), '.android', 'adbkey');
  return {
    ...process.env,
    HOME: home,
    ANDROID_SDK_HOME: home,
    ADB_VENDOR_KEYS: keys,
    // AOSP adb/client/main.cpp: "0" keeps the server from USB, from emulators found by scanning, and from mDNS.
    ADB_USB: '0',
    ADB_EMU: '0',
    ADB_MDNS: '0',
    ADB_MDNS_AUTO_CONNECT: '0',
    // Where ADB_EMU is not known yet, an upper end below 5555 means an empty scan.
    ADB_LOCAL_TRANSPORT_MAX_PORT: '5553',
    ANDROID_ADB_SERVER_PORT: undefined,
    ADB_SERVER_SOCKET: undefined,
    ADB_TRACE: undefined,
  };
}

async function answers(child: Child, port: number, signal: AbortSignal): Promise<boolean> {
  const deadline = performance.now() + START_DEADLINE_MS;
  while (child.running && !signal.aborted && performance.now() < deadline) {
    if ((await readServerVersion({ host: '127.0.0.1', port }, signal)) !== null) return child.running;
    await sleep(40);
  }
  return false;
}
