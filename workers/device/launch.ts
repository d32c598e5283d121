import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import { mustRun, quote, type Shell } from './shell.ts';

/** The package's own launcher activity, `pkg/.Main`. Error: `launch-failed` where it has none. */
export async function resolveLauncher(shell: Shell, packageName: string): Promise<string> {
  const command = `cmd package resolve-activity --brief ${quote(packageName)}`;
  const output = await mustRun(shell, command, 'launch-failed', 'looking for the launcher activity');
  const component = output.trim().split('\n').at(-1)?.trim() ?? '';
  if (!component.startsWith(`${packageName}/`)) {
    throw new Fault('launch-failed', `${printable(packageName)} has no activity that a launcher could start`);
  }
  return component;
}

/** Brings an app to the front as a launcher does. Error: `launch-failed` with the device's words. */
export async function launchApp(shell: Shell, packageName: string, signal: AbortSignal): Promise<void> {
  const component = await resolveLauncher(shell, packageName);
  const command = `am start -W -n ${quote(component)} -a android.intent.action.MAIN -c android.intent.category.LAUNCHER -f 0x10200000`;
  const result = await shell(command, { signal, timeoutMs: 60_000 });
  const words = `${result.stdout}\n${result.stderr}`;
  // "Warning: Activity not started, …" means that it is in front already.
  const error = /^(?:Error.*|Exception.*|.*SecurityException.*)$/m.exec(words)?.[0];
  if (error !== undefined || (result.exitCode !== 0 && !words.includes('Warning: Activity not started'))) {
    throw new Fault('launch-failed', `${printable(component)}: ${printable(error ?? words.trim())}`);
  }
}

/** Puts an app into the stopped state: no job, alarm, broadcast or push starts it again. Error: `device-dirty`. */
export async function stopApp(shell: Shell, packageName: string): Promise<void> {
  await mustRun(shell, `am force-stop ${quote(packageName)}`, 'device-dirty', `stopping ${printable(packageName)}`);
}
