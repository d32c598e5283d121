// In: merged starts in seconds at each gap. Out: every statistic held against its null, and one calibrated score.
import { backOff } from './backoff.ts';
import { CALIBRATION, type CalibratedName } from './calibration.ts';
import { chainFit, type ChainFit } from './chain.ts';
import { localRegularity, regularity } from './interval.ts';
import { differences } from './numbers.ts';

/** Beats of one series, merged by one gap. */
export interface Merged {
  readonly gapSeconds: number;
  readonly starts: readonly number[];
}

export interface Measured {
  readonly name: CalibratedName;
  readonly value: number;
  /** Its place between the null's median (0) and its 99th percentile (1). */
  readonly z: number;
  readonly n: number;
  readonly merged: Merged;
  /** The fitted chain, where this is its statistic. */
  readonly chain: ChainFit | null;
}

export interface Structure {
  /** Larger is more structured; 1 is the 1 % false-positive rate of the worst null family at this number of beats. */
  readonly score: number;
  readonly best: Measured;
  readonly all: readonly Measured[];
}

/** The statistics themselves, not yet held against anything: what the calibration is made from. */
export function statisticsOf(merged: Merged): { name: CalibratedName; value: number; chain: ChainFit | null }[] {
  const intervals = differences(merged.starts);
  const chain = chainFit(merged.starts, merged.gapSeconds);
  const growth = backOff(intervals);
  return [
    { name: 'regularity', value: regularity(intervals), chain: null },
    { name: 'local-regularity', value: localRegularity(intervals), chain: null },
    ...(chain ? [{ name: 'chain' as const, value: chain.score, chain }] : []),
    ...(growth !== null ? [{ name: 'back-off' as const, value: growth, chain: null }] : []),
  ];
}

/** null where no merging leaves enough beats. */
export function structureOf(merges: readonly Merged[], minimumBeats: number): Structure | null {
  const all: Measured[] = merges
    .filter(({ starts }) => starts.length >= Math.max(minimumBeats, 4))
    .flatMap((merged) =>
      statisticsOf(merged).map(({ name, value, chain }) => {
        const n = merged.starts.length;
        return { name, value, n, merged, chain, z: placed(name, value, n) };
      }),
    );
  if (all.length === 0) return null;
  const highest = all.reduce((a, b) => (b.z > a.z ? b : a));
  return { score: standing(highest), best: speaker(all, highest), all };
}

/**
 * The statistic whose story is told. Growing intervals are also seen in the first few of a steady beacon, so back-off
 * speaks only where no steady rhythm passes.
 */
function speaker(all: readonly Measured[], highest: Measured): Measured {
  if (highest.name !== 'back-off') return highest;
  const steady = all.filter((one) => one.name !== 'back-off' && standing(one) >= 1);
  return steady.length === 0 ? highest : steady.reduce((a, b) => (b.z > a.z ? b : a));
}

function standing({ z, n }: Measured): number {
  return z / at(CALIBRATION.threshold, n);
}

/** The value that a statistic must pass at n beats for the series to count as structured. */
export function thresholdOf(name: CalibratedName, n: number): number {
  const { q50, q99 } = CALIBRATION.statistics[name];
  return at(q50, n) + at(CALIBRATION.threshold, n) * (at(q99, n) - at(q50, n));
}

function placed(name: CalibratedName, value: number, n: number): number {
  const { q50, q99 } = CALIBRATION.statistics[name];
  return (value - at(q50, n)) / (at(q99, n) - at(q50, n));
}

/** The table's value at n, straight between its rows in ln n, level beyond its ends. */
function at(row: readonly number[], n: number): number {
  const counts = CALIBRATION.beats;
  const last = counts.length - 1;
  if (n <= counts[0]!) return row[0]!;
  if (n >= counts[last]!) return row[last]!;
  const above = counts.findIndex((count) => count > n);
  const low = counts[above - 1]!;
  const share = (Math.log(n) - Math.log(low)) / (Math.log(counts[above]!) - Math.log(low));
  return row[above - 1]! + share * (row[above]! - row[above - 1]!);
}
