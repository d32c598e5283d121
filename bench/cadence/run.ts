/**
 * Judges the labelled series of one set by every method side by side and prints what was measured.
 *
 * npx tsx bench/cadence/run.ts [--set development|held-out|reference|reference-held-out] [--window 15|60] [--series 300] [--only ours]
 *   [--threads 1] [--seed N] [--json]
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { SETS, type SetName } from './generator/series.ts';
import { besidePublished } from './measure/beside-published.ts';
import type { Cell } from './measure/judged.ts';
import { misused, whole } from './measure/options.ts';
import { printed } from './measure/print.ts';
import { scoreCard } from './measure/score-card.ts';
import { judgeCells } from './measure/spread.ts';
import { OURS } from './method.ts';
import { METHODS } from './methods.ts';

const { values } = parseArgs({
  options: {
    set: { type: 'string', default: 'development' },
    window: { type: 'string', multiple: true, default: ['15', '60'] },
    series: { type: 'string', default: '300' },
    only: { type: 'string' },
    threads: { type: 'string', default: String(availableParallelism()) },
    seed: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const set = setNamed(values.set);
const windows = values.window.map((minutes) => whole(minutes, '--window') * 60);
const series = whole(values.series, '--series');
const methods = values.only === undefined ? METHODS.map(({ name }) => name) : [methodNamed(values.only)];
const seed = values.seed === undefined ? null : whole(values.seed, '--seed');

const cells: Cell[] = windows.flatMap((windowSeconds) =>
  SETS[set].families.map(({ name }) => ({ set, family: name, windowSeconds, series, methods, seed })),
);
const judged = await judgeCells(cells, whole(values.threads, '--threads'), (finished, cell) => {
  const where = `${cell.windowSeconds / 60} min, ${cell.family}`;
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${finished}/${cells.length} ${where}`);
  else if (finished % 10 === 0) process.stderr.write(`${finished}/${cells.length} families judged\n`);
});
if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');

const cards = windows.map((windowSeconds) => methods.map((method) => scoreCard(judged, method, windowSeconds)));
const used = seed ?? SETS[set].seed;
if (values.json) {
  console.log(JSON.stringify({ set, seed: used, series, cards: cards.flat() }, null, 2));
} else {
  console.log(`The ${set} set, seed ${used}.\n`);
  for (const [index, perMethod] of cards.entries())
    console.log(`${index > 0 ? '\n\n' : ''}${printed(perMethod, series)}`);
  for (const beside of set === 'reference' ? cards.map(besidePublished) : []) if (beside) console.log(`\n${beside}`);
}

function setNamed(name: string): SetName {
  if (name in SETS) return name as SetName;
  return misused(`--set is one of ${Object.keys(SETS).join(', ')}, not "${name}".`);
}

function methodNamed(name: string): string {
  const wanted = name === 'ours' ? OURS.name : name;
  const found = METHODS.find((method) => method.name === wanted);
  if (found) return found.name;
  return misused(`--only is "ours" or one of ${METHODS.map((method) => method.name).join(', ')}, not "${name}".`);
}
