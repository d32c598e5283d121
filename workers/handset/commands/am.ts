import { lookUp } from '../../../orchestrator/contract/look-up.ts';
import { shortComponent } from '../android/component.ts';
import { forceStop } from '../android/state.ts';
import type { AndroidState } from '../android/state.ts';
import type { Program, ProgramIo, StandbyBucket } from '../system.ts';
import type { View } from '../ui/view.ts';
import { amBroadcast } from './am-broadcast.ts';
import { amInstrument } from './am-instrument.ts';
import { amStartService, amStopService } from './am-service.ts';
import { amStart } from './am-start.ts';
import { readOptions, throwException } from './answer.ts';

const BUCKETS: Readonly<Record<string, StandbyBucket>> = {
  exempted: 5,
  active: 10,
  working_set: 20,
  frequent: 30,
  rare: 40,
  restricted: 45,
  never: 50,
};

/** `am …` and `cmd activity …`: texts and statuses of ActivityManagerShellCommand. */
export function createAm(state: AndroidState, view: View): Program {
  const { parts } = state;
  const subcommands: Readonly<Record<string, Program>> = {
    start: (io) => amStart(io, state),
    'start-activity': (io) => amStart(io, state),
    broadcast: (io) => amBroadcast(io, state),
    startservice: (io) => amStartService(io, state, false),
    'start-service': (io) => amStartService(io, state, false),
    startforegroundservice: (io) => amStartService(io, state, true),
    'start-foreground-service': (io) => amStartService(io, state, true),
    stopservice: (io) => amStopService(io, state),
    'stop-service': (io) => amStopService(io, state),
    instrument: (io) => amInstrument(io, state, view),
    'force-stop': (io) => {
      const { rest } = readOptions(io.argv.slice(2), ['--user'], []);
      if (rest[0] === undefined)
        return throwException(io, 'force-stop', 'java.lang.IllegalArgumentException: Argument expected');
      forceStop(state, rest[0], `from pid ${io.pid}`);
      return 0;
    },
    'stop-app': (io) => {
      state.processes.killPackage(io.argv[2] ?? '', 'stop app');
      return 0;
    },
    kill: (io) => kill(io, state),
    'kill-all': (io) => {
      if (io.uid !== 0 && io.uid !== 2000) return 255;
      for (const record of state.packages.list()) killBackground(state, record.name);
      return 0;
    },
    crash: (io) => {
      const target = io.argv.at(-1) ?? '';
      const found = /^\d+$/.test(target) ? [Number(target)] : state.processes.ofPackage(target).map((one) => one.pid);
      for (const pid of found) state.processes.died(pid, 'shell-induced crash');
      return 0;
    },
    'get-standby-bucket': (io) => getBucket(io, state),
    'set-standby-bucket': (io) => setBucket(io, state),
    'get-inactive': (io) => {
      io.out(`Idle=${parts.power.bucket(io.argv.at(-1) ?? '') >= 40}\n`);
      return 0;
    },
    'set-inactive': (io) => {
      const { rest } = readOptions(io.argv.slice(2), ['--user'], []);
      if (rest[0] !== undefined) parts.power.setBucket(rest[0], rest[1] === 'true' ? 40 : 10);
      return 0;
    },
    'make-uid-idle': (io) => {
      const { rest } = readOptions(io.argv.slice(2), ['--user'], []);
      if (rest[0] !== undefined) state.services.stopBackground(rest[0]);
      return 0;
    },
    'get-current-user': (io) => (io.out('0\n'), 0),
    'is-user-stopped': (io) => (io.out('false\n'), 0),
    'get-started-user-state': (io) => (io.out('RUNNING_UNLOCKED\n'), 0),
    'get-uid-state': (io) => {
      io.out(`${uidState(state, Number(io.argv[2]))}\n`);
      return 0;
    },
    stack: (io) => stack(io, state),
    task: () => 0,
    'wait-for-broadcast-idle': (io) => (io.out('All broadcast queues are idle!\n'), 0),
    'wait-for-broadcast-barrier': (io) => (io.out('Loopers drained!\n'), 0),
    'idle-maintenance': () => 0,
    'clear-debug-app': () => 0,
    'set-debug-app': () => 0,
    'memory-factor': (io) => (io.out(io.argv[2] === 'show' ? 'NORMAL\n' : ''), 0),
    compat: () => 0,
    'get-config': (io) => (
      io.out('config: mcc310-mnc260-en-rUS-ldltr-sw411dp-w411dp-h683dp-normal-notlong-port-420dpi\nabi: x86_64,x86\n'),
      0
    ),
  };
  return async (io) => {
    const name = io.argv[1] ?? 'help';
    const known = lookUp(subcommands, name);
    if (known) return known(io);
    if (name === 'help' || name === '-h') {
      io.out(
        `Activity manager (activity) commands:\n  help\n${Object.keys(subcommands)
          .map((one) => `  ${one}\n`)
          .join('')}`,
      );
      return 0;
    }
    io.out(`Unknown command: ${name}\n`);
    return 255;
  };
}

/** Only processes that may go without harm: neither in front, nor with a service in the foreground. */
function killBackground(state: AndroidState, packageName: string): void {
  if (state.packages.get(packageName)?.system !== false) return;
  if (state.activities.front().packageName === packageName) return;
  if (state.services.running(packageName).some((one) => one.foregroundTypes !== null)) return;
  state.processes.killPackage(packageName, 'kill background');
  state.services.stopAll(packageName);
}

function kill(io: ProgramIo, state: AndroidState): number {
  const { rest } = readOptions(io.argv.slice(2), ['--user'], []);
  if (rest[0] === undefined) return throwException(io, 'kill', 'java.lang.IllegalArgumentException: Argument expected');
  killBackground(state, rest[0]);
  return 0;
}

function getBucket(io: ProgramIo, state: AndroidState): number {
  const { rest } = readOptions(io.argv.slice(2), ['--user'], []);
  if (rest[0] !== undefined) io.out(`${state.parts.power.bucket(rest[0])}\n`);
  else
    io.out(
      state.packages
        .list()
        .map((one) => `${one.name}: ${state.parts.power.bucket(one.name)}\n`)
        .join(''),
    );
  return 0;
}

function setBucket(io: ProgramIo, state: AndroidState): number {
  const { rest } = readOptions(io.argv.slice(2), ['--user'], []);
  const [name = '', word = ''] = rest;
  const bucket = lookUp(BUCKETS, word) ?? Object.values(BUCKETS).find((value) => String(value) === word);
  if (bucket === undefined) {
    io.err(`Error: Unknown bucket: ${word}\n`);
    return 255;
  }
  if (!state.packages.get(name)) {
    return throwException(io, 'set-standby-bucket', `java.lang.IllegalArgumentException: Unknown package ${name}`);
  }
  state.parts.power.setBucket(name, bucket);
  return 0;
}

function uidState(state: AndroidState, uid: number): string {
  const packages = state.packages.byUid(uid);
  if (packages.every((one) => state.processes.ofPackage(one.name).length === 0)) return '20 (NONEXISTENT)';
  if (packages.some((one) => state.activities.front().packageName === one.name)) return '2 (TOP)';
  const foreground = packages.some((one) => state.services.running(one.name).some((s) => s.foregroundTypes !== null));
  return foreground ? '4 (FOREGROUND_SERVICE)' : '16 (CACHED_ACTIVITY)';
}

function stack(io: ProgramIo, state: AndroidState): number {
  if (io.argv[2] !== 'list') return 0;
  const front = state.activities.top()?.task.id;
  for (const task of state.activities.tasks()) {
    const name = shortComponent({ packageName: task.packageName, className: task.entries.at(-1)?.activity ?? '' });
    io.out(`RootTask id=${task.id} bounds=[0,0][1080,1920] displayId=0 userId=0\n`);
    io.out(`  taskId=${task.id}: ${name} bounds=[0,0][1080,1920] userId=0 visible=${task.id === front}\n`);
  }
  return 0;
}
