import type { Shell } from './shell.ts';

/** Screen, keyguard, battery, Doze and the app in front, as the device's own dumps tell them. null: not told. */
export interface PowerState {
  readonly screenOn: boolean | null;
  readonly keyguard: boolean | null;
  readonly charging: boolean | null;
  /** `dumpsys deviceidle get deep`: ACTIVE, INACTIVE, IDLE_PENDING, SENSING, LOCATING, IDLE, IDLE_MAINTENANCE. */
  readonly deviceIdle: string;
  readonly frontPackage: string | null;
}

/** Separates the dumps of one command line; random enough that no app's text ends a part early. */
const SEPARATOR = '-----sleeptalk-7f3a91-----';

/** Runs several commands in one trip to the device and gives the stdout of each. */
export async function readTogether(
  shell: Shell,
  commands: readonly string[],
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const line = commands.join(`; echo; echo '${SEPARATOR}'; `);
  const result = await shell(line, signal === undefined ? {} : { signal });
  const parts = result.stdout.split(`${SEPARATOR}\n`);
  return commands.map((_, at) => parts[at] ?? '');
}

export async function readPower(shell: Shell, signal?: AbortSignal): Promise<PowerState> {
  const dumps = ['dumpsys power', 'dumpsys window', 'dumpsys battery', 'dumpsys deviceidle get deep'];
  const [power = '', window = '', battery = '', deep = ''] = await readTogether(shell, dumps, signal);
  return {
    screenOn: parseScreen(power),
    keyguard: parseKeyguard(window),
    charging: parseCharging(battery),
    deviceIdle: parseDeviceIdle(deep),
    frontPackage: parseFront(window),
  };
}

/** `mWakefulness=Awake` (AOSP PowerManagerService.dumpInternal). Dreaming shows a screen saver: on. */
export function parseScreen(power: string): boolean | null {
  const wakefulness = /^\s*mWakefulness=(\w+)/m.exec(power)?.[1];
  return wakefulness === undefined ? null : wakefulness === 'Awake' || wakefulness === 'Dreaming';
}

/** The keyguard under the names that `dumpsys window` has had: any of them that says true. */
export function parseKeyguard(window: string): boolean | null {
  const told = [
    ...window.matchAll(
      /\b(?:mShowingLockscreen|isStatusBarKeyguard|mKeyguardShowing|isKeyguardShowing|keyguardShowing)=(true|false)/g,
    ),
    ...window.matchAll(/KeyguardStateMonitor\s+mIsShowing=(true|false)/g),
    ...window.matchAll(/KeyguardServiceDelegate\s+showing=(true|false)/g),
  ].map((match) => match[1] === 'true');
  return told.length === 0 ? null : told.includes(true);
}

/** `AC powered: true` and its like; `dumpsys battery unplug` makes all of them false. */
export function parseCharging(battery: string): boolean | null {
  const told = [...battery.matchAll(/^\s*(?:AC|USB|Wireless|Dock) powered: (true|false)/gm)].map((match) => match[1]);
  return told.length === 0 ? null : told.includes('true');
}

export function parseDeviceIdle(text: string): string {
  return /^\s*([A-Z_]{4,30})\s*$/m.exec(text)?.[1] ?? 'unknown';
}

/** Package of `mCurrentFocus=Window{… u0 pkg/activity}`, else of `mFocusedApp=ActivityRecord{… u0 pkg/.Cls t12}`. */
export function parseFront(window: string): string | null {
  const focus = /mCurrentFocus=Window\{\S+ u\d+ ([\w.]+)\/[^}\s]+\}/.exec(window)?.[1];
  return (
    focus ?? /mFocusedApp=(?:AppWindowToken\{[^\n]*?)?ActivityRecord\{\S+ u\d+ ([\w.]+)\/\S+/.exec(window)?.[1] ?? null
  );
}
