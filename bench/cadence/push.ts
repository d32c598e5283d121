/**
 * Push-tasked command and control: how often the coupling of pushes and sessions is found, and how often it is found
 * where pushes and sessions are independent.
 *
 * npx tsx bench/cadence/push.ts [--scenes 50] [--seed N] [--json]
 */
import { parseArgs } from 'node:util';
import { couplingTest } from '../../workers/judge/coupling.ts';
import { randomFor, type Random } from './generator/random.ts';
import { whole } from './measure/options.ts';
import { percent, table } from './measure/table.ts';
import { BACKGROUNDS, LAGS, pushesTogether, pushTimes, SCENE_SECONDS, tasked, type Scene } from './push/scenes.ts';

const { values } = parseArgs({
  options: {
    scenes: { type: 'string', default: '50' },
    seed: { type: 'string', default: '20261122' },
    json: { type: 'boolean', default: false },
  },
});
const scenes = whole(values.scenes, '--scenes');
const seed = whole(values.seed, '--seed', 0);
const pushCounts = [6, 8, 12, 20];
/** Sessions a minute that no push causes, where pushes task and where they do not. */
const besides = [0.01, 0.1, 0.5, 2];
const independentOf = [0.1, 1];
const missed = [
  { name: 'none', range: [0, 0] as const },
  { name: 'up to 30 %', range: [0, 0.3] as const },
];

const span = { fromMs: 0, toMs: SCENE_SECONDS * 1000 };
/** The clocks of the device and of the proxy agree within this. */
const SKEW_MS = 500;

function shareFound(path: readonly (string | number)[], make: (random: Random) => Scene): number {
  let found = 0;
  process.stderr.write(`${path.join(', ')} pushes\n`);
  for (let index = 0; index < scenes; index++) {
    const scene = make(randomFor(seed, ['push', ...path, index]));
    const milliseconds = (times: readonly number[]): number[] => times.map((at) => Math.round(at * 1000));
    const test = couplingTest(milliseconds(scene.pushes), milliseconds(scene.sessions), [span], { skewMs: SKEW_MS });
    if (test.significant) found += 1;
  }
  return found / scenes;
}

const power = Object.entries(LAGS).flatMap(([lagName, lag]) =>
  missed.flatMap(({ name, range }) =>
    besides.map((rate) => ({
      lag: lagName,
      missed: name,
      perMinute: rate,
      found: pushCounts.map((count) =>
        shareFound(['tasked', lagName, name, rate, count], (random) =>
          tasked(random, count, lag, range, BACKGROUNDS.poisson!(random, rate)),
        ),
      ),
    })),
  ),
);

const arrivals = { 'at any time': pushTimes, together: pushesTogether };
const independent = Object.entries(BACKGROUNDS).flatMap(([background, sessions]) =>
  Object.entries(arrivals).flatMap(([arrival, pushes]) =>
    independentOf.map((rate) => ({
      background,
      arrival,
      perMinute: rate,
      found: pushCounts.map((count) =>
        shareFound(['independent', background, arrival, rate, count], (random) => ({
          pushes: pushes(random, count),
          sessions: sessions(random, rate),
        })),
      ),
    })),
  ),
);

if (values.json) {
  console.log(JSON.stringify({ seed, scenes, pushCounts, power, independent }, null, 2));
} else {
  const head = pushCounts.map((count) => `${count} pushes`);
  console.log(
    `${scenes} scenes of an hour each, seed ${seed}.\n\nPush-tasked, found, beside sessions of its own by chance`,
  );
  console.log(
    table(
      ['lag', 'missed', 'own sessions a minute', ...head],
      power.map((row) => [row.lag, row.missed, String(row.perMinute), ...row.found.map((one) => percent(one))]),
    ),
  );
  console.log('\nIndependent pushes and sessions, called coupled (false positives)');
  console.log(
    table(
      ['sessions', 'pushes', 'a minute', ...head],
      independent.map((row) => [
        row.background,
        row.arrival,
        String(row.perMinute),
        ...row.found.map((one) => percent(one)),
      ]),
    ),
  );
  const all = independent.flatMap((row) => row.found);
  const overall = all.reduce((total, one) => total + one, 0) / all.length;
  console.log(`\nFalse positives over all: ${percent(overall, 2)}; the worst cell: ${percent(Math.max(...all), 2)}.`);
}
