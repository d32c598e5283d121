import type { Parts } from '../system.ts';
import type { ActivityStack } from './activities.ts';
import type { ApkReader } from './install.ts';
import type { PackageStore } from './packages.ts';
import type { ProcessTable } from './processes.ts';
import type { ServiceTable } from './services.ts';
import type { SettingsStore } from './settings.ts';
import type { SystemLog } from './system-log.ts';

/** What the commands and dumps of Android work on. */
export interface AndroidState {
  readonly parts: Parts;
  readonly packages: PackageStore;
  readonly processes: ProcessTable;
  readonly services: ServiceTable;
  readonly activities: ActivityStack;
  readonly settings: SettingsStore;
  readonly log: SystemLog;
  readonly apks: ApkReader;
  /** Operation modes set by `appops set`, by package and operation. */
  readonly appOps: Map<string, Map<string, string>>;
}

/** Ends an app as `am force-stop` does: processes, services, task; the app is stopped until it is launched again. */
export function forceStop(state: AndroidState, packageName: string, from: string): void {
  const record = state.packages.get(packageName);
  if (!record) return;
  state.log.info('ActivityManager', `Force stopping ${packageName} appid=${record.uid % 100_000} user=0: ${from}`);
  endPackage(state, packageName, `stop ${packageName} due to ${from}`);
  if (record.system) return;
  record.stopped = true;
  state.parts.bus.emit('package-stopped', { name: packageName });
}

/** Ends everything that runs of a package, without the stopped state. */
export function endPackage(state: AndroidState, packageName: string, why: string): void {
  state.processes.killPackage(packageName, why);
  state.services.stopAll(packageName);
  state.activities.removePackage(packageName);
}

/** Removes a package; `keepData` leaves its data folder and its uid. */
export function uninstall(
  state: AndroidState,
  packageName: string,
  keepData: boolean,
): 'removed' | 'missing' | 'system' {
  const record = state.packages.get(packageName);
  if (!record) return 'missing';
  if (record.system) return 'system';
  endPackage(state, packageName, `stop ${packageName} due to uninstall pkg`);
  state.packages.remove(packageName, keepData);
  state.appOps.delete(packageName);
  state.parts.files.remove(record.codePath, { recursive: true });
  const data = `/data/data/${packageName}`;
  if (!keepData && state.parts.files.stat(data)) state.parts.files.remove(data, { recursive: true });
  state.log.info('PackageManager', `Package ${packageName} removed`);
  state.parts.bus.emit('package-removed', { name: packageName, uid: record.uid });
  return 'removed';
}

/** Erases an app's data and runtime permissions; false where there is no such package. */
export function clearData(state: AndroidState, packageName: string): boolean {
  const record = state.packages.get(packageName);
  if (!record) return false;
  forceStop(state, packageName, 'clear data');
  record.granted.clear();
  for (const name of state.packages.installGrants(record.facts, false)) record.granted.add(name);
  const data = `/data/data/${packageName}`;
  for (const inner of ['cache', 'code_cache', 'files', 'shared_prefs']) {
    const folder = `${data}/${inner}`;
    if (state.parts.files.stat(folder) === undefined) continue;
    for (const name of state.parts.files.list(folder))
      state.parts.files.remove(`${folder}/${name}`, { recursive: true });
  }
  return true;
}
