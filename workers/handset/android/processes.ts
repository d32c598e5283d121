import type { Base, Processes, RunningProcess, StartReason } from '../system.ts';
import { BASE_PROCESSES, PERSISTENT_APPS, shortUid, ZYGOTE_PID } from './base-processes.ts';
import type { PackageStore } from './packages.ts';
import { serveProcess } from './proc-files.ts';
import type { SystemLog } from './system-log.ts';

export interface ProcessRecord extends RunningProcess {
  readonly parentPid: number;
  frozen: boolean;
}

export interface ProcessTable extends Processes {
  list(): ProcessRecord[];
  get(pid: number): ProcessRecord | undefined;
  ofPackage(name: string): ProcessRecord[];
  /** What the rest of Android knows keeps a package awake: asked whenever a package is looked at again. */
  setNeeds(needed: (packageName: string) => boolean): void;
  /** Looks again whether the package is cached: call after anything that its state depends on. */
  reconsider(packageName: string): void;
  /** A process that ended by itself or by a signal, not by the activity manager. */
  died(pid: number, why: string): void;
  killPackage(packageName: string, why: string): void;
  /** Starts the processes of a booted image. */
  boot(): void;
  /** Ends every process, as a reboot does. */
  shutDown(): void;
  close(): void;
}

/** `CACHED_APPS_FREEZER` became the default with Android 12; the debounce is 10 s (CachedAppOptimizer). */
const FREEZER_SINCE_API = 31;
const FREEZE_AFTER_MS = 10_000;
/** UNFREEZE_REASON_ACTIVITY … of OomAdjuster; printed from Android 14 on. */
const UNFREEZE_REASON = { activity: 1, broadcast: 3, service: 6 } as const;

export function createProcesses(base: Base, packages: PackageStore, log: SystemLog): ProcessTable {
  const { bus, clock, files } = base;
  const table = new Map<number, ProcessRecord>();
  const holds = new Map<string, Set<object>>();
  const freezing = new Map<string, () => void>();
  let isNeeded: (packageName: string) => boolean = () => true;

  const ofPackage = (name: string): ProcessRecord[] => [...table.values()].filter((one) => one.packageName === name);

  const add = (record: ProcessRecord): ProcessRecord => {
    table.set(record.pid, record);
    serveProcess(files, record);
    if (record.pid !== 1) files.cloneNamespace(record.parentPid === 0 ? 1 : record.parentPid, record.pid);
    return record;
  };

  const drop = (record: ProcessRecord, why: string): void => {
    table.delete(record.pid);
    files.dropNamespace(record.pid);
    files.remove(`/proc/${record.pid}`, { recursive: true });
    if (record.packageName !== null && ofPackage(record.packageName).length === 0) {
      freezing.get(record.packageName)?.();
      freezing.delete(record.packageName);
    }
    bus.emit('process-died', record, { why });
  };

  const spawn = (
    packageName: string,
    processName: string,
    uid: number,
    reason: StartReason,
    component: string,
  ): ProcessRecord => {
    let pid = base.tasks.nextPid();
    while (table.has(pid)) pid = base.tasks.nextPid();
    const record = add({
      pid,
      parentPid: ZYGOTE_PID,
      uid,
      name: processName,
      packageName,
      startedAtMs: clock.nowMs(),
      frozen: false,
    });
    log.event('am_proc_start', [0, record.pid, uid, processName, reason, `{${component}}`]);
    log.event('am_proc_bound', [0, record.pid, processName]);
    log.info(
      'ActivityManager',
      `Start proc ${record.pid}:${processName}/${shortUid(uid)} for ${reason} {${component}}`,
    );
    bus.emit('process-started', record, { reason, component });
    return record;
  };

  const freeze = (packageName: string): void => {
    freezing.delete(packageName);
    for (const record of ofPackage(packageName)) {
      if (record.frozen) continue;
      record.frozen = true;
      log.event('am_freeze', [record.pid, record.name]);
      log.info('ActivityManager', `freezing ${record.pid} ${record.name}`);
      bus.emit('process-frozen', record);
    }
  };

  const thaw = (packageName: string, reason: number): void => {
    for (const record of ofPackage(packageName)) {
      if (!record.frozen) continue;
      record.frozen = false;
      const values = [record.pid, record.name];
      log.event('am_unfreeze', base.config.apiLevel >= 34 ? [...values, reason] : values);
      bus.emit('process-thawed', record);
    }
  };

  const held = (packageName: string): boolean => (holds.get(packageName)?.size ?? 0) > 0;

  const reconsider = (packageName: string, reason: number = UNFREEZE_REASON.activity): void => {
    if (base.config.apiLevel < FREEZER_SINCE_API) return;
    if (ofPackage(packageName).length === 0 || packages.get(packageName)?.system !== false) return;
    if (isNeeded(packageName) || held(packageName)) {
      freezing.get(packageName)?.();
      freezing.delete(packageName);
      thaw(packageName, reason);
    } else if (!freezing.has(packageName) && ofPackage(packageName).some((one) => !one.frozen)) {
      freezing.set(
        packageName,
        clock.after(FREEZE_AFTER_MS, () => freeze(packageName)),
      );
    }
  };

  const kill = (pid: number, why: string): void => {
    const record = table.get(pid);
    if (!record || record.packageName === null) return;
    const adj = record.frozen ? 900 : 0;
    log.event('am_kill', [0, pid, record.name, adj, why]);
    log.info('ActivityManager', `Killing ${pid}:${record.name}/${shortUid(record.uid)} (adj ${adj}): ${why}`);
    log.event('am_proc_died', [0, pid, record.name, adj, 19]);
    drop(record, why);
  };

  return {
    list: () => [...table.values()].sort((a, b) => a.pid - b.pid),
    get: (pid) => table.get(pid),
    ofPackage,
    setNeeds: (needed) => void (isNeeded = needed),
    reconsider,
    kill,
    ensure(packageName, reason, component) {
      const running = ofPackage(packageName).find((one) => one.name === packageName) ?? ofPackage(packageName)[0];
      if (running) {
        if (running.frozen) {
          thaw(packageName, reason === 'broadcast' ? UNFREEZE_REASON.broadcast : UNFREEZE_REASON.service);
          reconsider(packageName);
        }
        return running;
      }
      const found = packages.get(packageName);
      if (!found) throw new Error(`package ${packageName} is not installed`);
      const started = spawn(packageName, packageName, found.uid, reason, component);
      reconsider(packageName);
      return started;
    },
    hold(packageName) {
      const token = {};
      const tokens = holds.get(packageName) ?? new Set<object>();
      tokens.add(token);
      holds.set(packageName, tokens);
      reconsider(packageName, UNFREEZE_REASON.service);
      return () => {
        if (!tokens.delete(token)) return;
        if (tokens.size === 0 && holds.get(packageName) === tokens) holds.delete(packageName);
        reconsider(packageName);
      };
    },
    died(pid, why) {
      const record = table.get(pid);
      if (!record) return;
      if (record.packageName !== null) {
        log.info('ActivityManager', `Process ${record.name} (pid ${pid}) has died: ${why}`);
        log.event('am_proc_died', [0, pid, record.name, record.frozen ? 900 : 0, 19]);
      }
      drop(record, why);
      // init restarts its own services at once.
      const own = BASE_PROCESSES.find((one) => one.pid === pid);
      if (own) add({ ...own, packageName: null, startedAtMs: clock.nowMs(), frozen: false });
    },
    killPackage(packageName, why) {
      for (const record of ofPackage(packageName)) kill(record.pid, why);
    },
    shutDown() {
      for (const record of [...table.values()]) drop(record, 'reboot');
      holds.clear();
    },
    boot() {
      for (const own of BASE_PROCESSES) {
        add({ ...own, packageName: null, startedAtMs: clock.nowMs(), frozen: false });
      }
      for (const one of PERSISTENT_APPS) {
        const found = packages.get(one.packageName);
        if (found) spawn(one.packageName, one.processName, found.uid, 'boot', one.packageName + one.component);
      }
    },
    close() {
      for (const cancel of freezing.values()) cancel();
      freezing.clear();
    },
  };
}
