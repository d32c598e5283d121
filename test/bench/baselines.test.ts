import { describe, expect, it } from 'vitest';
import { autocorrelation, powerSpectrum } from '../../bench/cadence/baselines/fourier.ts';
import { mixtureMeans } from '../../bench/cadence/baselines/mixture.ts';
import { gridOf, walkGrid } from '../../bench/cadence/baselines/spectrum.ts';
import { burstStarts } from '../../bench/cadence/baselines/starts.ts';
import { renewal } from '../../bench/cadence/generator/family.ts';
import { randomFor } from '../../bench/cadence/generator/random.ts';
import { METHODS } from '../../bench/cadence/methods.ts';
import { areaUnderCurve } from '../../bench/cadence/measure/rank.ts';

const seen = (t: readonly number[]) => ({ t, up: t.map(() => 400), down: t.map(() => 900), windowSeconds: 900 });
const every = (period: number, from = 3): number[] =>
  Array.from({ length: Math.floor((900 - from) / period) }, (_, i) => from + i * period);
const byChance = (index: number): number[] => {
  const random = randomFor(5, ['by chance', index]);
  return renewal(random, 900, () => random.exponential(30));
};

describe('every method', () => {
  it.each(METHODS.map((method) => [method.name, method] as const))('%s ranks a clock above chance', (_, method) => {
    const clocks = [20, 25, 31, 40, 47].map((period) => method.judge(seen(every(period))).score);
    const chances = Array.from({ length: 20 }, (_unused, index) => method.judge(seen(byChance(index))).score);
    expect(areaUnderCurve(clocks, chances)).toBeGreaterThan(0.9);
    // The same again: nothing is drawn anew.
    expect([20, 25, 31, 40, 47].map((period) => method.judge(seen(every(period))).score)).toEqual(clocks);
  });

  it.each(METHODS.map((method) => [method.name, method] as const))('%s gives no score for two starts', (_, method) => {
    expect(method.judge(seen([10, 70])).score).toBeNull();
    expect(method.judge(seen([])).score).toBeNull();
  });

  it.each(['CV merged', 'Lomb-Scargle', 'BAYWATCH', 'H-test', 'Elastic rule', 'sleeptalk'])(
    '%s gives the period of a clock, or a multiple of its frequency',
    (name) => {
      const method = METHODS.find((one) => one.name === name)!;
      const period = method.judge(seen(every(40))).periodSeconds!;
      const harmonic = Math.max(1, Math.round(40 / period));
      expect(Math.abs((period * harmonic) / 40 - 1)).toBeLessThan(0.05);
    },
  );
});

describe('the parts of the baselines', () => {
  it('a burst is what starts within the gap after the start before', () => {
    // 0, 1, 5 hang together (1 and 4 s apart); 11 follows after exactly 6 s, so it is new.
    expect(burstStarts([0, 1, 5, 11, 30], 6)).toEqual([0, 11, 30]);
  });

  it('the power of a sine lies at its frequency', () => {
    // 8 cycles in 64 samples; of 64, so at index 8.
    const power = powerSpectrum(Array.from({ length: 64 }, (_, i) => Math.sin((2 * Math.PI * 8 * i) / 64)));
    expect(power.indexOf(Math.max(...power))).toBe(8);
  });

  it('autocorrelation by Fourier equals its definition', () => {
    const signal = [1, 0, 2, 5, 1, 0, 3, 4];
    const centred = signal.map((value) => value - 2);
    const at = (lag: number): number => centred.reduce((sum, value, i) => sum + value * (centred[i + lag] ?? 0), 0);
    const related = autocorrelation(signal);
    for (let lag = 0; lag < signal.length; lag++) expect(related[lag]).toBeCloseTo(at(lag) / at(0), 9);
  });

  it('sums over the grid equal sines and cosines of the phases', () => {
    const starts = [2, 11.5, 30.2, 47, 80];
    const grid = gridOf(78)!;
    let steps = 0;
    walkGrid(starts, grid, 3, (cosines, sines, frequency) => {
      for (let k = 1; k <= 3; k++) {
        const phases = starts.map((at) => 2 * Math.PI * k * frequency * (at - 2));
        expect(cosines[k - 1]).toBeCloseTo(
          phases.reduce((sum, phase) => sum + Math.cos(phase), 0),
          8,
        );
        expect(sines[k - 1]).toBeCloseTo(
          phases.reduce((sum, phase) => sum + Math.sin(phase), 0),
          8,
        );
      }
      steps += 1;
    });
    expect(steps).toBe(grid.count);
  });

  it('a mixture of gaps of 10 and 60 s has these means', () => {
    const random = randomFor(3, ['mixture']);
    const gaps = Array.from({ length: 200 }, (_, i) => (i % 4 === 0 ? 60 : 10) + random.normal());
    const means = [...mixtureMeans(gaps, 3)].sort((a, b) => a - b);
    expect(means[0]).toBeCloseTo(10, 0);
    expect(means.at(-1)).toBeCloseTo(60, 0);
  });
});
