import { printable } from '../../../orchestrator/contract/fault.ts';
import { shortUid } from '../android/base-processes.ts';
import { shortComponent } from '../android/component.ts';
import { duration } from '../android/device-time.ts';
import { foregroundTypeMask } from '../android/services.ts';
import type { RunningService } from '../android/services.ts';
import type { AndroidState } from '../android/state.ts';
import type { Dump, RunningProcess } from '../system.ts';
import { broadcastsText } from './dump-broadcasts.ts';
import { identity } from './dump-package.ts';

/** `dumpsys activity [activities|services|processes|broadcasts|service|top|recents|…]`. */
export function createActivityDump(state: AndroidState): Dump {
  return async (args) => {
    const [section, ...rest] = args.filter((word) => word !== '-a' && word !== '-v');
    const wanted = rest[rest.indexOf('-p') + 1] ?? undefined;
    switch (section) {
      case 'services':
      case 's':
        return servicesText(state, rest[0]);
      case 'service':
        return serviceText(state, rest);
      case 'processes':
      case 'p':
      case 'lru':
        return processesText(state, rest.includes('-p') ? wanted : rest[0]);
      case 'broadcasts':
      case 'b':
        return broadcastsText(state, rest.includes('history'));
      case 'activities':
      case 'a':
      case 'containers':
        return activitiesText(state);
      case 'top':
      case 'top-resumed':
        return topText(state);
      case 'recents':
      case 'r':
        return recentsText(state);
      case 'starter':
      case 'permissions':
      case 'providers':
      case 'prov':
      case 'intents':
      case 'i':
      case 'settings':
      case 'exit-info':
        return `ACTIVITY MANAGER ${section.toUpperCase()} (dumpsys activity ${section})\n  (nothing)\n`;
      case undefined:
        return [
          broadcastsText(state, false),
          servicesText(state, undefined),
          recentsText(state),
          activitiesText(state),
          processesText(state, undefined),
        ].join('-------------------------------------------------------------------------------\n');
      default:
        return `Bad activity command, or no activities match: ${section}\nUse -h for help.\n`;
    }
  };
}

function recordOf(process: RunningProcess): string {
  return `ProcessRecord{${identity(`process ${process.pid}`)} ${process.pid}:${process.name}/${shortUid(process.uid)}}`;
}

function servicesText(state: AndroidState, filter: string | undefined): string {
  const head = 'ACTIVITY MANAGER SERVICES (dumpsys activity services)\n';
  const found = state.services.running().filter((one) => {
    if (filter === undefined) return true;
    if (filter.includes('/')) return shortComponent(one) === shortFilter(filter);
    return one.packageName === filter || one.className.includes(filter);
  });
  if (found.length === 0) return `${head}  (nothing)\n`;
  return `${head}  User 0 active services:\n${found.map((one) => serviceRecord(state, one)).join('\n')}`;
}

function shortFilter(filter: string): string {
  const [packageName = '', className = ''] = filter.split('/');
  return shortComponent({ packageName, className: className.startsWith('.') ? packageName + className : className });
}

function serviceRecord(state: AndroidState, one: RunningService): string {
  const process = state.processes.ofPackage(one.packageName)[0];
  const record = state.packages.get(one.packageName);
  const name = shortComponent(one);
  const age = duration(one.startedAtMs - state.parts.clock.nowMs());
  const lines = [
    `  * ServiceRecord{${identity(`service ${one.id}`)} u0 ${name}}`,
    `    intent={cmp=${name}}`,
    `    packageName=${one.packageName}`,
    `    processName=${one.packageName}`,
    `    baseDir=${record?.paths[0] ?? ''}`,
    `    dataDir=/data/user/0/${one.packageName}`,
    `    app=${process ? recordOf(process) : 'null'}`,
  ];
  if (one.foregroundTypes !== null) {
    // ServiceRecord prints the types since Android 10, which brought them.
    const mask = foregroundTypeMask(one.foregroundTypes).toString(16).padStart(8, '0');
    const types = state.parts.config.apiLevel >= 29 ? ` types=0x${mask}` : '';
    lines.push(
      `    isForeground=true foregroundId=1${types} foregroundNoti=Notification(channel=default shortcut=null)`,
    );
  }
  lines.push(
    `    createTime=${age} startingBgTimeout=--`,
    `    lastActivity=${age} restartTime=${age} createdFromFg=true`,
    `    startRequested=true delayedStop=false stopIfKilled=false callStart=true lastStartId=1`,
  );
  return `${lines.join('\n')}\n`;
}

/** Text that another part gives for a service of an app, such as the push log of Play Services. */
async function serviceText(state: AndroidState, args: readonly string[]): Promise<string> {
  const [name = '', ...rest] = args;
  const wanted = name.includes('/') ? shortFilter(name) : name;
  for (const [known, dump] of Object.entries(state.parts.serviceDumps)) {
    if (known !== name && shortFilter(known) !== wanted) continue;
    const component = shortFilter(known);
    const pid = state.processes.ofPackage(known.split('/')[0] ?? '')[0]?.pid ?? 0;
    const text = await dump(rest);
    const body = text.replace(/^(?=.)/gm, '      ');
    return `SERVICE ${component} ${identity(component)} pid=${pid}\n    Client:\n${body}${body.endsWith('\n') ? '' : '\n'}`;
  }
  return `No services match: ${name}\nUse -h for help.\n`;
}

function processesText(state: AndroidState, filter: string | undefined): string {
  const found = state.processes
    .list()
    .filter(
      (one) => one.packageName !== null && (filter === undefined || one.packageName === filter || one.name === filter),
    );
  const front = state.activities.front().packageName;
  const lines = found.flatMap((one) => {
    const system = state.packages.get(one.packageName ?? '')?.system === true;
    const foreground = state.services
      .running(one.packageName ?? '')
      .some((service) => service.foregroundTypes !== null);
    const adj = system ? -800 : one.packageName === front ? 0 : foreground ? 200 : 900;
    return [
      `  *${system ? 'PERS' : 'APP'}* UID ${one.uid} ${recordOf(one)}`,
      `    user #0 uid=${one.uid} gids={50${String(one.uid).slice(-3)}, 3003}`,
      `    packageList={${one.packageName ?? ''}}`,
      `    pid=${one.pid}`,
      `    oom adj: max=1001 curRaw=${adj} setRaw=${adj} cur=${adj} set=${adj}`,
      `    isFrozen=${one.frozen}`,
    ];
  });
  return `ACTIVITY MANAGER RUNNING PROCESSES (dumpsys activity processes)\n  All known processes:\n${lines.join('\n')}\n  mCurrentUser:0\n`;
}

function activitiesText(state: AndroidState): string {
  const front = state.activities.front();
  const focused = activityRecord(front.packageName, front.activity, state.activities.top()?.task.id ?? 1);
  const tasks = state.activities.tasks().map((task) => {
    const lines = [...task.entries].reverse().map((entry, index) => {
      const record = activityRecord(task.packageName, entry.activity, task.id);
      return `      * Hist #${task.entries.length - 1 - index}: ${record}`;
    });
    return `  * Task{${identity(`task ${task.id}`)} #${task.id} type=standard A=${state.packages.get(task.packageName)?.uid ?? 0}:${task.packageName} U=0}\n${lines.join('\n')}\n`;
  });
  return [
    'ACTIVITY MANAGER ACTIVITIES (dumpsys activity activities)',
    'Display #0 (activities from top to bottom):',
    ...tasks,
    `  ${state.parts.config.apiLevel >= 31 ? 'topResumedActivity' : 'mResumedActivity'}=${focused}`,
    `  mFocusedApp=${focused}`,
    `  ResumedActivity: ${focused}`,
    '',
  ].join('\n');
}

export function activityRecord(packageName: string, className: string, taskId: number): string {
  const name = shortComponent({ packageName, className });
  return `ActivityRecord{${identity(name)} u0 ${printable(name, 300)} t${taskId}}`;
}

function topText(state: AndroidState): string {
  const front = state.activities.front();
  const pid = state.processes.ofPackage(front.packageName)[0]?.pid ?? 0;
  const name = shortComponent({ packageName: front.packageName, className: front.activity });
  return `TASK ${front.packageName} id=${state.activities.top()?.task.id ?? 1} userId=0\n  ACTIVITY ${name} ${identity(name)} pid=${pid}\n`;
}

function recentsText(state: AndroidState): string {
  const lines = state.activities.tasks().map((task, index) => {
    const affinity = `A=${state.packages.get(task.packageName)?.uid ?? 0}:${task.packageName}`;
    return `  * Recent #${index}: Task{${identity(`task ${task.id}`)} #${task.id} type=standard ${affinity} U=0}\n`;
  });
  return `ACTIVITY MANAGER RECENT TASKS (dumpsys activity recents)\n${lines.join('')}`;
}
