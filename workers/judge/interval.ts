// In: inter-arrival times in seconds. Out: two statistics of their regularity that stand jitter, and the period they
// speak for.
import { ascending, deviation, mean, median, medianAbsoluteDeviation } from './numbers.ts';

/** Keeps the logarithms finite; a perfectly regular series reaches -ln(0.02) = 3.91. */
const FLOOR = 0.02;

/** S1: -ln(sigma / mu + 0.02), the coefficient of variation on a scale where larger is more regular. */
export function regularity(intervals: readonly number[]): number {
  return -Math.log(deviation(intervals) / mean(intervals) + FLOOR);
}

/**
 * S2: -ln(mean of the lowest 75 % of 2|I_i - I_(i+1)| / (I_i + I_(i+1)) + 0.02): local variation (Shinomoto et al.,
 * Neural Computation 15, 2003), trimmed so that a pause or a missed beat does not spoil it.
 */
export function localRegularity(intervals: readonly number[]): number {
  const steps: number[] = [];
  for (let i = 1; i < intervals.length; i++) {
    const a = intervals[i - 1]!;
    const b = intervals[i]!;
    steps.push((2 * Math.abs(a - b)) / (a + b));
  }
  const kept = ascending(steps).slice(0, Math.max(1, Math.floor(steps.length * 0.75)));
  return -Math.log(mean(kept) + FLOOR);
}

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
export function rhythmOf(intervals: readonly number[]): Rhythm {
  const period = median(intervals)!;
  const single = intervals.filter((interval) => interval < 1.5 * period);
  const spread = medianAbsoluteDeviation(single) ?? 0;
  let missed = 0;
  let pauses = 0;
  for (const interval of intervals) {
    const periods = interval / period;
    if (periods >= PAUSE_PERIODS) pauses += 1;
    else missed += Math.max(0, Math.round(periods) - 1);
  }
  return {
    period,
    jitter: spread / (median(single) ?? period),
    missedRate: missed / (missed + intervals.length + 1),
    pauses,
  };
}
