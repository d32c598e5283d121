// In: beats in seconds, ascending. Out: the few periods worth following a chain at, from the density of the
// differences between near beats.
import { MOST_BEATS } from './path.ts';

/** Width of a bin in ln seconds: periods 4 % apart are one candidate. */
const STEP = 0.04;
const MOST_BINS = 240;
/** Differences over so many beats: a period is seen across that much clutter, less one. */
const REACH = 8;
/** A difference of two or three periods votes for one, with less weight. */
const SHARES = [1, 0.5, 0.33] as const;
const OFFSETS = [0, Math.LN2 / STEP, Math.log(3) / STEP] as const;
const MOST_CANDIDATES = 10;

const votes = new Float64Array(MOST_BINS + 1);
const totals = new Float64Array(MOST_BINS + 2);
const gaps = new Float64Array(MOST_BEATS);

/** Candidate periods in seconds, the median interval first, then peaks of the density at two widths. */
export function candidatePeriods(beats: Float64Array, begin: number, count: number, gapSeconds: number): number[] {
  const span = beats[begin + count - 1]! - beats[begin]!;
  const sorted = gaps.subarray(0, count - 1);
  for (let i = 0; i < count - 1; i++) sorted[i] = beats[begin + i + 1]! - beats[begin + i]!;
  sorted.sort();
  const slowest = span / 3.5;
  const fastest = Math.max(1.2 * gapSeconds, 0.4 * sorted[(count - 1) >> 2]!, slowest * Math.exp(-STEP * MOST_BINS));
  if (fastest >= slowest) return [];
  const origin = Math.log(fastest);
  const bins = Math.min(MOST_BINS, Math.floor((Math.log(slowest) - origin) / STEP) + 1);
  vote(beats, begin, count, 3 * slowest, origin, bins);
  totals[0] = 0;
  for (let bin = 0; bin < bins; bin++) totals[bin + 1] = totals[bin]! + votes[bin]!;
  const found: number[] = [];
  const middle = sorted[(count - 1) >> 1]!;
  if (middle >= fastest && middle <= slowest) found.push(middle);
  for (const half of [1, 4]) {
    const most = found.length + (half === 1 ? 6 : 3);
    for (const bin of peaks(bins, half)) {
      if (found.length >= Math.min(most, MOST_CANDIDATES)) break;
      const period = Math.exp(origin + (bin + 0.5) * STEP);
      if (!found.some((other) => Math.abs(Math.log(other / period)) < 1.2 * STEP)) found.push(period);
    }
  }
  return found;
}

function vote(beats: Float64Array, begin: number, count: number, furthest: number, origin: number, bins: number): void {
  votes.fill(0, 0, bins);
  for (let i = begin; i < begin + count; i++) {
    const last = Math.min(begin + count - 1, i + REACH);
    for (let j = i + 1; j <= last; j++) {
      const distance = beats[j]! - beats[i]!;
      if (distance > furthest) break;
      const place = (Math.log(distance) - origin) / STEP;
      for (let share = 0; share < SHARES.length; share++) {
        const bin = Math.floor(place - OFFSETS[share]!);
        if (bin >= 0 && bin < bins) votes[bin]! += SHARES[share]!;
      }
    }
  }
}

/** Bins whose surroundings (so many to each side) stand above the wider neighbourhood, best first. */
function peaks(bins: number, half: number): number[] {
  const height = (bin: number): number => {
    const near = within(bin - half, bin + half, bins);
    const wide = within(bin - 4 * half - 3, bin + 4 * half + 3, bins);
    return (near - wide * ((2 * half + 1) / (8 * half + 7))) / Math.sqrt(wide + 1);
  };
  const heights = Array.from({ length: bins }, (_, bin) => height(bin));
  return heights
    .map((_, bin) => bin)
    .filter(
      (bin) =>
        heights[bin]! > 0 &&
        heights[bin]! >= (heights[bin - 1] ?? -Infinity) &&
        heights[bin]! > (heights[bin + 1] ?? -Infinity),
    )
    .sort((a, b) => heights[b]! - heights[a]!);
}

function within(low: number, high: number, bins: number): number {
  return totals[Math.min(bins, high + 1)]! - totals[Math.max(0, low)]!;
}
