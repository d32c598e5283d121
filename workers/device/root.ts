import { setTimeout as sleep } from 'node:timers/promises';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import { listDevices, openService } from './adb-link.ts';
import type { AdbAddress } from './adb-server.ts';
import { quote, readAll, type Shell } from './shell.ts';

/** Words of adbd that mean it is root now, or will be after a moment (facts: AOSP adb/daemon/restart_service.cpp). */
const ROOT_NOW = /already running as root/;
const ROOT_SOON = /restarting adbd as root/;

/**
 * Gives a shell that runs as root: adbd itself as root where the build allows it, else `su 0`, else `su -c`.
 * Error: `trust-failed`, with what each way answered: without root neither certificate nor routes can be set.
 */
export async function becomeRoot(
  device: { readonly adb: AdbAddress; readonly serial: string; readonly shell: Shell },
  signal: AbortSignal,
): Promise<Shell> {
  if (await isRoot(device.shell, 'id -u')) return device.shell;
  const words = await askAdbd(device.adb, device.serial, signal);
  if (ROOT_NOW.test(words) || ROOT_SOON.test(words)) {
    if (await waitForRoot(device, signal)) return device.shell;
  }
  if (await isRoot(device.shell, 'su 0 id -u')) {
    return (commandLine, options) => device.shell(`su 0 sh -c ${quote(commandLine)}`, options);
  }
  if (await isRoot(device.shell, `su -c 'id -u'`)) {
    return (commandLine, options) => device.shell(`su -c ${quote(commandLine)}`, options);
  }
  throw new Fault(
    'trust-failed',
    `${device.serial} gives no root: adb root says "${printable(words.trim())}" and there is no working su. ` +
      'Use an emulator image without Google Play (a userdebug build), or a rooted device.',
  );
}

async function isRoot(shell: Shell, commandLine: string): Promise<boolean> {
  const result = await shell(commandLine, { timeoutMs: 10_000 });
  return result.exitCode === 0 && result.stdout.trim() === '0';
}

async function askAdbd(adb: AdbAddress, serial: string, signal: AbortSignal): Promise<string> {
  const stream = await openService(adb, serial, 'root:', signal);
  return (await readAll(stream, 4096)).toString('utf8');
}

/** adbd restarts: the device leaves the server and comes back. */
async function waitForRoot(
  device: { readonly adb: AdbAddress; readonly serial: string; readonly shell: Shell },
  signal: AbortSignal,
): Promise<boolean> {
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    const known = await listDevices(device.adb, signal);
    if (known.some(({ serial, state }) => serial === device.serial && state === 'device')) {
      const root = await isRoot(device.shell, 'id -u').catch(() => false); // it has not come back quite yet
      if (root) return true;
    }
    await sleep(100, undefined, { signal });
  }
  return false;
}
