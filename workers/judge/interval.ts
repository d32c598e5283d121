// In: inter-arrival times in seconds. Out: the rhythm they keep: period, jitter, missed beats, pauses, on/off cycle.
import { median, medianAbsoluteDeviation } from './numbers.ts';

export interface Rhythm {
  readonly period: number;
  readonly jitter: number;
  readonly missedRate: number;
  /** Pauses: intervals longer than so many periods that they are silence rather than missed beats. */
  readonly pauses: number;
}

/** An interval of more than this many periods is a pause, not a run of missed beats. */
const PAUSE_PERIODS = 5.5;

/**
 * Period: median interval. Jitter: MAD / median, over the intervals of one period. Missed: the beats that an interval
 * of two to five periods leaves out, as a share of all that should have come.
 */
export function rhythmOf(intervals: ArrayLike<number>, period = median(intervals)!): Rhythm {
  const single: number[] = [];
  let missed = 0;
  let pauses = 0;
  for (let i = 0; i < intervals.length; i++) {
    const interval = intervals[i]!;
    if (interval < 1.5 * period) single.push(interval);
    const periods = interval / period;
    if (periods >= PAUSE_PERIODS) pauses += 1;
    else missed += Math.max(0, Math.round(periods) - 1);
  }
  return {
    period,
    jitter: (medianAbsoluteDeviation(single) ?? 0) / (median(single) ?? period),
    missedRate: missed / (missed + intervals.length + 1),
    pauses,
  };
}

/** Median lengths of the stretches that beat and of the pauses between, seconds; null without a pause. */
export function cycleOf(intervals: ArrayLike<number>, period: number): { on: number; off: number } | null {
  const on: number[] = [];
  const off: number[] = [];
  let running = 0;
  for (let i = 0; i < intervals.length; i++) {
    const interval = intervals[i]!;
    if (interval < PAUSE_PERIODS * period) {
      running += interval;
      continue;
    }
    // The beat before a pause works for one period more, which the pause is shorter by.
    on.push(running + period);
    off.push(interval - period);
    running = 0;
  }
  if (off.length === 0) return null;
  on.push(running + period);
  return { on: median(on)!, off: median(off)! };
}
