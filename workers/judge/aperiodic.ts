// In: inter-arrival times in seconds. Out: the log-likelihood of the best aperiodic law for them, less its parameters.
import { mean, sum } from './numbers.ts';

/** People's pauses were seen to be log-normal with at least this sigma; anything narrower is a timer. */
const NARROWEST = 0.42;
/** Where the shifted log-normal begins, as shares of the shortest interval; nearer would let a timer pass for chance. */
const SHIFTS = [0.25, 0.5];
/** A dead time of more than this share of the mean interval leaves so little chance that it is a timer. */
const LONGEST_DEAD_TIME = 0.6;

/** The best of shifted exponential, log-normal and shifted log-normal, each less BIC (half ln n a parameter). */
export function aperiodicLikelihood(intervals: readonly number[]): number {
  const positive = intervals.map((interval) => Math.max(interval, 0.001));
  const penalty = 0.5 * Math.log(positive.length);
  const shortest = Math.min(...positive);
  return Math.max(
    exponential(positive, shortest) - 2 * penalty,
    logNormal(positive) - 2 * penalty,
    ...SHIFTS.map((share) => logNormal(positive.map((interval) => interval - share * shortest)) - 3 * penalty),
  );
}

function exponential(intervals: readonly number[], shortest: number): number {
  const count = intervals.length;
  // The shortest of n overshoots the true shift by a mean excess over n.
  const centre = mean(intervals);
  const shift = Math.min(LONGEST_DEAD_TIME * centre, Math.max(0, shortest - (centre - shortest) / count));
  const scale = centre - shift;
  return -count * Math.log(scale) - count;
}

function logNormal(intervals: readonly number[]): number {
  const logs = intervals.map(Math.log);
  const centre = mean(logs);
  const variance = Math.max(mean(logs.map((log) => (log - centre) ** 2)), NARROWEST ** 2);
  const squares = sum(logs.map((log) => (log - centre) ** 2));
  return -sum(logs) - (logs.length / 2) * Math.log(2 * Math.PI * variance) - squares / (2 * variance);
}
