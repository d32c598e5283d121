/** When the habits of a plan act: ascending instants in milliseconds of the device session. */
import type { PhaseName } from '../../orchestrator/contract/capture.ts';
import type { Random } from '../cadence/generator/random.ts';
import type { Habit, Plan, When } from './scenario.ts';

const MINUTE = 60_000;

export interface Stretch {
  readonly phase: PhaseName;
  readonly fromMs: number;
  readonly toMs: number;
}

export function stretchesOf({ phases }: Pick<Plan, 'phases'>): readonly Stretch[] {
  let atMs = 0;
  return (phases ?? []).map(([phase, minutes]) => {
    const fromMs = atMs;
    atMs += minutes * MINUTE;
    return { phase, fromMs, toMs: atMs };
  });
}

export function windowOf(plan: Pick<Plan, 'phases' | 'minutes'>): number {
  return (plan.phases?.reduce((sum, [, minutes]) => sum + minutes, 0) ?? plan.minutes ?? 60) * MINUTE;
}

/** @param before instants of the habits that come before this one in the plan, for `follow`. */
export function momentsOf(
  habit: Habit,
  plan: Omit<Plan, 'app'>,
  pushesMs: readonly number[],
  before: readonly (readonly number[])[],
  random: Random,
): readonly number[] {
  const windowMs = windowOf(plan);
  const allowed = (atMs: number): boolean => atMs >= 0 && atMs < windowMs && isTime(habit, atMs, plan);
  const all = [...instants(habit, windowMs, pushesMs, before, random)].filter(allowed);
  const most = 'mostBeats' in habit ? habit.mostBeats : undefined;
  return all
    .sort((a, b) => a - b)
    .slice(0, most)
    .map((atMs) => Math.round(atMs));
}

function* instants(
  habit: Habit,
  windowMs: number,
  pushesMs: readonly number[],
  before: readonly (readonly number[])[],
  random: Random,
): Generator<number> {
  switch (habit.does) {
    case 'timer': {
      const periodMs = habit.everySeconds * 1000;
      let atMs = periodMs * random.uniform();
      while (atMs < windowMs) {
        const early = (habit.flexSeconds ?? 0) * 1000 * random.uniform();
        if (!random.chance(habit.missedShare ?? 0)) yield Math.max(0, atMs - early) + random.logNormal(80, 0.6);
        atMs += periodMs * (1 + (habit.jitter ?? 0) * (2 * random.uniform() - 1));
      }
      return;
    }
    case 'chance': {
      let atMs = (habit.fromMinute ?? 0) * MINUTE + habit.everySeconds * 1000 * random.uniform();
      while (atMs < windowMs) {
        yield atMs;
        atMs += random.logNormal(habit.everySeconds * 1000, habit.spread ?? 1);
      }
      return;
    }
    case 'once':
      yield* habit.atMinutes.map((minute) => minute * MINUTE + 500 * random.uniform());
      return;
    case 'answer-push':
      for (const atMs of pushesMs) {
        if (random.chance(habit.share ?? 1)) yield atMs + 1000 * random.within(habit.afterSeconds);
      }
      return;
    case 'back-off': {
      let atMs = (habit.fromMinute ?? 0) * MINUTE + 1000 * random.uniform();
      let pauseMs = habit.firstSeconds * 1000;
      while (atMs < windowMs) {
        yield atMs;
        atMs += pauseMs * random.within([0.95, 1.05]);
        pauseMs = Math.min(pauseMs * habit.factor, habit.mostSeconds * 1000);
      }
      return;
    }
    case 'follow':
      for (const atMs of before[habit.habit] ?? []) {
        if (random.chance(habit.share ?? 1)) yield atMs + 1000 * random.within(habit.afterSeconds);
      }
  }
}

function isTime(when: When, atMs: number, plan: Omit<Plan, 'app'>): boolean {
  const minute = atMs / MINUTE;
  const { phases, fromMinute = 0, toMinute = Infinity, service, charging } = when;
  if (minute < fromMinute || minute >= toMinute) return false;
  if (service !== undefined && !(plan.services ?? []).some((one) => one.type === service && within(one, minute)))
    return false;
  if (charging !== undefined && charging !== (plan.charging ?? []).some(([from, to]) => minute >= from && minute < to))
    return false;
  if (phases === undefined) return true;
  const here = stretchesOf(plan).find(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs);
  return here !== undefined && phases.includes(here.phase);
}

function within({ fromMinute, toMinute }: { fromMinute: number; toMinute: number }, minute: number): boolean {
  return minute >= fromMinute && minute < toMinute;
}
