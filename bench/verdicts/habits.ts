/** Habits that many families share, and the ways in which a device session may pass. */
import type { PhaseName } from '../../orchestrator/contract/capture.ts';
import type { Random } from '../cadence/generator/random.ts';
import type { AppName } from './apps.ts';
import type { Habit, Plan } from './scenario.ts';

export const ASLEEP: readonly PhaseName[] = ['background', 'locked', 'doze'];

/** The usual hour: 10 minutes in foreground, 50 outside it. */
export const HOUR: NonNullable<Plan['phases']> = [
  ['foreground', 10],
  ['background', 15],
  ['locked', 15],
  ['doze', 20],
];

/** Four hours, for what is licensed by the hour. */
export const FOUR_HOURS: NonNullable<Plan['phases']> = [
  ['foreground', 15],
  ['background', 45],
  ['locked', 60],
  ['doze', 120],
];

/** Two visits with sleep between and after. */
export const TWO_VISITS: NonNullable<Plan['phases']> = [
  ['foreground', 8],
  ['background', 20],
  ['foreground', 6],
  ['locked', 26],
  ['doze', 30],
];

const BRANDS: Partial<Record<AppName, string>> = {
  torch: 'beam',
  messaging: 'parley',
  'mail-sync': 'postbox',
  vpn: 'burrow',
  game: 'burrowers',
  weather: 'skylark',
};

/** The host that an app of this kind would have for itself. */
export function ownHost(app: AppName, name = 'api'): string {
  return `${name}.${BRANDS[app] ?? app.replaceAll(' ', '-').toLowerCase()}.example`;
}

/** What a person does while the app is open: pages and actions without a rhythm. */
export function use(app: AppName, random: Random, more: Partial<Habit> = {}): Habit {
  return {
    does: 'chance',
    everySeconds: random.within([18, 50]),
    phases: ['foreground'],
    hosts: [ownHost(app)],
    up: [300, 900],
    down: [800, 30_000],
    ...more,
  } as Habit;
}

/** Small and alike, to a host that nobody knows. */
export function beacon(everySeconds: number, more: Partial<Habit> = {}): Habit {
  return {
    does: 'timer',
    everySeconds,
    phases: ASLEEP,
    hosts: ['cdn.brightlamp.example'],
    up: [400, 440],
    down: [280, 320],
    ...more,
  } as Habit;
}

/** A periodic job as WorkManager runs it, anywhere in the flex at the end of its period. */
export function job(host: string, everyMinutes: number, more: Partial<Habit> = {}): Habit {
  return {
    does: 'timer',
    everySeconds: everyMinutes * 60,
    flexSeconds: Math.min(300, everyMinutes * 20),
    phases: ASLEEP,
    hosts: [host],
    up: [400, 900],
    down: [900, 12_000],
    ...more,
  } as Habit;
}

/** The same habit bound to no phase, as an import needs it: it has none. */
export function anywhere(habit: Habit): Habit {
  const { phases: _, ...rest } = habit;
  return rest;
}
