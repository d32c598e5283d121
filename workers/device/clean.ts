import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import { findRoutes, removeRoutes } from './chains.ts';
import { listPackages } from './packages.ts';
import { parseDeviceIdle, readTogether } from './power-state.ts';
import { quote, type Shell } from './shell.ts';
import { findAnchorMounts, removeAnchor } from './trust.ts';

/** Something on the device that an earlier session, or a person, left behind. */
export interface Dirt {
  readonly what: string;
  /** True where it carries our own mark, so that it may be taken away on any device. */
  readonly ours: boolean;
  readonly clean: () => Promise<unknown>;
}

const PROXY_SETTINGS = ['http_proxy', 'global_http_proxy_host', 'global_http_proxy_port'] as const;

/** Everything that would falsify a capture: foreign apps, a proxy setting, chains and mounts of ours, a forced state. */
export async function findDirt(shell: Shell, root: Shell): Promise<Dirt[]> {
  const dirt: Dirt[] = [];
  for (const name of (await listPackages(shell, 'third-party')).keys()) {
    if (name.startsWith('io.appium.')) continue; // installed by Appium's driver, and without traffic of its own
    dirt.push({
      what: `the app ${printable(name, 80)} is installed`,
      ours: false,
      clean: () => shell(`pm uninstall ${quote(name)}`),
    });
  }
  const proxies = await readTogether(
    shell,
    PROXY_SETTINGS.map((name) => `settings get global ${name}`),
  );
  for (const [at, name] of PROXY_SETTINGS.entries()) {
    const value = (proxies[at] ?? '').trim();
    if (['', 'null', ':0', '0'].includes(value)) continue;
    dirt.push({
      what: `the setting ${name} is ${printable(value, 80)}`,
      ours: false,
      clean: () => shell(`settings delete global ${name}`),
    });
  }
  const chains = await findRoutes(root);
  if (chains.length > 0) {
    dirt.push({ what: `chains stand: ${chains.join(', ')}`, ours: true, clean: () => removeRoutes(root) });
  }
  const mounts = await findAnchorMounts(root);
  if (mounts.length > 0) {
    const what = `trust anchors are covered at ${mounts.join(', ')}`;
    dirt.push({ what, ours: true, clean: () => removeAnchor(root, null, null) });
  }
  dirt.push(...(await findForcedState(shell)));
  return dirt;
}

/**
 * Makes the device clean, or says what is in the way. Foreign apps and settings are only removed where `mayWipe` is
 * true: on a handset that was launched for this session, never on one that belongs to a person. Gives what was
 * cleaned away. Error: `device-dirty`.
 */
export async function ensureClean(
  shell: Shell,
  root: Shell,
  options: { readonly mayWipe: boolean },
): Promise<string[]> {
  const found = await findDirt(shell, root);
  for (const one of found) if (one.ours || options.mayWipe) await one.clean();
  if (found.length > 0) await proveClean(shell, root);
  return found.map((one) => one.what);
}

/** The same look with no cleaning: after a session it proves the teardown. Error: `device-dirty` naming what is left. */
export async function proveClean(shell: Shell, root: Shell): Promise<void> {
  const left = await findDirt(shell, root);
  if (left.length > 0) throw new Fault('device-dirty', left.map((one) => one.what).join('; '));
}

async function findForcedState(shell: Shell): Promise<Dirt[]> {
  const [battery = '', deep = '', idle = ''] = await readTogether(shell, [
    'dumpsys battery',
    'dumpsys deviceidle get deep',
    'dumpsys deviceidle',
  ]);
  const dirt: Dirt[] = [];
  if (battery.includes('UPDATES STOPPED')) {
    const clean = (): Promise<unknown> => shell('dumpsys battery reset');
    dirt.push({ what: 'the battery state is faked', ours: true, clean });
  }
  if (/\bmForceIdle=true\b/.test(idle)) {
    const clean = (): Promise<unknown> => shell('dumpsys deviceidle unforce');
    dirt.push({ what: `Doze is forced (${parseDeviceIdle(deep)})`, ours: true, clean });
  }
  return dirt;
}
