import { describe, expect, it } from 'vitest';
import { randomFor, type Random } from '../../bench/cadence/generator/random.ts';

const drawn = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.uniform());
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
function variance(values: readonly number[]): number {
  const centre = mean(values);
  return mean(values.map((value) => (value - centre) ** 2));
}

describe('a stream of randomness', () => {
  it('is the same for the same path, another for any other', () => {
    const first = drawn(randomFor(7, ['development', 'poisson', 900, 0]), 50);
    expect(drawn(randomFor(7, ['development', 'poisson', 900, 0]), 50)).toEqual(first);
    for (const other of [
      randomFor(8, ['development', 'poisson', 900, 0]),
      randomFor(7, ['held-out', 'poisson', 900, 0]),
      randomFor(7, ['development', 'poisson', 900, 1]),
      // 90 and 00 do not run together to 900 and 0.
      randomFor(7, ['development', 'poisson', 90, '00']),
    ]) {
      expect(drawn(other, 50).filter((value) => first.includes(value))).toEqual([]);
    }
  });

  it.each([
    ['uniform', (r: Random) => r.uniform(), 1 / 2, 1 / 12],
    ['normal', (r: Random) => r.normal(), 0, 1],
    ['exponential of mean 3', (r: Random) => r.exponential(3), 3, 9],
    // Gamma of shape k and mean m: variance m^2 / k.
    ['gamma of shape 2.5 and mean 4', (r: Random) => r.gamma(2.5, 4), 4, 6.4],
    ['gamma of shape 0.5 and mean 1', (r: Random) => r.gamma(0.5, 1), 1, 2],
    // Log-normal of median 1: mean exp(sigma^2 / 2) = 1.0645, variance (exp(0.125) - 1) exp(0.125) = 0.15088.
    ['log-normal of median 1 and sigma 0.3536', (r: Random) => r.logNormal(1, Math.sqrt(0.125)), 1.0645, 0.1509],
    // Log-uniform from 1 to e: mean e - 1, variance (e^2 - 1) / 2 - (e - 1)^2.
    ['log-uniform from 1 to e', (r: Random) => r.logWithin([1, Math.E]), Math.E - 1, 0.242],
  ])('%s has its mean and variance', (name, draw, expectedMean, expectedVariance) => {
    const random = randomFor(1, ['moments', name]);
    const values = Array.from({ length: 40_000 }, () => draw(random));
    // Four standard errors of the mean; the variances of these laws are known to a tenth from so many.
    expect(Math.abs(mean(values) - expectedMean)).toBeLessThan(4 * Math.sqrt(expectedVariance / values.length));
    expect(Math.abs(variance(values) / expectedVariance - 1)).toBeLessThan(0.1);
  });

  it('draws whole numbers from both ends of the range', () => {
    const random = randomFor(1, ['counts']);
    const seen = new Set(Array.from({ length: 500 }, () => random.count([2, 5])));
    expect([...seen].sort()).toEqual([2, 3, 4, 5]);
  });
});
