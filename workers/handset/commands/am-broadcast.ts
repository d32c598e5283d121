import { longComponent, shortComponent } from '../android/component.ts';
import { describeIntent, FLAG_INCLUDE_STOPPED_PACKAGES, IntentError, parseIntent } from '../android/intent.ts';
import type { Intent } from '../android/intent.ts';
import { resolveIntent } from '../android/resolve.ts';
import type { Resolved } from '../android/resolve.ts';
import type { AndroidState } from '../android/state.ts';
import type { Broadcast, ProgramIo } from '../system.ts';
import { throwException } from './answer.ts';

/** FLAG_RECEIVER_FROM_SHELL: set on every broadcast of the shell. */
const FROM_SHELL = 0x400000;

/** Broadcasts that only the system may send (protected-broadcast of frameworks/base AndroidManifest.xml). */
const PROTECTED: ReadonlySet<string> = new Set(
  [
    'BOOT_COMPLETED',
    'LOCKED_BOOT_COMPLETED',
    'SCREEN_ON',
    'SCREEN_OFF',
    'USER_PRESENT',
    'PACKAGE_ADDED',
    'PACKAGE_REMOVED',
    'PACKAGE_REPLACED',
    'MY_PACKAGE_REPLACED',
    'TIME_SET',
    'TIMEZONE_CHANGED',
    'BATTERY_CHANGED',
    'BATTERY_LOW',
    'BATTERY_OKAY',
    'ACTION_POWER_CONNECTED',
    'ACTION_POWER_DISCONNECTED',
    'ACTION_SHUTDOWN',
    'AIRPLANE_MODE',
    'LOCALE_CHANGED',
  ].map((name) => `android.intent.action.${name}`),
);

/** `am broadcast`. A receiver's permission refuses the shell; root holds every permission. */
export function amBroadcast(io: ProgramIo, state: AndroidState): number {
  let intent: Intent;
  try {
    intent = parseIntent(io.argv.slice(2), {
      '--user': 1,
      '--receiver-permission': 1,
      '--async': 0,
      '--allow-background-activity-starts': 0,
    }).intent;
  } catch (error) {
    if (!(error instanceof IntentError)) throw error;
    return throwException(io, 'broadcast', `java.lang.IllegalArgumentException: ${error.message}`);
  }
  intent.flags = (intent.flags | FROM_SHELL) >>> 0;
  io.out(`Broadcasting: ${describeIntent(intent)}\n`);
  if (io.uid !== 0 && intent.action !== null && PROTECTED.has(intent.action)) {
    return throwException(
      io,
      'broadcast',
      `java.lang.SecurityException: Permission Denial: not allowed to send broadcast ${intent.action} from pid=${io.pid}, uid=${io.uid}`,
    );
  }
  const receivers = resolveIntent(intent, state.packages, ['receiver']);
  const refused = io.uid === 0 ? [] : receivers.filter((one) => !mayReceive(one));
  for (const one of refused) logRefusal(io, state, intent, one);
  if (refused.length === 0) {
    state.parts.broadcasts.send(
      toBroadcast(intent, io, intent.packageName, intent.component && longComponent(intent.component)),
    );
  } else {
    for (const one of receivers.filter(mayReceive)) {
      state.parts.broadcasts.send(toBroadcast(intent, io, one.record.name, longComponent(one.name)));
    }
  }
  io.out('Broadcast completed: result=0\n');
  return 0;
}

function mayReceive(one: Resolved): boolean {
  const { permission } = one.component;
  return (
    permission === null || permission === 'android.permission.DUMP' || permission === 'android.permission.INTERNET'
  );
}

function logRefusal(io: ProgramIo, state: AndroidState, intent: Intent, one: Resolved): void {
  state.log.warn(
    'BroadcastQueue',
    `Permission Denial: broadcasting ${describeIntent(intent)} from null (pid=${io.pid}, uid=${io.uid}) ` +
      `requires ${one.component.permission ?? ''} due to receiver ${shortComponent(one.name)}`,
  );
}

function toBroadcast(intent: Intent, io: ProgramIo, packageName: string | null, component: string | null): Broadcast {
  return {
    action: intent.action ?? '',
    packageName,
    component,
    flags: intent.flags,
    fromUid: io.uid,
    fromPid: io.pid,
    extras: intent.extras,
    includeStopped: (intent.flags & FLAG_INCLUDE_STOPPED_PACKAGES) !== 0,
  };
}
