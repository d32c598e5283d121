import { setTimeout as sleep } from 'node:timers/promises';
import { listDevices } from './adb-link.ts';
import type { AdbAddress } from './adb-server.ts';
import { openShell, type Shell } from './shell.ts';

const SERVICES = ['activity', 'package', 'window'] as const;

/**
 * Waits until a device is connected and Android is ready: `sys.boot_completed` is 1, the boot animation has stopped,
 * and the activity, package and window services answer (the test of appium-adb, lib/tools/system-calls).
 * Waits as long as the signal lets it.
 */
export async function waitUntilReady(address: AdbAddress, serial: string, signal: AbortSignal): Promise<void> {
  let shell: Shell | null = null;
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 1.5, 2000)) {
    signal.throwIfAborted();
    const known = await listDevices(address, signal);
    if (known.some((device) => device.serial === serial && device.state === 'device')) {
      shell ??= await openShell(address, serial, signal).catch(() => null); // it comes and goes while it boots
      if (shell !== null && (await isReady(shell).catch(() => false))) return; // as above
    }
    await sleep(pauseMs, undefined, { signal });
  }
}

export async function isReady(shell: Shell): Promise<boolean> {
  const { stdout } = await shell('getprop sys.boot_completed; getprop init.svc.bootanim; service list', {
    timeoutMs: 10_000,
  });
  const [booted, animation, ...services] = stdout.split('\n').map((line) => line.trim());
  if (booted !== '1' || !['', 'stopped'].includes(animation ?? 'absent')) return false;
  const list = services.join('\n');
  return SERVICES.every((name) => new RegExp(`(^|\\s)${name}:`, 'm').test(list));
}
