/**
 * Judges real series: how many labelled ones are found, and which benign ones are flagged, each with what was said.
 *
 * npx tsx bench/cadence/real.ts [--file series.ndjson] [--out DIR] [--malicious]
 *   --out writes DIR/flagged.html, a figure for each flagged benign series; --malicious draws the malicious ones too,
 *   found or not.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Tunables } from '../../orchestrator/contract/profile.ts';
import { judgeSeries } from '../../workers/judge/series.ts';
import { RITA } from './method.ts';
import { percent, table } from './measure/table.ts';
import { page } from './real/page.ts';
import { readReal, REAL_SERIES } from './real/read.ts';

/** With fewer, a labelled series is not counted as missed. */
const LEAST_BEATS = 8;

const { values } = parseArgs({
  options: {
    file: { type: 'string', default: REAL_SERIES },
    out: { type: 'string' },
    malicious: { type: 'boolean', default: false },
  },
});
const series = readReal(values.file);
if (series === null) {
  console.log(`${values.file} is absent: there are no real series to judge.`);
  process.exit(0);
}

const tunables = Tunables.parse({});
const judged = series.map((one) => ({ series: one, cadence: judgeSeries(one, tunables), rita: RITA.judge(one).score }));
type Judged = (typeof judged)[number];
const found = ({ cadence }: Judged): boolean => cadence.structured === true;
const labelled = judged.filter((one) => one.series.label === 'malicious' && one.series.tier === 'A');
const countable = labelled.filter((one) => one.series.t.length >= LEAST_BEATS);
const merged = labelled.filter((one) => one.cadence.beats >= LEAST_BEATS);
const benign = judged.filter((one) => one.series.label === 'benign');

const share = (of: readonly Judged[]): string => `${of.filter(found).length} of ${of.length} (${shareOf(of)})`;
console.log(
  table(
    ['', 'flagged'],
    [
      [`labelled malicious, at least ${LEAST_BEATS} starts`, share(countable)],
      [`labelled malicious, at least ${LEAST_BEATS} beats after merging`, share(merged)],
      ['labelled malicious, all', share(labelled)],
      ['benign', share(benign)],
      ['benign, too few beats to say', String(benign.filter((one) => one.cadence.score === null).length)],
    ],
  ),
);
console.log('\nMalicious\n' + listed(judged.filter((one) => one.series.label === 'malicious')));
console.log('\nBenign, by family\n' + byFamily(benign));
console.log('\nFlagged benign series\n' + listed(benign.filter(found)));

if (values.out !== undefined) {
  mkdirSync(values.out, { recursive: true });
  const file = join(values.out, 'flagged.html');
  const drawn = judged.filter((one) => one.cadence.periodMs !== null && shown(one));
  writeFileSync(file, page([...drawn].sort((a, b) => b.cadence.score! - a.cadence.score!)));
  console.log(`\n${drawn.length} series are drawn in ${file}`);
}

function shown(one: Judged): boolean {
  return one.series.label === 'benign' ? found(one) : values.malicious;
}

function listed(of: readonly Judged[]): string {
  const sorted = [...of].sort((a, b) => (b.cadence.score ?? -Infinity) - (a.cadence.score ?? -Infinity));
  return table(
    ['series', 'family', 'kind', 'score', 'period (s)', 'jitter', 'missed', 'beats', 'starts', 'window (s)', 'RITA v5'],
    sorted.map(({ series: { id, family, t, windowSeconds }, cadence, rita }) => [
      id,
      family.slice(0, 44),
      cadence.kind,
      cadence.score?.toFixed(2) ?? '-',
      cadence.periodMs === null ? '-' : (cadence.periodMs / 1000).toFixed(2),
      percent(cadence.jitter),
      percent(cadence.missedRate, 0),
      String(cadence.beats),
      String(t.length),
      windowSeconds.toFixed(0),
      rita?.toFixed(2) ?? '-',
    ]),
  );
}

function byFamily(of: readonly Judged[]): string {
  const families = [...new Set(of.map((one) => one.series.family))].sort();
  return table(
    ['family', 'flagged', 'of', 'share'],
    families.map((family) => {
      const members = of.filter((one) => one.series.family === family);
      return [family, String(members.filter(found).length), String(members.length), shareOf(members)];
    }),
  );
}

function shareOf(of: readonly Judged[]): string {
  return of.length === 0 ? '-' : percent(of.filter(found).length / of.length);
}
