/**
 * Judges the labelled scenarios of one set and prints the confusion matrix and every miss.
 *
 * npx tsx bench/verdicts/run.ts [--set development|held-out] [--only TEXT] [--seed N] [--json]
 */
import { parseArgs } from 'node:util';
import { loadProfiles } from '../../workers/profiles.ts';
import { misused, whole } from '../cadence/measure/options.ts';
import { byApp, isRight, isSlander, matrixOf, shareOf, type Outcome } from './confusion.ts';
import { scenariosOf, SETS, type SetName } from './corpus.ts';
import { inspectApps, judgeScenario } from './judged.ts';
import { printed } from './print.ts';

const { values } = parseArgs({
  options: {
    set: { type: 'string', default: 'development' },
    only: { type: 'string' },
    seed: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const set = setNamed(values.set);
const seed = values.seed === undefined ? SETS[set].seed : whole(values.seed, '--seed');
const only = values.only ?? '';
const scenarios = scenariosOf(set, seed).filter(({ name }) => name.includes(only));
if (scenarios.length === 0) misused(`--only "${only}" is part of no scenario's name.`);

const profiles = await loadProfiles();
const inspections = await inspectApps(scenarios, profiles, new AbortController().signal);
const outcomes = scenarios.map((scenario): Outcome => {
  return { scenario, report: judgeScenario(scenario, seed, inspections, profiles) };
});

if (values.json) console.log(JSON.stringify(summary(outcomes), null, 2));
else console.log(`The ${set} set, seed ${seed}.\n\n${printed(outcomes)}`);
if (outcomes.some(isSlander)) process.exitCode = 1;

function summary(all: readonly Outcome[]): object {
  return {
    set,
    seed,
    scenarios: all.length,
    right: shareOf(all.filter(isRight), all),
    benignCalledInconsistent: all.filter(isSlander).map(({ scenario }) => scenario.name),
    matrix: matrixOf(all),
    byApp: Object.fromEntries([...byApp(all)].map(([app, its]) => [app, matrixOf(its)])),
    misses: all
      .filter((outcome) => !isRight(outcome))
      .map(({ scenario, report }) => ({
        name: scenario.name,
        kind: scenario.kind,
        adversarial: scenario.adversarial,
        label: scenario.label,
        verdict: report.verdict,
        because: scenario.because,
        sentence: report.sentence,
      })),
  };
}

function setNamed(name: string): SetName {
  if (name in SETS) return name as SetName;
  return misused(`--set is one of ${Object.keys(SETS).join(', ')}, not "${name}".`);
}
