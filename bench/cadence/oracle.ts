/**
 * What a judge that knew everything could find: the likelihood ratio of one class, with its own law and ranges, against the
 * true aperiodic laws of its set, at 1 % false positives of all aperiodic series pooled; ours on the same series beside it.
 *
 * npx tsx bench/cadence/oracle.ts [--set development|held-out|reference] [--window 15|60] [--series 300] [--seed N]
 */
import { parseArgs } from 'node:util';
import { seriesOf, SETS, type LabelledSeries } from './generator/series.ts';
import { misused, whole } from './measure/options.ts';
import { areaUnderCurve, shareAbove, thresholdAt, type Score } from './measure/rank.ts';
import { FALSE_POSITIVES } from './measure/score-card.ts';
import { pair, table } from './measure/table.ts';
import { OURS } from './method.ts';
import { KNOWN_CHANCE, KNOWN_TIMERS, type KnownLaw, type OracleSet } from './oracle/known.ts';
import { renewalLikelihood, type Seen } from './oracle/shape.ts';

const { values } = parseArgs({
  options: {
    set: { type: 'string', default: 'development' },
    window: { type: 'string', default: '15' },
    series: { type: 'string', default: '300' },
    seed: { type: 'string' },
  },
});
if (!(values.set in KNOWN_CHANCE))
  misused(`--set is one of ${Object.keys(KNOWN_CHANCE).join(', ')}, not "${values.set}".`);
const set = values.set as OracleSet;
const windowSeconds = whole(values.window, '--window') * 60;
const count = whole(values.series, '--series');
const seed = values.seed === undefined ? SETS[set].seed : whole(values.seed, '--seed');
/** Scales a law is integrated over. */
const SCALES = 60;
/** Fewer beats than this have no score, as with ours. */
const LEAST_BEATS = 5;

const made = (name: string): LabelledSeries[] => {
  const family = SETS[set].families.find((one) => one.name === name)!;
  return Array.from({ length: count }, (_, index) => seriesOf(set, family, windowSeconds, index, seed));
};
const aperiodic = SETS[set].families.filter(({ label }) => label === 'aperiodic').flatMap(({ name }) => made(name));
const oursOfChance = aperiodic.map((one) => OURS.judge(one).score);
const rows = KNOWN_TIMERS[set].map((timer) => {
  const series = made(timer.name);
  const figures = (score: (one: LabelledSeries) => Score, negatives = aperiodic.map(score)): string => {
    const positives = series.map(score);
    return pair(areaUnderCurve(positives, negatives), shareAbove(positives, thresholdAt(negatives, FALSE_POSITIVES)));
  };
  return [
    timer.name,
    figures((one) => OURS.judge(one).score, oursOfChance),
    figures((one) => ratio(timer, one, false)),
    figures((one) => ratio(timer, one, true)),
  ];
});
console.log(`The ${set} set, seed ${seed}, ${windowSeconds / 60} minutes, ${count} series a class.\n`);
console.log(table(['', 'ours', 'oracle of the intervals', 'and of the edges of the window'], rows));

function ratio(timer: KnownLaw, { t }: LabelledSeries, edges: boolean): Score {
  if (t.length < LEAST_BEATS) return null;
  const intervals = t.slice(1).map((at, i) => Math.max(0.001, at - t[i]!));
  const seen: Seen = { intervals, before: t[0]!, after: windowSeconds - t.at(-1)! };
  const chance = KNOWN_CHANCE[set].map((one) => marginal(one, seen, edges));
  return marginal(timer, seen, edges) - logMean(chance);
}

/** ln likelihood, shape and scale integrated out under the set's own ranges. */
function marginal({ shapes, scale }: KnownLaw, seen: Seen, edges: boolean): number {
  const [low, high] = scale(windowSeconds);
  const all: number[] = [];
  for (const shape of shapes) {
    for (let i = 0; i < SCALES; i++) {
      all.push(renewalLikelihood(shape, low * (high / low) ** ((i + 0.5) / SCALES), seen, edges));
    }
  }
  return logMean(all);
}

function logMean(logs: readonly number[]): number {
  const most = Math.max(...logs);
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0) / logs.length);
}
