import { lookUp } from '../../../orchestrator/contract/look-up.ts';
import type { DeviceClock, Processes, Services } from '../system.ts';
import { shortUid } from './base-processes.ts';
import { shortComponent } from './component.ts';
import type { PackageStore } from './packages.ts';
import type { SystemLog } from './system-log.ts';

export interface RunningService {
  readonly packageName: string;
  readonly className: string;
  /** null: not in the foreground. */
  foregroundTypes: readonly string[] | null;
  readonly startedAtMs: number;
  readonly id: number;
}

export interface ServiceTable extends Services {
  running(packageName?: string): RunningService[];
  /** The process is gone: so are its services. */
  stopAll(packageName: string): void;
  /** The app is idle: its services that are not in the foreground end (background service limits, Android 8). */
  stopBackground(packageName: string): void;
}

/** Most services that one app may run: a hostile app cannot grow the table without end. */
const MOST_PER_PACKAGE = 64;

export function createServices(
  clock: DeviceClock,
  packages: PackageStore,
  processes: Pick<Processes, 'ensure'> & { reconsider(packageName: string): void },
  log: SystemLog,
): ServiceTable {
  const table = new Map<string, RunningService>();
  let nextId = 0x51;

  const running = (packageName?: string): RunningService[] =>
    [...table.values()].filter((one) => packageName === undefined || one.packageName === packageName);

  const end = (one: RunningService): void => {
    table.delete(shortComponent(one));
    log.event('am_destroy_service', [0, one.id, 0]);
  };

  return {
    running,
    start(packageName, className, foregroundTypes) {
      const key = shortComponent({ packageName, className });
      const known = table.get(key);
      const found = packages.get(packageName);
      if (!found) return;
      if (!known && running(packageName).length >= MOST_PER_PACKAGE) return;
      const process = processes.ensure(packageName, 'service', key);
      if (known) {
        if (foregroundTypes !== null && known.foregroundTypes === null) logForeground(log, key, found.facts.targetSdk);
        known.foregroundTypes = foregroundTypes ?? known.foregroundTypes;
      } else {
        const id = (nextId += 0x1f3);
        table.set(key, { packageName, className, foregroundTypes, startedAtMs: clock.nowMs(), id });
        log.event('am_create_service', [0, id, key, found.uid, process.pid]);
        if (foregroundTypes !== null) logForeground(log, key, found.facts.targetSdk);
      }
      processes.reconsider(packageName);
    },
    stop(packageName, className) {
      const one = table.get(shortComponent({ packageName, className }));
      if (!one) return;
      end(one);
      processes.reconsider(packageName);
    },
    stopAll(packageName) {
      for (const one of running(packageName)) end(one);
    },
    stopBackground(packageName) {
      const uid = packages.get(packageName)?.uid ?? 0;
      for (const one of running(packageName)) {
        if (one.foregroundTypes !== null) continue;
        log.warn('ActivityManager', `Stopping service due to app idle: ${shortUid(uid)} ${shortComponent(one)}`);
        end(one);
      }
      processes.reconsider(packageName);
    },
  };
}

function logForeground(log: SystemLog, key: string, targetSdk: number): void {
  log.event('am_foreground_service_start', [0, key, 1, 'PROC_STATE_TOP', targetSdk]);
}

/** android.content.pm.ServiceInfo.FOREGROUND_SERVICE_TYPE_*. */
const FOREGROUND_TYPE_BITS: Readonly<Record<string, number>> = {
  dataSync: 0x1,
  mediaPlayback: 0x2,
  phoneCall: 0x4,
  location: 0x8,
  connectedDevice: 0x10,
  mediaProjection: 0x20,
  camera: 0x40,
  microphone: 0x80,
  health: 0x100,
  remoteMessaging: 0x200,
  systemExempted: 0x400,
  shortService: 0x800,
  fileManagement: 0x1000,
  mediaProcessing: 0x2000,
  specialUse: 0x40000000,
};

export function foregroundTypeMask(types: readonly string[]): number {
  return types.reduce((mask, type) => (mask | (lookUp(FOREGROUND_TYPE_BITS, type) ?? 0)) >>> 0, 0);
}
