// In: the schedules that the device listed. Out: the one that matches a period, and the words for it.
import { printable } from '../../orchestrator/contract/fault.ts';
import type { Schedule, Timeline } from './timeline.ts';
import { durationWords } from './words.ts';

/** A schedule and a period that differ by less than this share belong together: timers slip, jobs have flex. */
const SAME = 0.25;

/** The schedule whose interval is nearest to the period; exact ones before others. null where none is near. */
export function matchingSchedule(periodMs: number | null, { schedules }: Timeline): Schedule | null {
  if (periodMs === null) return null;
  const off = (one: Schedule): number => Math.abs(one.intervalMs - periodMs) / periodMs;
  const near = schedules.filter((one) => off(one) <= SAME);
  near.sort((a, b) => Number(b.exact ?? false) - Number(a.exact ?? false) || off(a) - off(b) || a.line - b.line);
  return near[0] ?? null;
}

/** "an exact alarm every 300 s is pending" */
export function scheduleWords({ kind, exact, intervalMs, component }: Schedule): string {
  const what = kind === 'job' ? 'a job' : exact === true ? 'an exact alarm' : 'an alarm';
  // AlarmManager tags wakeup alarms "*walarm*:" and others "*alarm*:" before the name (AOSP Alarm.makeTag).
  const whose = component === undefined ? '' : ` for ${printable(component.replace(/^\*w?alarm\*:/, ''), 80)}`;
  return `${what} every ${durationWords(intervalMs)} is pending${whose}`;
}
