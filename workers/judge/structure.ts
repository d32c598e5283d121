// In: the statistics of a series. Out: the best of them, and one score against the calibrated threshold.
import { CALIBRATION } from './calibration.ts';
import type { Measured } from './statistics.ts';

/** Nats beyond the threshold that the score takes for a unit; it grows with their logarithm farther off. */
const UNIT_NATS = 4;

export interface Structure {
  /** 1 + asinh((evidence - threshold) / 4): 1 at the threshold, larger is more structured. */
  readonly score: number;
  /** Evidence in nats that the series must pass at this number of beats. */
  readonly threshold: number;
  readonly best: Measured;
  readonly all: readonly Measured[];
}

/** @param all at least one statistic; the first merging gap's come first. */
export function structureOf(all: readonly Measured[]): Structure {
  const highest = all.reduce((a, b) => (b.nats > a.nats ? b : a));
  const threshold = thresholdAt(all[0]!.beats.starts.length);
  return {
    score: 1 + Math.asinh((highest.nats - threshold) / UNIT_NATS),
    threshold,
    best: speaker(all, highest, threshold),
    all,
  };
}

/**
 * The statistic whose story is told. Growing intervals are also seen in the first few of a steady beacon, so back-off
 * speaks only where no steady rhythm passes.
 */
function speaker(all: readonly Measured[], highest: Measured, threshold: number): Measured {
  if (highest.name !== 'back-off') return highest;
  const steady = all.filter((one) => one.name !== 'back-off' && one.nats >= threshold);
  return steady.length === 0 ? highest : steady.reduce((a, b) => (b.nats > a.nats ? b : a));
}

/** Nats that a series of n beats must pass: straight between the rows of the table in n, level beyond its ends. */
export function thresholdAt(n: number): number {
  const { beats, threshold } = CALIBRATION;
  const last = beats.length - 1;
  if (n <= beats[0]!) return threshold[0]!;
  if (n >= beats[last]!) return threshold[last]!;
  const above = beats.findIndex((count) => count > n);
  const low = beats[above - 1]!;
  const share = (n - low) / (beats[above]! - low);
  return threshold[above - 1]! + share * (threshold[above]! - threshold[above - 1]!);
}
