import { describeIntent, IntentError, parseIntent } from '../android/intent.ts';
import type { Intent } from '../android/intent.ts';
import { resolveIntent } from '../android/resolve.ts';
import type { AndroidState } from '../android/state.ts';
import type { ProgramIo } from '../system.ts';
import { throwException } from './answer.ts';

/** `am startservice` and `am start-foreground-service`. */
export function amStartService(io: ProgramIo, state: AndroidState, foreground: boolean): number {
  const intent = parse(io);
  if (intent === null) return 255;
  io.out(`Starting service: ${describeIntent(intent)}\n`);
  const target = resolveIntent(intent, state.packages, ['service'])[0];
  if (!target) {
    io.err('Error: Not found; no service started.\n');
    return 255;
  }
  const exported = target.component.exported ?? target.component.intentFilters.length > 0;
  if (!exported && io.uid !== 0) {
    io.err(`Error: Requires permission not exported from uid ${target.record.uid}\n`);
    return 255;
  }
  if (target.component.permission !== null && io.uid !== 0) {
    io.err(`Error: Requires permission ${target.component.permission}\n`);
    return 255;
  }
  const { name, uid } = target.record;
  const front = state.activities.front().packageName === name;
  const hasForeground = state.services.running(name).some((one) => one.foregroundTypes !== null);
  if (!foreground && !front && !hasForeground) {
    // Background service limits of Android 8: an idle app's service cannot be started from the shell.
    io.err(`Error: app is in background uid UidRecord{${uid.toString(16)} u0a${uid - 10_000} CEM idle}\n`);
    return 255;
  }
  target.record.stopped = false;
  state.services.start(name, target.name.className, foreground ? target.component.foregroundServiceTypes : null);
  return 0;
}

/** `am stopservice`. */
export function amStopService(io: ProgramIo, state: AndroidState): number {
  const intent = parse(io);
  if (intent === null) return 255;
  io.out(`Stopping service: ${describeIntent(intent)}\n`);
  const target = resolveIntent(intent, state.packages, ['service'])[0];
  const running =
    target && state.services.running(target.record.name).some((one) => one.className === target.name.className);
  if (!target || !running) {
    io.err('Service not stopped: was not running.\n');
    return 255;
  }
  state.services.stop(target.record.name, target.name.className);
  io.err('Service stopped\n');
  return 0;
}

function parse(io: ProgramIo): Intent | null {
  try {
    return parseIntent(io.argv.slice(2), { '--user': 1, '-D': 0 }).intent;
  } catch (error) {
    if (!(error instanceof IntentError)) throw error;
    throwException(io, io.argv[1] ?? 'startservice', `java.lang.IllegalArgumentException: ${error.message}`);
    return null;
  }
}
