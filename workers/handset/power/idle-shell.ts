import type { Packages } from '../system.ts';
import { idleText } from './idle-text.ts';
import { parseDuration } from './duration.ts';
import type { DevicePower } from './power.ts';

/** What `dumpsys deviceidle` needs to answer. */
export interface IdleShellParts {
  readonly power: DevicePower;
  readonly packages: Packages;
  readonly nowMs: () => number;
}

type Verb = (parts: IdleShellParts, args: readonly string[]) => string;

const isLight = (args: readonly string[]): boolean => args[0] === 'light';
const states = (power: DevicePower): string => `Light state: ${power.lightIdle}, deep state: ${power.deepIdle}\n`;

const VERBS = new Map<string, Verb>([
  ['step', step],
  ['force-idle', forceIdle],
  ['force-inactive', ({ power }) => states(power)],
  [
    'unforce',
    ({ power }) => {
      power.doze.unforce();
      return states(power);
    },
  ],
  ['get', get],
  ['enable', (parts, args) => toggle(parts, args, true)],
  ['disable', (parts, args) => toggle(parts, args, false)],
  ['enabled', enabled],
  ['whitelist', whitelist],
  ['sys-whitelist', ({ power }) => [...power.allowlist.system].map((name) => `${name}\n`).join('')],
  ['tempwhitelist', tempWhitelist],
  ['help', () => 'Device idle controller (deviceidle) commands:\n  help\n    Print this help text.\n'],
]);

/** `dumpsys deviceidle ARGS…` and `cmd deviceidle ARGS…` (AOSP DeviceIdleController.onShellCommand). */
export function idleShell(parts: IdleShellParts, args: readonly string[]): string {
  const [verb, ...rest] = args;
  if (verb === undefined || verb === '-a') return idleText(parts);
  const known = VERBS.get(verb);
  return known === undefined ? `Unknown command: ${verb}\n` : known(parts, rest);
}

function step({ power }: IdleShellParts, args: readonly string[]): string {
  power.doze.unforce();
  if (args[0] !== undefined && args[0] !== 'deep' && args[0] !== 'light') return `Unknown idle mode: ${args[0]}\n`;
  if (isLight(args)) return `Stepped to light: ${power.doze.stepLight()}\n`;
  return `Stepped to deep: ${power.doze.stepDeep()}\n`;
}

function forceIdle({ power }: IdleShellParts, args: readonly string[]): string {
  if (isLight(args)) {
    if (!power.doze.lightEnabled) return 'Unable to go light idle; not enabled\n';
    const light = power.doze.forceLight();
    return light === 'IDLE' ? 'Now forced in to light idle mode\n' : `Unable to go light idle; stopped at ${light}\n`;
  }
  if (args[0] !== undefined && args[0] !== 'deep') return `Unknown idle mode: ${args[0]}\n`;
  if (!power.doze.deepEnabled) return 'Unable to go deep idle; not enabled\n';
  const deep = power.doze.forceDeep();
  return deep === 'IDLE' ? 'Now forced in to deep idle mode\n' : `Unable to go deep idle; stopped at ${deep}\n`;
}

function get({ power }: IdleShellParts, args: readonly string[]): string {
  switch (args[0]) {
    case undefined:
      return 'Argument required\n';
    case 'deep':
      return `${power.deepIdle}\n`;
    case 'light':
      return `${power.lightIdle}\n`;
    case 'force':
      return `${power.doze.forced}\n`;
    case 'screen':
      return `${power.screenOn}\n`;
    case 'charging':
      return `${power.charging}\n`;
    case 'network':
      return 'true\n';
    default:
      return `Unknown get option: ${args[0]}\n`;
  }
}

function toggle({ power }: IdleShellParts, args: readonly string[], on: boolean): string {
  const which = args[0] ?? 'all';
  const word = on ? 'enabled' : 'disabled';
  let text = '';
  if (which === 'deep' || which === 'all') {
    power.doze.enable('deep', on);
    text += `Deep idle mode ${word}\n`;
  }
  if (which === 'light' || which === 'all') {
    power.doze.enable('light', on);
    text += `Light idle mode ${word}\n`;
  }
  return text === '' ? `Unknown idle mode: ${which}\n` : text;
}

function enabled({ power }: IdleShellParts, args: readonly string[]): string {
  const { deepEnabled, lightEnabled } = power.doze;
  if (args[0] === 'deep') return deepEnabled ? '1\n' : '0\n';
  if (args[0] === 'light') return lightEnabled ? '1\n' : '0\n';
  return deepEnabled && lightEnabled ? '1\n' : '0\n';
}

function whitelist({ power, packages }: IdleShellParts, args: readonly string[]): string {
  const { system, user } = power.allowlist;
  const uid = (name: string): number => packages.get(name)?.uid ?? 0;
  if (args.length === 0) {
    const lines = [...system].map((name) => `system,${name},${uid(name)}\n`);
    return [...lines, ...[...user].map((name) => `user,${name},${uid(name)}\n`)].join('');
  }
  let text = '';
  for (const arg of args) {
    const name = arg.slice(1);
    const sign = arg[0];
    if (sign !== '+' && sign !== '-' && sign !== '=')
      return `${text}Package must be prefixed with +, -, or =: ${arg}\n`;
    if (sign === '+') {
      if (packages.get(name) === undefined) text += `Unknown package: ${name}\n`;
      else {
        user.add(name);
        text += `Added: ${name}\n`;
      }
    } else if (sign === '-') {
      if (user.delete(name)) text += `Removed: ${name}\n`;
    } else text += `${user.has(name) || system.has(name)}\n`;
  }
  return text;
}

function tempWhitelist({ power, packages }: IdleShellParts, args: readonly string[]): string {
  let forMs = 10_000;
  let remove = false;
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? '';
    if (arg === '-u') index++;
    else if (arg === '-d') {
      const parsed = parseDuration(args[++index] ?? '');
      if (parsed === null) return '-d requires a duration\n';
      forMs = parsed;
    } else if (arg === '-r') remove = true;
    else {
      const found = packages.get(arg);
      if (found === undefined) return `Failed: java.lang.IllegalArgumentException: Unknown package: ${arg}\n`;
      if (remove) power.allowlist.withdraw(found.uid);
      else power.allowTemporarily(found.uid, forMs, 'shell');
      return '';
    }
  }
  return power.allowlist
    .temporary()
    .map((each) => `UID=${each.uid}\n`)
    .join('');
}
