import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import type { Device } from './handset.ts';
import { explainInstallFailure } from './install-codes.ts';
import { listPackages } from './packages.ts';
import { quote } from './shell.ts';

export interface InstalledApp extends AsyncDisposable {
  readonly packageName: string;
  /** Full uid, e.g. 10143. */
  readonly uid: number;
}

type Target = Pick<Device, 'shell' | 'stream' | 'serial'>;

/**
 * Installs one APK, or a base with its splits as one session, by streaming; nothing touches the device's storage
 * before. No permission is granted. The package and its uid are read back from the device: what appeared is what was
 * installed. Disposing it uninstalls and proves it.
 * Errors: `install-failed` with the refusal explained, `device-offline`.
 */
export async function installApks(
  device: Target,
  paths: readonly string[],
  options: { readonly signal: AbortSignal; readonly testOnly?: boolean },
): Promise<InstalledApp> {
  const before = await listPackages(device.shell);
  const flags = options.testOnly === true ? ' -t' : '';
  const [single, ...more] = paths;
  if (single === undefined) throw new Fault('usage', 'there is no APK to install');
  if (more.length === 0) await installSingle(device, single, flags, options.signal);
  else await installSession(device, paths, flags, options.signal);

  const appeared = [...(await listPackages(device.shell))].filter(([name]) => !before.has(name));
  const [app] = appeared;
  if (app === undefined || appeared.length !== 1) {
    const names = printable(appeared.map(([name]) => name).join(', ')) || 'none';
    throw new Fault('install-failed', `one package should have appeared on ${device.serial}, but: ${names}`);
  }
  const [packageName, uid] = app;
  return { packageName, uid, [Symbol.asyncDispose]: () => uninstall(device, packageName) };
}

/** Removes a package and proves it (adb's own word for it cannot be trusted). Error: `device-dirty`. */
export async function uninstall(device: Target, packageName: string): Promise<void> {
  const answer = await device.shell(`pm uninstall ${quote(packageName)}`, { timeoutMs: 60_000 });
  if ((await listPackages(device.shell)).has(packageName)) {
    const words = printable((answer.stdout + answer.stderr).trim());
    throw new Fault('device-dirty', `${printable(packageName)} cannot be removed from ${device.serial}: ${words}`);
  }
}

async function installSingle(device: Target, path: string, flags: string, signal: AbortSignal): Promise<void> {
  const { size } = await stat(path);
  const output = await device.stream(`cmd package install${flags} -S ${size}`, createReadStream(path), signal);
  if (!/^Success/m.test(output)) throw failure(output, device.serial);
}

async function installSession(
  device: Target,
  paths: readonly string[],
  flags: string,
  signal: AbortSignal,
): Promise<void> {
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const created = await device.shell(`cmd package install-create${flags} -S ${total}`, { signal });
  const session = /created install session \[(\d+)\]/.exec(created.stdout)?.[1];
  if (session === undefined) throw failure(created.stdout + created.stderr, device.serial);
  try {
    for (const [at, path] of paths.entries()) {
      const name = `${at}_${basename(path).replace(/[^A-Za-z0-9._-]/g, '_')}`;
      const command = `cmd package install-write -S ${sizes[at] ?? 0} ${session} ${name} -`;
      const output = await device.stream(command, createReadStream(path), signal);
      if (!/^Success/m.test(output)) throw failure(output, device.serial);
    }
    const committed = await device.shell(`cmd package install-commit ${session}`, { signal, timeoutMs: 120_000 });
    if (!/^Success/m.test(committed.stdout)) throw failure(committed.stdout + committed.stderr, device.serial);
  } catch (error) {
    await device.shell(`cmd package install-abandon ${session}`).catch(() => undefined); // gone with the device, or committed
    throw error;
  }
}

function failure(output: string, serial: string): Fault {
  const { code, sentence, words } = explainInstallFailure(output);
  const detail = words === '' ? 'it said nothing' : printable(words);
  return new Fault('install-failed', `${sentence} ${serial} says ${code === 'unknown' ? '' : `${code}, `}"${detail}"`);
}
