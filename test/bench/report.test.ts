import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Label, Truth } from '../../bench/cadence/generator/family.ts';
import type { JudgedFamily } from '../../bench/cadence/measure/judged.ts';
import { scoreCard } from '../../bench/cadence/measure/score-card.ts';
import { judgeCells } from '../../bench/cadence/measure/spread.ts';
import { page } from '../../bench/cadence/real/page.ts';
import { readReal } from '../../bench/cadence/real/read.ts';
import { exponentOf } from '../../bench/cadence/speed/growth.ts';
import { Tunables } from '../../orchestrator/contract/profile.ts';
import { judgeSeries } from '../../workers/judge/series.ts';

function family(name: string, label: Label, scores: (number | null)[], more: Partial<JudgedFamily> = {}): JudgedFamily {
  const opinions = {
    scores,
    decisions: scores.map((score) => (score === null ? null : score > 5)),
    periodsSeconds: scores.map((score) => (score === null ? null : 60)),
    spentMs: 1,
  };
  const truths = scores.map(() => null);
  return { family: name, label, timeless: false, windowSeconds: 900, truths, byMethod: { it: opinions }, ...more };
}

const truth = (periodSeconds: number, jitter: number): Truth => ({
  periodSeconds,
  jitter,
  jitterLaw: 'uniform',
  missedShare: 0,
});

describe('a score card', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => (i + 1) / 10);
  const judged = [
    // 10.5 is above all of 0.1 … 10, 5.05 above fifty of them: AUC (1 + 0.5) / 2.
    family('one', 'c2', [10.5, 5.05], { truths: [truth(60, 0.1), truth(60, 0.1)] }),
    family('other', 'c2', [20, 30], { truths: [truth(65, 0.2), truth(67, 0.2)] }),
    family('pushed', 'c2', [null, 0], { timeless: true }),
    family('chance', 'aperiodic', hundred),
    family('timer', 'periodic', [40]),
  ];
  const card = scoreCard(judged, 'it', 900);

  it('compares every class with all aperiodic series, and averages the classes', () => {
    expect(card.threshold).toBe(9.9);
    expect(card.c2.map(({ auc }) => auc)).toEqual([0.75, 1]);
    expect(card.c2.map(({ truePositives }) => truePositives)).toEqual([0.5, 1]);
    expect(card.macro).toEqual({ auc: 0.875, truePositives: 0.75 });
  });

  it('keeps what has no cadence, and what keeps one rightly, out of the average', () => {
    expect(card.timeless.map(({ family: name, silent }) => [name, silent])).toEqual([['pushed', 0.5]]);
    expect(card.periodic.map(({ family: name }) => name)).toEqual(['timer']);
  });

  it('counts a family by the method’s own decision too', () => {
    // Of 0.1 … 10, fifty lie above 5.
    expect(card.aperiodic[0]!.decided).toBe(0.5);
    expect(card.aperiodic[0]!.truePositives).toBe(0.01);
  });

  it('measures the period of what was detected, by jitter', () => {
    // 60 s said: right for 60 and for 65 (7.7 % off), wrong for 67 (10.4 % off).
    expect(card.periods).toEqual([
      { jitter: 'to 5 %', detected: 0, right: null },
      { jitter: '5 to 15 %', detected: 2, right: 1 },
      { jitter: '15 to 30 %', detected: 2, right: 0.5 },
      { jitter: 'above 30 %', detected: 0, right: null },
    ]);
  });

  it('is the same over threads as in one', async () => {
    const cells = ['poisson', 'fixed period', 'chat'].map((name) => ({
      ...{ set: 'development' as const, family: name, windowSeconds: 900, series: 3, methods: ['RITA v5'], seed: null },
    }));
    const untimed = (all: readonly JudgedFamily[]): unknown =>
      all.map(({ byMethod, ...rest }) => ({ ...rest, scores: byMethod['RITA v5']!.scores }));
    const order: number[] = [];
    const spread = await judgeCells(cells, 2, (finished) => order.push(finished));
    expect(untimed(spread)).toEqual(untimed(await judgeCells(cells, 1, () => undefined)));
    expect(order).toEqual([1, 2, 3]);
  });
});

describe('growth', () => {
  it('is the exponent of a power law', () => {
    expect(exponentOf([10, 100, 1000].map((n) => [n, 3 * n ** 1.5]))).toBeCloseTo(1.5, 9);
  });
});

describe('real series', () => {
  const real = {
    ...{ id: '<b>x</b>', label: 'benign' as const, tier: 'B', family: 'a & b', windowSeconds: 640 },
    ...{
      t: Array.from({ length: 10 }, (_, i) => i * 60),
      up: Array<number>(10).fill(1),
      down: Array<number>(10).fill(1),
    },
  };

  it('are drawn one figure each, with what was said, and names escaped', () => {
    const html = page([{ series: real, cadence: judgeSeries(real, Tunables.parse({})) }]);
    expect(html.match(/<figure/g)).toHaveLength(1);
    expect(html).toContain('period 60.00 s');
    expect(html).not.toContain('<b>x');
    // Ten starts twice, the last row's left copy included, and nine intervals.
    expect(html.match(/<circle/g)).toHaveLength(29);
  });

  it('are absent where the file is; a line that is not a series is named', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sleeptalk-real-'));
    try {
      expect(readReal(join(folder, 'none.ndjson'))).toBeNull();
      const file = join(folder, 'series.ndjson');
      writeFileSync(file, `${JSON.stringify(real)}\n{"id":"y"}\n`);
      expect(() => readReal(file)).toThrow(/line 2: not a series/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
