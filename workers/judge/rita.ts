// In: beats, bytes sent and the observed window. Out: the beacon score that RITA v5 gives, for comparison with ours.
import { ascending, deviation, mean, rounded, sum } from './numbers.ts';

const BINS = 24;
const BIMODAL_LEAST_BARS = 11;
const DURATION_LEAST_BARS = 6;
const IDEAL_RUN = 12;

export interface RitaWindow {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/**
 * RITA v5 (activecm/rita, analysis/beacons.go, default weights): a quarter each of timestamps, data sizes, histogram
 * and duration, from whole seconds. null below 4 timestamps or 3 non-zero gaps, as RITA then gives none.
 */
export function ritaScore(
  beats: readonly { readonly seconds: number; readonly upBytes: number }[],
  window: RitaWindow,
): number | null {
  const times = Float64Array.from(beats, ({ seconds }) => seconds);
  return ritaOfColumns(
    times,
    beats.map(({ upBytes }) => upBytes),
    0,
    window,
  );
}

/** The same of columns; the times are counted from `originSeconds`. */
export function ritaOfColumns(
  seconds: Float64Array,
  upBytes: ArrayLike<number>,
  originSeconds: number,
  window: RitaWindow,
): number | null {
  const times = seconds.map((time) => Math.floor(time + originSeconds)).sort();
  const from = Math.floor(window.fromSeconds);
  const to = Math.ceil(window.toSeconds);
  const gaps = gapsOf(times);
  if (times.length < 4 || gaps.length < 3 || to <= from) return null;
  const bins = histogram(times, from, to);
  const bars = bins.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  const shape = Math.max(evenness(bins), bimodal(bins, bars));
  const duration = durationScore(bins, bars, (times.at(-1)! - times[0]!) / (to - from));
  return rounded(0.25 * (spreadScore(gaps, 1) + spreadScore(upBytes, 0) + shape + duration), 3);
}

/** Differences of neighbours that are not zero. */
function gapsOf(times: Float64Array): Float64Array {
  const gaps = new Float64Array(times.length);
  let count = 0;
  for (let i = 1; i < times.length; i++) {
    if (times[i]! > times[i - 1]!) gaps[count++] = times[i]! - times[i - 1]!;
  }
  return gaps.subarray(0, count);
}

/** (skew + mad) / 2 with skew = 1 - |Bowley k| and mad = max(0, (median - MAD) / median). */
function spreadScore(values: ArrayLike<number>, whenMedianIsSmall: number): number {
  const sorted = Float64Array.from(values).sort();
  const middle = middleOf(sorted)!;
  const spread = middleOf(sorted.map((value) => Math.abs(value - middle)).sort())!;
  const mad = middle >= 1 ? Math.max(0, (middle - spread) / middle) : whenMedianIsSmall;
  return rounded((1 - Math.abs(skewOf(sorted)) + mad) / 2, 3);
}

/** Bowley's skewness; quartiles are medians of the halves, the middle element in neither. 0 where Q3 - Q1 < 10. */
export function bowley(values: readonly number[]): number {
  return skewOf(Float64Array.from(values).sort());
}

function skewOf(sorted: Float64Array): number {
  const half = sorted.length >> 1;
  const q1 = middleOf(sorted.subarray(0, half));
  const q2 = middleOf(sorted);
  const q3 = middleOf(sorted.subarray(sorted.length - half));
  if (q1 === null || q2 === null || q3 === null) return 0;
  if (q3 - q1 < 10 || q2 === q1 || q2 === q3) return 0;
  return (q1 + q3 - 2 * q2) / (q3 - q1);
}

function middleOf(sorted: Float64Array): number | null {
  if (sorted.length === 0) return null;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function histogram(times: Float64Array, from: number, to: number): number[] {
  const bins = new Array<number>(BINS).fill(0);
  for (const time of times) {
    const bin = Math.min(BINS - 1, Math.max(0, Math.floor(((time - from) / (to - from)) * BINS)));
    bins[bin]! += 1;
  }
  return bins;
}

/** max(0, 1 - sigma / mu) of the bin heights. */
function evenness(bins: readonly number[]): number {
  return rounded(Math.max(0, 1 - deviation(bins) / mean(bins)), 3);
}

/** The two most frequent heights, as a share of the bars less one outlier. */
function bimodal(bins: readonly number[], bars: number): number {
  if (bars < BIMODAL_LEAST_BARS) return 0;
  const width = Math.ceil(0.05 * Math.max(...bins));
  const counts = new Map<number, number>();
  for (const height of bins) {
    if (height > 0) counts.set(Math.floor(height / width), (counts.get(Math.floor(height / width)) ?? 0) + 1);
  }
  const top = ascending([...counts.values()]).slice(-2);
  return rounded(Math.min(1, sum(top) / Math.max(bars - 1, 1)), 3);
}

function durationScore(bins: readonly number[], bars: number, covered: number): number {
  if (bars < DURATION_LEAST_BARS) return 0;
  const coverage = Math.min(1, Math.ceil(covered * 1000) / 1000);
  const consistency = Math.min(1, Math.ceil((longestRun(bins) / IDEAL_RUN) * 1000) / 1000);
  return Math.max(coverage, consistency);
}

/** Longest run of bins that hold anything; the last bin neighbours the first. */
function longestRun(bins: readonly number[]): number {
  let longest = 0;
  let run = 0;
  for (const count of [...bins, ...bins]) {
    run = count > 0 ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return Math.min(longest, bins.length);
}
