import { setTimeout as sleep } from 'node:timers/promises';
import type { PhaseName } from '../../orchestrator/contract/capture.ts';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import { launchApp } from './launch.ts';
import { readPower, type PowerState } from './power-state.ts';
import { mustRun, type Shell } from './shell.ts';

/** Key codes of AOSP KeyEvent.java. */
const KEY = { home: 3, menu: 82, sleep: 223, wakeUp: 224 } as const;

/** Host milliseconds that a device may take to arrive in the state that was asked for. */
const SETTLE_MS = 15_000;

/**
 * Puts device and app into a phase, and reads the state back until it is so. The battery is unplugged in all phases,
 * because a charging device lifts the limits that a legitimate app lives under; the app is never force-stopped,
 * because a stopped app receives no push and no alarm. Error: `phase-failed` with the state found, `launch-failed`.
 */
export async function enterPhase(
  shell: Shell,
  phase: PhaseName,
  packageName: string,
  signal: AbortSignal,
): Promise<PowerState> {
  const run = (command: string): Promise<string> =>
    mustRun(shell, command, 'phase-failed', `entering ${phase}`, { signal });
  await run('dumpsys battery unplug');
  switch (phase) {
    case 'foreground':
      await wake(shell, run);
      if ((await readPower(shell, signal)).frontPackage !== packageName) await launchApp(shell, packageName, signal);
      break;
    case 'background':
      await wake(shell, run);
      await run(`input keyevent ${KEY.home}`);
      break;
    case 'locked':
      await run('dumpsys deviceidle unforce');
      await run(`input keyevent ${KEY.home}`);
      await run(`input keyevent ${KEY.sleep}`);
      break;
    case 'doze': {
      await run(`input keyevent ${KEY.sleep}`);
      await run('dumpsys deviceidle force-idle');
      break;
    }
  }
  return waitFor(shell, phase, packageName, signal);
}

/** True where the state is that of the phase. An unknown value never counts as the wanted one. */
export function isInPhase(state: PowerState, phase: PhaseName, packageName: string): boolean {
  const inUse = state.screenOn === true && state.keyguard !== true && state.charging === false;
  switch (phase) {
    case 'foreground':
      return inUse && state.frontPackage === packageName;
    case 'background':
      return inUse && state.frontPackage !== null && state.frontPackage !== packageName;
    case 'locked':
      return state.screenOn === false && state.charging === false && !state.deviceIdle.startsWith('IDLE');
    case 'doze':
      return state.screenOn === false && state.charging === false && state.deviceIdle === 'IDLE';
  }
}

/** Keeps the screen on while the plan wants it on, whatever time-out is set. Disposing it restores the setting. */
export async function keepScreenOn(shell: Shell): Promise<AsyncDisposable> {
  const setting = 'system screen_off_timeout';
  const before = (await shell(`settings get ${setting}`)).stdout.trim();
  await mustRun(shell, `settings put ${setting} 2147483647`, 'phase-failed', 'lifting the screen time-out');
  return {
    async [Symbol.asyncDispose]() {
      const restore = /^\d+$/.test(before) ? `settings put ${setting} ${before}` : `settings delete ${setting}`;
      await shell(restore);
    },
  };
}

/** Ends a forced Doze; the device goes on as its own state tells it. */
export async function leaveDoze(shell: Shell): Promise<void> {
  await mustRun(shell, 'dumpsys deviceidle unforce', 'phase-failed', 'leaving Doze');
}

/** After the last phase: no forced Doze, the battery as it really is, the home screen in front. */
export async function leavePhases(shell: Shell): Promise<void> {
  await leaveDoze(shell);
  await mustRun(shell, 'dumpsys battery reset', 'phase-failed', 'giving the battery back');
  await mustRun(shell, `input keyevent ${KEY.wakeUp}`, 'phase-failed', 'waking the device');
  await mustRun(shell, `input keyevent ${KEY.home}`, 'phase-failed', 'going home');
}

async function wake(shell: Shell, run: (command: string) => Promise<string>): Promise<void> {
  await run('dumpsys deviceidle unforce');
  await run(`input keyevent ${KEY.wakeUp}`);
  const dismissed = await shell('wm dismiss-keyguard');
  if (dismissed.exitCode !== 0) await run(`input keyevent ${KEY.menu}`);
}

async function waitFor(shell: Shell, phase: PhaseName, packageName: string, signal: AbortSignal): Promise<PowerState> {
  const deadline = performance.now() + SETTLE_MS;
  for (;;) {
    const state = await readPower(shell, signal);
    if (isInPhase(state, phase, packageName)) return state;
    if (performance.now() > deadline) {
      throw new Fault('phase-failed', `the device did not enter ${phase}: ${printable(JSON.stringify(state), 400)}`);
    }
    await sleep(150, undefined, { signal });
  }
}
