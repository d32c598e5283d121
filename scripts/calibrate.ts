/**
 * `npm run calibrate`: makes workers/judge/calibration.ts, the evidence that aperiodic series reach by chance. Seeded, so
 * that a second run writes the same bytes; the judge's statistics do not read the table.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { cell, quantile } from './calibrate/cell.ts';
import { NULL_FAMILIES } from './calibrate/families.ts';

const SEED = 20_261_122;
const BEATS = [5, 6, 8, 10, 13, 17, 22, 30, 40, 60, 100, 160, 250, 400];
const SERIES = 600;
/** From so many beats on, a series is slow to judge and far from the threshold. */
const LONG = { beats: 100, series: 300 };
const SHARE = 0.99;
/** The threshold never falls below this, in nats: odds of 7 to 1. */
const LEAST_NATS = 2;
/** The threshold rises by no more than this a beat; it is raised earlier instead. */
const MOST_RISE = 0.25;

const families = Object.keys(NULL_FAMILIES);
const tails = families.map((family) => {
  const tail = BEATS.map((beats) => {
    const series = beats >= LONG.beats ? LONG.series : SERIES;
    return Number(quantile(cell(family, beats, series, SEED), SHARE).toFixed(2));
  });
  process.stderr.write(`${family}: ${tail.join(' ')}\n`);
  return tail;
});

/** Each quantile is made from a few series of the tail: its neighbours steady it. */
const steadied = tails.map((tail) =>
  tail.map((value, i) => (value + (tail[i - 1] ?? value) + (tail[i + 1] ?? value)) / 3),
);
const highest = BEATS.map((_, i) => Math.max(LEAST_NATS, ...steadied.map((tail) => tail[i]!)));
// A beat on the period brings more evidence than this, so that it cannot lower the score by raising the threshold.
const threshold = highest.map((_, i) => {
  const later = highest.slice(i).map((nats, j) => nats - MOST_RISE * (BEATS[i + j]! - BEATS[i]!));
  return Number(Math.max(...later).toFixed(2));
});

const rows = families.map(
  (family, i) => `    ${/^\w+$/.test(family) ? family : `'${family}'`}: [${tails[i]!.join(', ')}],`,
);
const text = `// In: nothing. Out: the evidence that aperiodic series reach by chance, by number of beats.
// Made by \`npm run calibrate\` (seed ${SEED}, ${SERIES} series a family and count, ${LONG.series} from ${LONG.beats} beats on); do not edit by hand.

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
writeFileSync(`${file}.new`, text);
renameSync(`${file}.new`, file);
