// In: inter-arrival times in seconds. Out: the log Bayes factor of a timer that changes its rate once, against chance.
import { weighed, type Weighed } from './chance.ts';
import { timerEvidence } from './renewal.ts';

/** Intervals on each side of the change, at least. */
const LEAST = 3;
/** The second period is log-uniform within ten times the first up or down, in nats. */
const RANGE_COST = Math.log(2 * Math.LN10);
/** The prior odds in nats: few timers change their rate while they are watched. */
const PRIOR_COST = 2;

export interface Change {
  readonly nats: number;
  /** Intervals before the change. */
  readonly at: number;
}

/**
 * S5: the intervals before the change from one timer and those after it from another, each as in S1, against one law of
 * chance for all, or one before and another after. Where the change lies is found by least squares of the logarithms, and
 * costs ln of the places there are. null for too few intervals. Linear time.
 */
export function changeOfRate({ intervals, chance: whole }: Weighed): Change | null {
  const at = changeIn(intervals);
  if (at === null) return null;
  const before = weighed(intervals.subarray(0, at));
  const after = weighed(intervals.subarray(at));
  const place = RANGE_COST + Math.log(intervals.length);
  const chance = Math.max(whole, before.chance + after.chance - place);
  return { nats: timerEvidence(before.sums) + timerEvidence(after.sums) - place - chance - PRIOR_COST, at };
}

/** Where the logarithms before and after lie farthest apart. */
function changeIn(intervals: Float64Array): number | null {
  const count = intervals.length;
  if (count < 2 * LEAST) return null;
  const logs = Float64Array.from(intervals, (seconds) => Math.log(Math.max(seconds, 0.001)));
  const total = logs.reduce((sum, log) => sum + log, 0);
  let before = 0;
  let [most, at] = [-1, 0];
  for (let i = 1; i <= count - LEAST; i++) {
    before += logs[i - 1]!;
    if (i < LEAST) continue;
    const apart = before / i - (total - before) / (count - i);
    const explained = (apart * apart * i * (count - i)) / count;
    if (explained > most) [most, at] = [explained, i];
  }
  return at;
}
