/**
 * Push-tasked command and control: how often the coupling of pushes and sessions is found, and how often it is found
 * where pushes and sessions are independent.
 *
 * npx tsx bench/cadence/push.ts [--scenes 50] [--seed N] [--json]
 */
import { parseArgs } from 'node:util';
import { couplingTest } from '../../workers/judge/coupling.ts';
import { DEVELOPMENT_TASKED } from './generator/development.ts';
import { HELD_OUT_TASKED } from './generator/held-out.ts';
import { randomFor, type Random } from './generator/random.ts';
import { REFERENCE_HELD_OUT_TASKED } from './generator/reference-held-out.ts';
import { REFERENCE_TASKED } from './generator/reference.ts';
import { taskedTimes, type Tasked } from './generator/tasking.ts';
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

/** The push-tasked families of the labelled sets, where the window had six pushes or more. */
const LABELLED: Readonly<Record<string, Tasked>> = {
  development: DEVELOPMENT_TASKED,
  'held-out': HELD_OUT_TASKED,
  reference: REFERENCE_TASKED,
  'reference-held-out': REFERENCE_HELD_OUT_TASKED,
};
const LEAST_PUSHES = 6;

/** Pushes are tested against each channel by itself, so what the app says elsewhere hides nothing. */
function shareOfLabelled(set: string, law: Tasked, minutes: number): { cases: number; found: number } {
  let cases = 0;
  let found = 0;
  for (let index = 0; index < scenes * 4; index++) {
    const { pushes, sessions } = taskedTimes(
      law,
      randomFor(seed, ['push', 'labelled', set, minutes, index]),
      minutes * 60,
    );
    if (pushes.length < LEAST_PUSHES) continue;
    cases += 1;
    const inside = sessions.filter((at) => at < minutes * 60).sort((a, b) => a - b);
    const milliseconds = (times: readonly number[]): number[] => times.map((at) => Math.round(at * 1000));
    const window = { fromMs: 0, toMs: minutes * 60_000 };
    if (couplingTest(milliseconds(pushes), milliseconds(inside), [window], { skewMs: SKEW_MS }).significant) found += 1;
  }
  return { cases, found: found / cases };
}

const labelled = Object.entries(LABELLED).flatMap(([set, law]) =>
  [15, 60].map((minutes) => ({ set, minutes, ...shareOfLabelled(set, law, minutes) })),
);

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
  console.log(JSON.stringify({ seed, scenes, pushCounts, labelled, power, independent }, null, 2));
} else {
  console.log('Push-tasked series of the labelled sets with six pushes or more, found on their own channel');
  console.log(
    table(
      ['set', 'minutes', 'cases', 'found'],
      labelled.map((row) => [row.set, String(row.minutes), String(row.cases), percent(row.found, 1)]),
    ),
  );
  console.log('');
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
