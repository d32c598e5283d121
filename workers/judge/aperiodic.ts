// In: inter-arrival times in seconds. Out: the log-likelihood of the best aperiodic law for them, less its parameters.
import { MOST_BEATS } from './path.ts';

/** People's pauses were seen to be log-normal with at least this sigma; anything narrower is a timer. */
const NARROWEST = 0.42;
/** Where the shifted log-normal begins, as shares of the shortest interval; nearer would let a timer pass for chance. */
const SHIFTS = [0.25, 0.5];
/** A dead time of more than this share of the mean interval leaves so little chance that it is a timer. */
const LONGEST_DEAD_TIME = 0.6;
/** Shares of the intervals that begin as the short ones of a mixture. */
const SPLITS = [0.5, 0.8];
const STEPS = 8;
const LOG_ROOT = 0.5 * Math.log(2 * Math.PI);
/** Intervals are taken to be at least a millisecond, so that equal times have a logarithm. */
const SHORTEST = 0.001;

const logs = new Float64Array(MOST_BEATS);
const sorted = new Float64Array(MOST_BEATS);

/**
 * The best of shifted exponential, log-normal, shifted log-normal and a mixture of two log-normals, each less
 * BIC (half ln n a parameter). At most MOST_BEATS intervals.
 */
export function aperiodicLikelihood(intervals: ArrayLike<number>): number {
  const count = intervals.length;
  const cost = 0.5 * Math.log(count);
  let shortest = Infinity;
  let total = 0;
  let totalLog = 0;
  for (let i = 0; i < count; i++) {
    const interval = Math.max(intervals[i]!, SHORTEST);
    logs[i] = Math.log(interval);
    total += interval;
    totalLog += logs[i]!;
    if (interval < shortest) shortest = interval;
  }
  let best = exponential(total, shortest, count) - 2 * cost;
  best = Math.max(best, logNormal(count) - totalLog - 2 * cost);
  sorted.set(logs.subarray(0, count));
  sorted.subarray(0, count).sort();
  for (const split of SPLITS) best = Math.max(best, mixture(count, split) - totalLog - 5 * cost);
  for (const share of SHIFTS) {
    let shifted = 0;
    for (let i = 0; i < count; i++) {
      logs[i] = Math.log(Math.max(intervals[i]!, SHORTEST) - share * shortest);
      shifted += logs[i]!;
    }
    best = Math.max(best, logNormal(count) - shifted - 3 * cost);
  }
  return best;
}

function exponential(total: number, shortest: number, count: number): number {
  const centre = total / count;
  // The shortest of n overshoots the true shift by a mean excess over n.
  const shift = Math.min(LONGEST_DEAD_TIME * centre, Math.max(0, shortest - (centre - shortest) / count));
  return -count * Math.log(centre - shift) - count;
}

/** Normal likelihood of the logarithms with a width of at least NARROWEST. */
function logNormal(count: number): number {
  let centre = 0;
  for (let i = 0; i < count; i++) centre += logs[i]!;
  centre /= count;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (logs[i]! - centre) ** 2;
  const variance = Math.max(squares / count, NARROWEST ** 2);
  return -count * (LOG_ROOT + 0.5 * Math.log(variance)) - squares / (2 * variance);
}

/** Short intervals inside bursts and long ones between: two log-normals of the sorted logarithms, by EM. */
function mixture(count: number, split: number): number {
  const cut = Math.max(1, Math.min(count - 1, Math.round(split * count)));
  let lowMean = 0;
  let highMean = 0;
  for (let i = 0; i < cut; i++) lowMean += sorted[i]! / cut;
  for (let i = cut; i < count; i++) highMean += sorted[i]! / (count - cut);
  let lowWidth = NARROWEST;
  let highWidth = 0.7;
  let share = cut / count;
  let likelihood = -Infinity;
  for (let step = 0; step < STEPS; step++) {
    let [weight, low, lowSquares, high, highSquares] = [0, 0, 0, 0, 0];
    const before = likelihood;
    likelihood = -count * LOG_ROOT;
    for (let i = 0; i < count; i++) {
      const x = sorted[i]!;
      const a = (share / lowWidth) * Math.exp(-0.5 * ((x - lowMean) / lowWidth) ** 2);
      const b = ((1 - share) / highWidth) * Math.exp(-0.5 * ((x - highMean) / highWidth) ** 2);
      const both = a + b + Number.MIN_VALUE;
      const part = a / both;
      likelihood += Math.log(both);
      weight += part;
      low += part * x;
      lowSquares += part * x * x;
      high += (1 - part) * x;
      highSquares += (1 - part) * x * x;
    }
    const rest = count - weight;
    if (weight < 1 || rest < 1 || likelihood - before < 0.02) break;
    lowMean = low / weight;
    highMean = high / rest;
    lowWidth = Math.max(NARROWEST, Math.sqrt(Math.max(0, lowSquares / weight - lowMean ** 2)));
    highWidth = Math.max(NARROWEST, Math.sqrt(Math.max(0, highSquares / rest - highMean ** 2)));
    share = weight / count;
  }
  return likelihood;
}
