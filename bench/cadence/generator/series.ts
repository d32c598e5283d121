import { DEVELOPMENT } from './development.ts';
import type { Family, Label, Truth } from './family.ts';
import { HELD_OUT } from './held-out.ts';
import { randomFor, type Random } from './random.ts';
import { REFERENCE_HELD_OUT } from './reference-held-out.ts';
import { REFERENCE } from './reference.ts';

export type SetName = 'development' | 'held-out' | 'reference' | 'reference-held-out';

export const SETS: Readonly<Record<SetName, { readonly seed: number; readonly families: readonly Family[] }>> = {
  development: { seed: 4_821_190_377_265_113, families: DEVELOPMENT },
  'held-out': { seed: 7_730_162_954_800_927, families: HELD_OUT },
  reference: { seed: 2_604_418_853_390_671, families: REFERENCE },
  'reference-held-out': { seed: 5_118_940_276_631_509, families: REFERENCE_HELD_OUT },
};

export interface LabelledSeries {
  /** set/family/window/index: enough to make it again. */
  readonly id: string;
  readonly label: Label;
  readonly family: string;
  readonly windowSeconds: number;
  /** Ascending, seconds since the window opened, whole milliseconds. */
  readonly t: readonly number[];
  /** Bytes sent and received, one a start. */
  readonly up: readonly number[];
  readonly down: readonly number[];
  readonly truth: Truth | null;
}

/**
 * One series. The same arguments give the same bytes; other families, other indices and other windows have streams of
 * their own.
 */
export function seriesOf(
  set: SetName,
  family: Family,
  windowSeconds: number,
  index: number,
  seed = SETS[set].seed,
): LabelledSeries {
  const path = [set, family.name, windowSeconds, index];
  const draft = family.draw(randomFor(seed, [...path, 'times']), windowSeconds);
  const t = draft.times
    .map((at) => Math.round(at * 1000) / 1000)
    .filter((at) => at >= 0 && at < windowSeconds)
    .sort((a, b) => a - b);
  const sizes = sizesOf(randomFor(seed, [...path, 'sizes']), family.label, t.length);
  return {
    id: path.join('/'),
    label: family.label,
    family: family.name,
    windowSeconds,
    t,
    ...sizes,
    truth: draft.truth,
  };
}

/** The line that `sleeptalk cadence` reads: no label, no truth. */
export function inputLine({ id, windowSeconds, t, up, down }: LabelledSeries): string {
  return JSON.stringify({ id, windowSeconds, t, up, down });
}

/**
 * Programs send nearly the same each time, a task or an upload now and then; people's requests differ by more. The
 * times do not depend on the sizes.
 */
function sizesOf(random: Random, label: Label, count: number): { up: number[]; down: number[] } {
  const program = label !== 'aperiodic';
  const [up, down] = [random.logWithin([120, 2500]), random.logWithin([90, 20_000])];
  const [upWidth, downWidth] = program
    ? [random.within([0, 0.25]), random.within([0, 0.5])]
    : [random.within([0.2, 1]), random.within([0.5, 1.5])];
  const tasks = label === 'c2' ? random.within([0, 0.1]) : 0;
  const sizes = Array.from({ length: count }, () => ({
    up: Math.round(random.logNormal(up, upWidth) * (random.chance(tasks) ? 20 : 1)),
    down: Math.round(random.logNormal(down, downWidth)),
  }));
  return { up: sizes.map((one) => one.up), down: sizes.map((one) => one.down) };
}
