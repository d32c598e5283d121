import { describe, expect, it } from 'vitest';
import { uniformFrom } from '../../scripts/calibrate/draws.ts';
import { judgeSeries } from '../../workers/judge/series.ts';
import { tunables } from './scenario.ts';

const judged = (t: readonly number[]) => judgeSeries({ t, windowSeconds: null }, tunables);

/** Times whose gaps are so many seconds, each off by up to a share of it. */
function beating(seconds: readonly number[], jitter: number, seed: number): number[] {
  const uniform = uniformFrom(seed);
  let at = 0;
  return [0, ...seconds.map((gap) => (at += gap * (1 + jitter * (2 * uniform() - 1))))];
}

const times = (count: number, seconds: number): number[] => Array.from({ length: count }, () => seconds);

describe('a timer that changes its rate once', () => {
  it('is periodic, with the period of the longer part first and the other after it', () => {
    const cadence = judged(beating([...times(8, 70), ...times(14, 25)], 0.15, 3));
    expect(cadence.kind).toBe('periodic');
    expect(cadence.periodMs! / 25_000).toBeCloseTo(1, 0);
    expect(cadence.periodsMs.some((ms) => Math.abs(ms / 70_000 - 1) < 0.1)).toBe(true);
  });

  it('is no person who is quick at first and slow later', () => {
    const uniform = uniformFrom(5);
    const pace = (median: number): number => median * Math.exp(0.6 * (2 * uniform() - 1) * 1.7);
    const passing = Array.from({ length: 60 }, () => {
      const gaps = [...times(9, 20), ...times(9, 60)].map(pace);
      return judged(beating(gaps, 0, 1)).structured;
    });
    expect(passing.filter(Boolean).length).toBeLessThanOrEqual(6);
  });
});

describe('a timer that misses beats and pauses', () => {
  it('is structured, at its own period', () => {
    const cadence = judged(beating([40, 80, 40, 40, 120, 40, 80, 40, 600, 40, 40, 80, 40], 0.1, 11));
    expect(cadence.structured).toBe(true);
    expect(Math.abs(cadence.periodMs! / 40_000 - 1)).toBeLessThan(0.1);
  });

  it('is no request with what always follows it, again and again after hours', () => {
    const gaps = Array.from({ length: 12 }, (_, i) => [6.4, 900 + 700 * (i % 5)]).flat();
    expect(judged(beating(gaps, 0.04, 2)).structured).toBe(false);
  });
});
