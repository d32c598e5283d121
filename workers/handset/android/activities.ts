import type { Base, Front } from '../system.ts';
import { shownActivity, shortComponent } from './component.ts';
import type { ComponentName } from './component.ts';
import type { PackageStore } from './packages.ts';
import type { ProcessTable } from './processes.ts';
import type { SystemLog } from './system-log.ts';

/** One activity on a task's stack. `screen` is the scripted screen that it shows, or null. */
export interface ActivityEntry {
  readonly id: number;
  readonly activity: string;
  screen: string | null;
}

export interface Task {
  readonly id: number;
  readonly packageName: string;
  /** Bottom first. */
  readonly entries: ActivityEntry[];
}

export interface Launch {
  readonly state: 'COLD' | 'WARM' | 'HOT';
  /** What `am start` warns of: the intent went to what was there already. */
  readonly reused: 'no' | 'brought-to-front' | 'delivered-to-top';
  readonly shown: ComponentName;
  /** Device time until the first frame. */
  readonly totalMs: number;
}

export interface ActivityStack {
  front(): Front;
  /** The entry on top of the front task; null where the launcher is in front. */
  top(): { task: Task; entry: ActivityEntry } | null;
  /** Most recent first, without the launcher. */
  tasks(): readonly Task[];
  launch(name: ComponentName, flags: number, viaLauncher: boolean): Launch;
  /** An activity or scripted screen that the front app opens on top of itself. */
  open(activity: string, screen: string | null): void;
  home(): void;
  /** Ends the top entry; false where the launcher is in front already. */
  back(): boolean;
  /** Removes the package's task, as force-stop and uninstall do. */
  removePackage(packageName: string): void;
  reset(): void;
}

export const HOME: ComponentName = {
  packageName: 'com.android.launcher3',
  className: 'com.android.launcher3.Launcher',
};

const FLAG_CLEAR_TASK = 0x8000;
const FLAG_CLEAR_TOP = 0x04000000;
/** A hostile app cannot stack activities without end. */
const MOST_ENTRIES = 64;

export function createActivities(
  base: Base,
  packages: PackageStore,
  processes: ProcessTable,
  log: SystemLog,
): ActivityStack {
  const { bus } = base;
  let tasks: Task[] = [];
  let atHome = true;
  let nextTask = 11;
  let nextEntry = 1;
  let shown: Front = { packageName: HOME.packageName, activity: HOME.className };

  const frontTask = (): Task | null => (atHome ? null : (tasks[0] ?? null));

  const top = (): { task: Task; entry: ActivityEntry } | null => {
    const task = frontTask();
    const entry = task?.entries.at(-1);
    return task && entry ? { task, entry } : null;
  };

  const settle = (): void => {
    tasks = tasks.filter((task) => task.entries.length > 0);
    if (tasks.length === 0) atHome = true;
    const now = top();
    const next: Front = now
      ? { packageName: now.task.packageName, activity: now.entry.activity }
      : { packageName: HOME.packageName, activity: HOME.className };
    if (next.packageName === shown.packageName && next.activity === shown.activity) return;
    const previous = shown;
    shown = next;
    const component = shortComponent({ packageName: next.packageName, className: next.activity });
    log.event('wm_on_resume_called', [0, next.activity, 'RESUME_ACTIVITY']);
    log.event('wm_set_resumed_activity', [0, component, 'resumeTopActivity']);
    bus.emit('front-changed', next);
    processes.reconsider(previous.packageName);
    processes.reconsider(next.packageName);
  };

  const initialScreen = (packageName: string, activity: string): string | null => {
    const screens = packages.get(packageName)?.behaviour?.screens ?? [];
    return (screens.find((one) => one.activity === activity) ?? screens[0])?.id ?? null;
  };

  const push = (task: Task, activity: string, screen: string | null): void => {
    task.entries.push({ id: nextEntry++, activity, screen });
    if (task.entries.length > MOST_ENTRIES) task.entries.splice(1, 1);
  };

  return {
    front: () => shown,
    top,
    tasks: () => tasks,
    launch(name, flags, viaLauncher) {
      const record = packages.get(name.packageName);
      if (!record) throw new Error(`package ${name.packageName} is not installed`);
      if (name.packageName === HOME.packageName) {
        atHome = true;
        settle();
        return { state: 'HOT', reused: 'brought-to-front', shown: HOME, totalMs: 30 };
      }
      const running = processes.ofPackage(name.packageName).length > 0;
      const wasStopped = record.stopped || !record.launchedOnce;
      const target = shownActivity(record.facts, name.className);
      const known = tasks.find((task) => task.packageName === name.packageName);
      const wasFront = known !== undefined && known === frontTask();
      record.stopped = false;
      record.launchedOnce = true;
      processes.ensure(name.packageName, 'next-top-activity', shortComponent({ ...name, className: target }));
      const task = known ?? { id: nextTask++, packageName: name.packageName, entries: [] };
      if ((flags & FLAG_CLEAR_TASK) !== 0) task.entries.length = 0;
      const sameRoot = task.entries[0]?.activity === target;
      const sameTop = task.entries.at(-1)?.activity === target;
      const reused =
        wasFront && sameTop ? 'delivered-to-top' : viaLauncher && sameRoot ? 'brought-to-front' : ('no' as const);
      if (reused === 'no') {
        const at = task.entries.findIndex((entry) => entry.activity === target);
        if ((flags & FLAG_CLEAR_TOP) !== 0 && at >= 0) task.entries.length = at;
        push(task, target, initialScreen(name.packageName, target));
      }
      tasks = [task, ...tasks.filter((one) => one !== task)];
      atHome = false;
      const state = !running ? 'COLD' : reused === 'no' ? 'WARM' : 'HOT';
      if (state !== 'HOT' || wasStopped) bus.emit('package-launched', { name: name.packageName });
      settle();
      processes.reconsider(name.packageName);
      const entry = top()?.entry.activity ?? target;
      return {
        state,
        reused,
        shown: { packageName: name.packageName, className: entry },
        totalMs: launchMs(state, name),
      };
    },
    open(activity, screen) {
      const task = frontTask();
      if (!task) return;
      push(task, activity, screen);
      settle();
    },
    home() {
      atHome = true;
      settle();
    },
    back() {
      const now = top();
      if (!now) return false;
      now.task.entries.pop();
      // The task below comes forward only where it started this one; the apps here are all started from the launcher.
      if (now.task.entries.length === 0) atHome = true;
      settle();
      return true;
    },
    removePackage(packageName) {
      if (frontTask()?.packageName === packageName) atHome = true;
      tasks = tasks.filter((task) => task.packageName !== packageName);
      settle();
    },
    reset() {
      tasks = [];
      atHome = true;
      settle();
    },
  };
}

/** Plausible and the same each time: a cold start takes 400 to 1100 ms, depending on the activity's name. */
function launchMs(state: Launch['state'], name: ComponentName): number {
  let hash = 7;
  for (const char of name.className) hash = (Math.imul(hash, 31) + (char.codePointAt(0) ?? 0)) >>> 0;
  if (state === 'COLD') return 400 + (hash % 700);
  return state === 'WARM' ? 120 + (hash % 160) : 40 + (hash % 60);
}
