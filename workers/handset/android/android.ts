import { readApk, readEntry } from '../../apk/read.ts';
import { createAm } from '../commands/am.ts';
import { createAppOps } from '../commands/app-ops.ts';
import { createActivityDump } from '../commands/dump-activity.ts';
import { createPackageDump } from '../commands/dump-package.ts';
import { createSmallDumps } from '../commands/dump-small.ts';
import { createWindowDump } from '../commands/dump-window.ts';
import { createDumpsys } from '../commands/dumpsys.ts';
import { createInput } from '../commands/input.ts';
import { createKill, createKillByName } from '../commands/kill.ts';
import { createMonkey } from '../commands/monkey.ts';
import { createPm } from '../commands/pm.ts';
import { createPgrep, createPidof, createPs } from '../commands/ps.ts';
import { createCmd, createQuietCommands, createService } from '../commands/services.ts';
import { createSettingsCommand } from '../commands/settings.ts';
import { createTools } from '../commands/tools.ts';
import { createWm } from '../commands/window.ts';
import type { Android, Parts } from '../system.ts';
import { createView } from '../ui/view.ts';
import type { View } from '../ui/view.ts';
import { createActivities, HOME } from './activities.ts';
import { SYSTEM_SERVER_PID } from './base-processes.ts';
import { watchIdleApps } from './idle-apps.ts';
import type { ApkReader } from './install.ts';
import { createPackages } from './packages.ts';
import { createProcesses } from './processes.ts';
import { launchActivity } from './resolve.ts';
import { createServices } from './services.ts';
import { createSettings } from './settings.ts';
import type { AndroidState } from './state.ts';
import { createSystemLog } from './system-log.ts';

export const READER: ApkReader = { read: readApk, entry: readEntry };

/** Android besides power and traffic: packages, processes, services, activities, settings, the UI and their commands. */
export function createAndroid(parts: Parts, apks: ApkReader = READER): Android & { state: AndroidState; view: View } {
  const { bus, clock, config, logs, files } = parts;
  const log = createSystemLog(logs, SYSTEM_SERVER_PID);
  const settings = createSettings(config.seed);
  const packages = createPackages(config.apiLevel, clock.nowMs());
  const processes = createProcesses(parts, packages, log);
  const services = createServices(clock, packages, processes, log);
  const activities = createActivities(parts, packages, processes, log);
  const state: AndroidState = {
    parts,
    packages,
    processes,
    services,
    activities,
    settings,
    log,
    apks,
    appOps: new Map(),
  };

  processes.setNeeds((name) => activities.front().packageName === name || services.running(name).length > 0);
  bus.on('process-died', (dead) => {
    if (dead.packageName === null || processes.ofPackage(dead.packageName).length > 0) return;
    services.stopAll(dead.packageName);
    if (activities.front().packageName !== dead.packageName || dead.packageName === HOME.packageName) return;
    // The activity in front goes with its process; what lay below it is made again when the task returns.
    activities.back();
    activities.home();
  });
  const idle = watchIdleApps(state);

  const view = createView(state, (name) => {
    const record = packages.get(name);
    const target = record && launchActivity(record);
    if (target) activities.launch(target, 0x10000000, true);
  });
  bus.on('package-launched', ({ name }) => {
    if (name === 'io.appium.settings') openAppiumSettings(state);
  });

  let up = false;
  const boot = (): void => {
    processes.boot();
    activities.reset();
    up = true;
  };
  bus.on('rebooting', () => {
    up = false;
    processes.shutDown();
  });
  bus.on('booted', () => {
    if (!up) boot();
  });

  const pm = createPm(state);
  const am = createAm(state, view);
  const appOps = createAppOps(state);
  const wm = createWm(state);
  return {
    state,
    view,
    settings,
    packages,
    processes,
    services,
    front: () => (up ? activities.front() : null),
    programs: {
      am,
      pm,
      wm,
      appops: appOps,
      cmd: createCmd(parts),
      dumpsys: createDumpsys(parts),
      input: createInput(view),
      kill: createKill(state),
      killall: createKillByName(state, true),
      pkill: createKillByName(state, false),
      monkey: createMonkey(state),
      pgrep: createPgrep(state),
      pidof: createPidof(state),
      ps: createPs(state),
      service: createService(parts),
      settings: createSettingsCommand(settings),
      ...createTools(state, view),
    },
    commands: { ...createQuietCommands(parts), activity: am, package: pm, appops: appOps },
    dumps: {
      ...createSmallDumps(state),
      activity: createActivityDump(state),
      package: createPackageDump(state),
      window: createWindowDump(state),
    },
    start() {
      for (const record of packages.list())
        for (const path of record.paths) if (!files.stat(path)) writeSystemApk(state, path);
      boot();
    },
    close() {
      idle();
      processes.close();
    },
  };
}

/** Files of the image's own packages are there by name; their content is not. */
function writeSystemApk(state: AndroidState, path: string): void {
  const { files } = state.parts;
  files.makeDirectory(path.slice(0, path.lastIndexOf('/')), { parents: true, mode: 0o755 });
  files.write(path, '', { mode: 0o644, uid: 0, gid: 0 });
}

/** Appium's settings app starts its foreground service and closes its window. */
function openAppiumSettings(state: AndroidState): void {
  const service = 'io.appium.settings.ForegroundService';
  const found = state.packages.get('io.appium.settings')?.facts.components.find((one) => one.name === service);
  state.services.start('io.appium.settings', service, found?.foregroundServiceTypes ?? []);
  queueMicrotask(() => state.activities.removePackage('io.appium.settings'));
}
