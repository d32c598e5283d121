import { describe, expect, it } from 'vitest';
import { ORDINARY } from '../../bench/cadence/generator/reference.ts';
import { SETS } from '../../bench/cadence/generator/series.ts';
import { besidePublished } from '../../bench/cadence/measure/beside-published.ts';
import { judgeCell } from '../../bench/cadence/measure/judged.ts';
import { PUBLISHED, PUBLISHED_METHODS } from '../../bench/cadence/measure/published.ts';
import { scoreCard, type ScoreCard } from '../../bench/cadence/measure/score-card.ts';
import { fewestUnlisted, unlisted } from '../../bench/cadence/measure/unlisted.ts';

const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;

describe('the reference set', () => {
  it('has the classes whose figures were published and ordinary ones for those without, against as many aperiodic families as the trial had', () => {
    const { families } = SETS.reference;
    const c2 = families.filter(({ label }) => label === 'c2').map(({ name }) => name);
    expect([...c2].sort()).toEqual([...Object.keys(PUBLISHED), ...ORDINARY].sort());
    expect(ORDINARY).toHaveLength(fewestUnlisted());
    expect(families.filter(({ label }) => label === 'aperiodic')).toHaveLength(3_600 / 300);
  });

  it('is as hard for the quick baselines as the published one: their mean AUC lies within 0.07', () => {
    const quick = ['RITA v5', 'CV merged'];
    const judged = SETS.reference.families.map(({ name }) =>
      judgeCell({ set: 'reference', family: name, windowSeconds: 900, series: 60, methods: quick, seed: null }),
    );
    for (const method of quick) {
      const all = scoreCard(judged, method, 900).c2;
      const c2 = all.filter(({ family }) => family in PUBLISHED);
      const column = PUBLISHED_METHODS.findIndex((name) => name === method);
      const published = mean(c2.map(({ family }) => PUBLISHED[family]![column]![0]));
      expect(Math.abs(mean(c2.map(({ auc }) => auc!)) - published), method).toBeLessThan(0.07);
      const residual = unlisted(ORDINARY.length).find((one) => one.method === method)!;
      const ordinary = mean(all.filter(({ family }) => ORDINARY.includes(family)).map(({ auc }) => auc!));
      expect(Math.abs(ordinary - residual.auc[1]), method).toBeLessThan(0.04);
    }
  });
});

describe('the classes that the trial counted and did not list', () => {
  it('are nine or more: with eight the coefficient of variation would need a mean AUC above 1', () => {
    expect(fewestUnlisted()).toBe(9);
    expect(unlisted(8).find(({ method }) => method === 'CV merged')!.auc[0]).toBeGreaterThan(1);
  });

  it('were easy for the steadiness of gaps and middling for spectra: the averages with them are the published ones', () => {
    const means = Object.fromEntries(unlisted(9).map(({ method, percent }) => [method, Math.round(percent[1])]));
    expect(means).toEqual({
      'RITA v5': 78,
      'CV merged': 96,
      'Lomb-Scargle': 35,
      BAYWATCH: 55,
      'H-test': 47,
      'chain S4': 74,
      'max of four': 99,
    });
    // Rounding leaves each a range, and every range has a part that a mean can be.
    for (const { auc, percent } of unlisted(9)) {
      expect(auc[0]).toBeLessThanOrEqual(1);
      expect(percent[0]).toBeLessThanOrEqual(100);
      expect(auc[0]).toBeLessThan(auc[2]);
    }
  });
});

describe('beside the published figures', () => {
  const row = (family: string) => ({ family, auc: 0.5, truePositives: 0.25, decided: null, silent: 0, spentMs: 1 });
  const card = (method: string, windowSeconds: number): ScoreCard => ({
    method,
    windowSeconds,
    threshold: 0,
    c2: [row('fixed period'), row('on/off')],
    timeless: [row('push-tasked')],
    macro: { auc: 0.5, truePositives: 0.25 },
    aperiodic: [],
    periodic: [],
    periods: [],
  });
  const cards = (windowSeconds: number): ScoreCard[] => PUBLISHED_METHODS.map((name) => card(name, windowSeconds));

  it('stands what was measured, class by class, and the mean of the classes that were', () => {
    const text = besidePublished(cards(900))!;
    const line = (name: string): string => text.split('\n').find((one) => one.startsWith(name))!;
    expect(line('fixed period')).toContain('0.92/85 | 0.50/25');
    expect(line('push-tasked')).toContain('0.59/16 | 0.50/25');
    // Not measured: a dash. RITA's mean of fixed period and on/off: (.92 + .85) / 2 and (85 + 69) / 2.
    expect(line('back-off')).toContain('0.16/0 | -');
    expect(line('mean of these rows')).toMatch(/^mean of these rows\s+0\.8[89]\/77 \| 0\.50\/25/);
  });

  it('stand the averages alone at 60 minutes, and nothing in another window or without every baseline', () => {
    expect(besidePublished(cards(3600))).toContain('0.91/78 | 0.50/25');
    expect(besidePublished(cards(3600))).not.toContain('fixed period');
    expect(besidePublished(cards(1800))).toBeNull();
    expect(besidePublished(cards(900).slice(1))).toBeNull();
  });
});
