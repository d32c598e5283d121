/**
 * Makes workers/judge/calibration.ts: the statistics of cadence on aperiodic series, as quantiles by number of beats.
 * Seeded, so that a second run gives the same table (5 to 15 minutes); write elsewhere first, since it is imported here:
 * npx tsx scripts/calibrate.ts > table.ts && mv table.ts workers/judge/calibration.ts && npx prettier --write $_
 */
import { statisticsOf } from '../workers/judge/structure.ts';
import type { CalibratedName } from '../workers/judge/calibration.ts';
import { jitterSequence } from '../orchestrator/contract/behaviour.ts';

const names: readonly CalibratedName[] = ['regularity', 'local-regularity', 'chain', 'back-off'];
const beatCounts = [5, 6, 7, 8, 10, 12, 15, 20, 28, 40, 60, 100, 160];
const gaps = [2, 6];
const seriesPerCell = Number(process.argv[2] ?? 600);

const random = jitterSequence(20_261_122);
const uniform = (): number => random.next().value;
const exponential = (scale: number): number => -scale * Math.log(1 - uniform());
function normal(): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Null families: how gaps fall where nobody set a timer. The mean gap is `scale` seconds. */
const families: Record<string, (scale: number, count: number) => number[]> = {
  poisson: (scale, count) => repeat(count, () => exponential(scale)),
  'scroll-narrow': (scale, count) => repeat(count, () => scale * Math.exp(0.42 * normal())),
  'scroll-wide': (scale, count) => repeat(count, () => scale * Math.exp(0.65 * normal())),
  lognormal: (scale, count) => repeat(count, () => scale * Math.exp(1.2 * normal() - 0.72)),
  pareto: (scale, count) => repeat(count, () => (scale / 3) * (1 - uniform()) ** (-1 / 1.5)),
  browsing: (scale, count) => repeat(count, () => (uniform() < 0.7 ? exponential(scale / 4) : exponential(scale * 3))),
  waking: (scale, count) => repeat(count, (i) => exponential(scale * (1 + 0.9 * Math.sin((6.28 * i) / count)))),
  'dead-time': (scale, count) => repeat(count, () => scale / 3 + exponential((2 * scale) / 3)),
};

function repeat(count: number, make: (index: number) => number): number[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function mergedStarts(starts: readonly number[], gap: number): number[] {
  const kept: number[] = [];
  let last = -Infinity;
  for (const start of starts) {
    if (start - last >= gap) kept.push(start);
    last = start;
  }
  return kept;
}

interface Sample {
  readonly family: string;
  readonly values: Map<CalibratedName, number>[];
}

/** One series with exactly `beats` beats after merging by each gap where that can be had. */
function sample(family: string, beats: number): Sample {
  const make = families[family]!;
  const scale = 10 ** (1.3 + 1.4 * uniform());
  const values: Map<CalibratedName, number>[] = [];
  let time = 0;
  const starts = [0, ...make(scale, beats * 4).map((gap) => (time += gap))];
  for (const gap of gaps) {
    const merged = mergedStarts(starts, gap).slice(0, beats);
    if (merged.length < beats) continue;
    const found = statisticsOf({ gapSeconds: gap, starts: merged });
    values.push(new Map(found.map(({ name, value }) => [name, value])));
  }
  return { family, values };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  return sorted[low]! + (place - low) * ((sorted[low + 1] ?? sorted[low]!) - sorted[low]!);
}

function best(values: readonly Map<CalibratedName, number>[], name: CalibratedName): number | null {
  const found = values.flatMap((one) => one.get(name) ?? []);
  return found.length === 0 ? null : Math.max(...found);
}

const statistics = Object.fromEntries(names.map((name) => [name, { q50: [] as number[], q99: [] as number[] }]));
const threshold: number[] = [];
for (const beats of beatCounts) {
  const samples = Object.keys(families).flatMap((family) =>
    repeat(seriesPerCell, () => 0).map(() => sample(family, beats)),
  );
  for (const name of names) {
    const byFamily = Object.keys(families).map((family) =>
      samples.filter((one) => one.family === family).flatMap((one) => best(one.values, name) ?? []),
    );
    const seen = byFamily.filter((values) => values.length >= seriesPerCell / 10);
    const pooled = byFamily.flat();
    const q50 = quantile(pooled, 0.5);
    statistics[name]!.q50.push(q50);
    statistics[name]!.q99.push(Math.max(q50 + 0.2, ...seen.map((values) => quantile(values, 0.99))));
  }
  const row = threshold.length;
  const highest = Object.keys(families).map((family) =>
    quantile(
      samples
        .filter((one) => one.family === family && one.values.length > 0)
        .map((one) =>
          Math.max(
            ...names.flatMap((name) => {
              const value = best(one.values, name);
              const { q50, q99 } = statistics[name]!;
              return value === null ? [] : [(value - q50[row]!) / (q99[row]! - q50[row]!)];
            }),
          ),
        ),
      0.99,
    ),
  );
  threshold.push(Math.max(...highest));
  process.stderr.write(`${beats} beats: threshold ${threshold.at(-1)!.toFixed(3)}\n`);
}

const round = (values: readonly number[]): string => values.map((value) => Number(value.toFixed(4))).join(', ');
process.stdout.write(`// In: nothing. Out: quantiles of each statistic on aperiodic series, by number of beats.
// Made by scripts/calibrate.ts (seed 20261122, ${seriesPerCell} series a family and count); do not edit by hand.
// Families: ${Object.keys(families).join(', ')}.
export type CalibratedName = ${names.map((name) => `'${name}'`).join(' | ')};

/** q50: pooled median. q99: the highest family's 99th percentile. threshold: the highest family's 99th of max z. */
export const CALIBRATION: {
  readonly beats: readonly number[];
  readonly statistics: Readonly<Record<CalibratedName, { readonly q50: readonly number[]; readonly q99: readonly number[] }>>;
  readonly threshold: readonly number[];
} = {
  beats: [${beatCounts.join(', ')}],
  statistics: {
${names.map((name) => `    '${name}': {\n      q50: [${round(statistics[name]!.q50)}],\n      q99: [${round(statistics[name]!.q99)}],\n    },`).join('\n')}
  },
  threshold: [${round(threshold)}],
};
`);
