import { describe, expect, it } from 'vitest';
import { CaptureRecord } from '../../orchestrator/contract/capture.ts';
import { scenariosOf, SETS, type SetName } from '../../bench/verdicts/corpus.ts';
import { captureOf } from '../../bench/verdicts/capture.ts';
import { matrixOf, isRight, isSlander, type Outcome } from '../../bench/verdicts/confusion.ts';
import { inspectApps, judgeScenario } from '../../bench/verdicts/judged.ts';
import { printed } from '../../bench/verdicts/print.ts';
import { randomFor } from '../../bench/cadence/generator/random.ts';
import { loadProfiles } from '../../workers/profiles.ts';

const profiles = await loadProfiles();
const names = Object.keys(SETS) as SetName[];

describe.each(names)('the %s set', (set) => {
  const scenarios = scenariosOf(set);

  it('has at least 150 scenarios, each with a name of its own and the reason for its label', () => {
    expect(scenarios.length).toBeGreaterThanOrEqual(150);
    expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
    expect(scenarios.filter(({ because }) => because.length < 20)).toEqual([]);
  });

  it('calls nothing benign inconsistent, and holds all three labels', () => {
    expect(scenarios.filter(({ kind, label }) => kind === 'benign' && label === 'inconsistent')).toEqual([]);
    expect(new Set(scenarios.map(({ label }) => label)).size).toBe(3);
  });

  it('has an app for every function that a manifest may declare', async () => {
    const inspections = await inspectApps(scenarios, profiles, new AbortController().signal);
    const declared = new Set([...inspections.values()].map(({ declaredFunction }) => declaredFunction.name));
    const main = profiles.functions.filter(({ adds }) => !adds).map(({ name }) => name);
    expect(main.filter((name) => !declared.has(name) && name !== 'offline-tool')).toEqual([]);
    expect(set === 'held-out' || declared.has('offline-tool')).toBe(true);
  });

  it('is the same each time, and other with another seed', () => {
    const some = scenarios.slice(0, 20);
    const capture = (seed: number): unknown => some.map(({ name, plan }) => captureOf(plan, randomFor(seed, [name])));
    expect(scenariosOf(set).slice(0, 20)).toEqual(some);
    expect(capture(1)).toEqual(capture(1));
    expect(capture(1)).not.toEqual(capture(2));
  });

  it('makes captures as the recorder writes them', () => {
    for (const { name, plan } of scenarios.filter((_, i) => i % 9 === 0)) {
      const records = captureOf(plan, randomFor(1, [name])).map(({ record }) => record);
      expect(records[0]!.type).toBe('start');
      expect(records.at(-1)!.type).toBe('end');
      for (const record of records) expect(CaptureRecord.parse(record)).toEqual(record);
    }
  });
});

describe('the judgement', () => {
  it('of the same scenario twice is the same, byte for byte', async () => {
    const some = scenariosOf('development').filter((_, i) => i % 40 === 0);
    const inspections = await inspectApps(some, profiles, new AbortController().signal);
    for (const scenario of some) {
      const once = (): string => JSON.stringify(judgeScenario(scenario, 5, inspections, profiles));
      expect(once()).toBe(once());
    }
  });

  it('of other draws of the development families is right in 97 of 100, and slanders nobody', async () => {
    const seed = 20_260_101;
    const scenarios = scenariosOf('development', seed).filter((_, i) => i % 3 === 0);
    const inspections = await inspectApps(scenarios, profiles, new AbortController().signal);
    const outcomes = scenarios.map((scenario): Outcome => {
      return { scenario, report: judgeScenario(scenario, seed, inspections, profiles) };
    });
    expect(outcomes.filter(isSlander).map(({ scenario }) => scenario.name)).toEqual([]);
    const share = outcomes.filter(isRight).length / outcomes.length;
    expect({ share, misses: outcomes.filter((one) => !isRight(one)).map(({ scenario }) => scenario.name) }).toSatisfy(
      (seen: { share: number }) => seen.share >= 0.97,
    );
  }, 180_000);
});

describe('the matrix', () => {
  it('counts labels against verdicts, and names each miss with its sentence', () => {
    const [scenario] = scenariosOf('development');
    const outcome = (verdict: string): Outcome =>
      ({ scenario, report: { verdict, sentence: `was ${verdict}` } }) as unknown as Outcome;
    const outcomes = [outcome('consistent'), outcome('consistent'), outcome('inconsistent')];
    expect(scenario!.label).toBe('consistent');
    expect(matrixOf(outcomes).consistent).toEqual({ consistent: 2, inconsistent: 1, inconclusive: 0 });
    const text = printed(outcomes);
    expect(text).toContain('2 of 3 right (66.7 %). Benign called inconsistent: 1.');
    expect(text).toContain('report: was inconsistent');
  });
});
