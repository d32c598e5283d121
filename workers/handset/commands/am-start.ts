import { longComponent, shortComponent } from '../android/component.ts';
import type { ComponentName } from '../android/component.ts';
import type { Launch } from '../android/activities.ts';
import { describeIntent, IntentError, parseIntent } from '../android/intent.ts';
import type { Intent } from '../android/intent.ts';
import { launchActivity, resolveIntent } from '../android/resolve.ts';
import type { Resolved } from '../android/resolve.ts';
import { forceStop } from '../android/state.ts';
import type { AndroidState } from '../android/state.ts';
import type { ProgramIo } from '../system.ts';
import { throwException } from './answer.ts';

const OWN = {
  '-D': 0,
  '-N': 0,
  '-W': 0,
  '-S': 0,
  '-R': 1,
  '-P': 1,
  '--start-profiler': 1,
  '--sampling': 1,
  '--streaming': 0,
  '--attach-agent': 1,
  '--attach-agent-bind': 1,
  '--track-allocation': 0,
  '--user': 1,
  '--stack': 1,
  '--display': 1,
  '--windowingMode': 1,
  '--activityType': 1,
  '--task': 1,
  '--task-overlay': 0,
  '--lock-task': 0,
  '--allow-background-activity-starts': 0,
  '--receiver-permission': 1,
};

/** `am start`/`am start-activity`: texts of ActivityManagerShellCommand.runStartActivity. */
export async function amStart(io: ProgramIo, state: AndroidState): Promise<number> {
  let parsed: ReturnType<typeof parseIntent>;
  try {
    parsed = parseIntent(io.argv.slice(2), OWN);
  } catch (error) {
    if (!(error instanceof IntentError)) throw error;
    return throwException(io, io.argv[1] ?? 'start', `java.lang.IllegalArgumentException: ${error.message}`);
  }
  const { intent, options } = parsed;
  const target = findTarget(intent, state);
  if (options.has('-S')) {
    const stopped = target?.name.packageName ?? intent.component?.packageName ?? intent.packageName;
    if (stopped !== undefined && stopped !== null) {
      io.out(`Stopping: ${stopped}\n`);
      forceStop(state, stopped, `from pid ${io.pid}`);
    }
  }
  io.out(`Starting: ${describeIntent(intent)}\n`);
  if (!target) return notFound(io, intent);
  const exported = target.component.exported ?? target.component.intentFilters.length > 0;
  if (!exported && io.uid !== 0 && io.uid !== 1000) {
    return throwException(
      io,
      io.argv[1] ?? 'start',
      `java.lang.SecurityException: Permission Denial: starting ${describeIntent({ ...intent, component: target.name })} ` +
        `from null (pid=${io.pid}, uid=${io.uid}) not exported from uid ${target.record.uid}`,
    );
  }
  const viaLauncher = intent.action === 'android.intent.action.MAIN';
  const launch = launchNow(state, target.name, intent.flags, viaLauncher);
  warnReuse(io, launch);
  if (options.has('-W')) {
    await state.parts.clock.sleep(launch.totalMs, io.signal);
    io.out(waitText(launch, state.parts.config.apiLevel));
  }
  return 0;
}

/** Starts the activity and logs it as system_server does. */
export function launchNow(state: AndroidState, name: ComponentName, flags: number, viaLauncher: boolean): Launch {
  const launch = state.activities.launch(name, flags, viaLauncher);
  const component = shortComponent(launch.shown);
  state.log.info(
    'ActivityTaskManager',
    `START u0 {act=android.intent.action.MAIN flg=0x${(flags | 0x10000000).toString(16)} cmp=${component}} from uid 2000`,
  );
  if (launch.reused === 'no') {
    state.log.info('ActivityTaskManager', `Displayed ${component}: +${launch.totalMs}ms`);
    state.log.event('wm_activity_launch_time', [0, 0, component, launch.totalMs]);
  }
  return launch;
}

function findTarget(intent: Intent, state: AndroidState): Resolved | null {
  const found = resolveIntent(intent, state.packages, ['activity', 'activity-alias']);
  const first = found[0];
  if (!first || intent.component !== null) return first ?? null;
  const launch = launchActivity(first.record);
  return found.find((one) => one.record === first.record && one.name.className === launch?.className) ?? first;
}

function notFound(io: ProgramIo, intent: Intent): number {
  if (intent.component) {
    io.err(`Error type 3\nError: Activity class {${longComponent(intent.component)}} does not exist.\n`);
  } else {
    io.err(`Error: Activity not started, unable to resolve ${describeIntent(intent)}\n`);
  }
  return 1;
}

function warnReuse(io: ProgramIo, launch: Launch): void {
  if (launch.reused === 'brought-to-front') {
    io.err('Warning: Activity not started, its current task has been brought to the front\n');
  } else if (launch.reused === 'delivered-to-top') {
    io.err('Warning: Activity not started, intent has been delivered to currently running top-most instance.\n');
  }
}

/** LaunchState came with Android 10; Android 9 printed ThisTime instead. */
function waitText(launch: Launch, apiLevel: number): string {
  const { totalMs } = launch;
  const shown = shortComponent(launch.shown);
  const lines = ['Status: ok'];
  if (apiLevel >= 29) lines.push(`LaunchState: ${launch.state}`);
  lines.push(`Activity: ${shown}`);
  if (apiLevel < 29) lines.push(`ThisTime: ${totalMs}`);
  lines.push(`TotalTime: ${totalMs}`, `WaitTime: ${totalMs + 3}`, 'Complete', '');
  return lines.join('\n');
}
