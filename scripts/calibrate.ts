/**
 * `npm run calibrate`: makes workers/judge/calibration.ts, the evidence that aperiodic series reach by chance. Seeded, so
 * that a second run writes the same bytes; the judge's statistics do not read the table.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { cell, quantile } from './calibrate/cell.ts';
import { NULL_FAMILIES } from './calibrate/families.ts';
import { BEATS, LONG_SERIES, SEED, seriesAt, TAIL_SHARE, toNats } from './calibrate/plan.ts';

/** Share that no family may miss at any number of beats. */
const MOST_SHARE = 0.98;
/** The threshold never falls below this, in nats: odds of 7 to 1. */
const LEAST_NATS = 2;
/** The threshold rises by no more than this a beat; it is raised earlier instead. */
const MOST_RISE = 0.25;

const families = Object.keys(NULL_FAMILIES);
/** Evidence by family, by number of beats, in the order in which it was drawn. */
const cells = families.map((family) => {
  const row = BEATS.map((beats) => cell(family, beats, seriesAt(beats), SEED));
  process.stderr.write(`${family}: ${row.map(tailOf).join(' ')}\n`);
  return row;
});
const tails = cells.map((row) => row.map(tailOf));

function tailOf(values: readonly number[]): number {
  return toNats(quantile(ascending(values), TAIL_SHARE));
}

/**
 * One level, at which the worst family over all numbers of beats together is at 1 %, so that scores stand on one scale;
 * raised where a family would pass 2 % at some number of beats.
 */
const level = Math.max(
  LEAST_NATS,
  ...families.map((_, f) =>
    quantile(ascending(cells[f]!.flatMap((values) => values.slice(0, LONG_SERIES))), TAIL_SHARE),
  ),
);
const raised = BEATS.map((_, i) => Math.max(level, ...cells.map((row) => quantile(steadied(row, i), MOST_SHARE))));
// A beat on the period brings more evidence than this, so that it cannot lower the score by raising the threshold.
const threshold = raised.map((_, i) => {
  const later = raised.slice(i).map((nats, j) => nats - MOST_RISE * (BEATS[i + j]! - BEATS[i]!));
  return toNats(Math.max(...later));
});

/** A cell with its neighbours: a quantile near the end hangs on a few series. */
function steadied(row: readonly (readonly number[])[], i: number): number[] {
  return ascending([...(row[i - 1] ?? []), ...row[i]!, ...(row[i + 1] ?? [])]);
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

const rows = families.map(
  (family, i) => `    ${/^\w+$/.test(family) ? family : `'${family}'`}: [${tails[i]!.join(', ')}],`,
);
const text = `// In: nothing. Out: the evidence that aperiodic series reach by chance, by number of beats.
// Made by \`npm run calibrate\` (seed ${SEED}, see scripts/calibrate/); do not edit by hand.

/** Numbers of beats; the threshold in nats at each; what 99 % of each null family's series stay below. */
export const CALIBRATION: {
  readonly beats: readonly number[];
  readonly threshold: readonly number[];
  readonly families: Readonly<Record<string, readonly number[]>>;
} = {
  beats: [${BEATS.join(', ')}],
  threshold: [${threshold.join(', ')}],
  families: {
${rows.join('\n')}
  },
};
`;
const file = resolve(import.meta.dirname, '../workers/judge/calibration.ts');
writeFileSync(`${file}.new`, await format(text, { ...(await resolveConfig(file)), filepath: file }));
renameSync(`${file}.new`, file);
