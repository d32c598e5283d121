// In: inter-arrival times in seconds. Out: the log-likelihood of the best aperiodic law for them, less its parameters.
import { MOST_BEATS, RESTART } from './path.ts';

/** People's pauses were seen to be log-normal with at least this sigma; anything narrower is a timer. */
const NARROWEST = 0.42;
/** Where the shifted log-normal begins, as shares of the shortest interval; nearer would let a timer pass for chance. */
const SHIFTS = [0.25, 0.5] as const;
/** The longest intervals may be pauses, up to this share of all and at least one, as a chain may restart. */
const MOST_PAUSES = 0.15;
/** A dead time of more than this share of the mean interval leaves so little chance that it is a timer. */
const LONGEST_DEAD_TIME = 0.6;
/** Shares of the intervals that begin as the short ones of a mixture. */
const SPLITS = [0.5, 0.8];
const STEPS = 8;
const LOG_ROOT = 0.5 * Math.log(2 * Math.PI);
/** Intervals are taken to be at least a millisecond, so that equal times have a logarithm. */
const SHORTEST = 0.001;

/** Scratch: the intervals ascending, their logarithms, and a law's likelihoods of the first few of them. */
const lengths = new Float64Array(MOST_BEATS);
const sorted = new Float64Array(MOST_BEATS);
const prefix = new Float64Array(MOST_BEATS);

/**
 * The best of shifted exponential, log-normal, shifted log-normal and a mixture of two log-normals, each less
 * BIC (half ln n a parameter). Under the first two the longest intervals may be pauses that cost what a restart costs a
 * chain: a person puts the telephone down, and a few alike gaps before and after that are no timer. At most MOST_BEATS
 * intervals.
 */
export function aperiodicLikelihood(intervals: ArrayLike<number>): number {
  const count = intervals.length;
  const cost = 0.5 * Math.log(count);
  const [span, totalLog] = order(intervals, count);
  const shortest = lengths[0]!;
  let best = withPauses(count, span, exponential(count)) - 2 * cost;
  best = Math.max(best, withPauses(count, span, logNormal(count, 0)) - 2 * cost);
  for (const share of SHIFTS) best = Math.max(best, logNormal(count, share * shortest)[count - 1]! - 3 * cost);
  for (const split of SPLITS) best = Math.max(best, mixture(count, split) - totalLog - 5 * cost);
  return best;
}

/** Fills `lengths` and `sorted`; returns the sums of both. */
function order(intervals: ArrayLike<number>, count: number): [span: number, totalLog: number] {
  let span = 0;
  let totalLog = 0;
  for (let i = 0; i < count; i++) lengths[i] = Math.max(intervals[i]!, SHORTEST);
  lengths.subarray(0, count).sort();
  for (let i = 0; i < count; i++) {
    sorted[i] = Math.log(lengths[i]!);
    span += lengths[i]!;
    totalLog += sorted[i]!;
  }
  return [span, totalLog];
}

/** The best likelihood over how many of the longest intervals are pauses, each of any length up to the span. */
function withPauses(count: number, span: number, likelihoods: Float64Array): number {
  const pause = Math.log(RESTART / span);
  const none = Math.log(1 - RESTART);
  let best = likelihoods[count - 1]!;
  const most = Math.max(1, Math.floor(MOST_PAUSES * count));
  for (let pauses = 1; pauses <= most; pauses++) {
    const rest = count - pauses;
    best = Math.max(best, likelihoods[rest - 1]! + rest * none + pauses * pause);
  }
  return best;
}

/** Likelihoods of the shortest interval, of the shortest two, and so on, under a shifted exponential law. */
function exponential(count: number): Float64Array {
  const shortest = lengths[0]!;
  let total = 0;
  for (let i = 0; i < count; i++) {
    total += lengths[i]!;
    const taken = i + 1;
    const centre = total / taken;
    // The shortest of n overshoots the true shift by a mean excess over n.
    const shift = Math.min(LONGEST_DEAD_TIME * centre, Math.max(0, shortest - (centre - shortest) / taken));
    prefix[i] = -taken * Math.log(centre - shift) - taken;
  }
  return prefix;
}

/** The same under a log-normal law that begins at `shift`, with a width of at least NARROWEST. */
function logNormal(count: number, shift: number): Float64Array {
  // Logarithms count from the first, which keeps the squares small.
  const first = Math.log(lengths[0]! - shift);
  let total = 0;
  let squares = 0;
  for (let i = 0; i < count; i++) {
    const log = (shift === 0 ? sorted[i]! : Math.log(lengths[i]! - shift)) - first;
    total += log;
    squares += log * log;
    const taken = i + 1;
    const spread = Math.max(0, squares - (total * total) / taken);
    const variance = Math.max(spread / taken, NARROWEST ** 2);
    const width = LOG_ROOT + 0.5 * Math.log(variance);
    prefix[i] = -taken * (width + first) - total - spread / (2 * variance);
  }
  return prefix;
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
