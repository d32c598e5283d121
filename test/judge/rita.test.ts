import { describe, expect, it } from 'vitest';
import { bowley, ritaScore } from '../../workers/judge/rita.ts';

const at = (times: readonly number[], sizes: readonly number[] = times.map(() => 412)) =>
  times.map((seconds, i) => ({ seconds, upBytes: sizes[i]! }));

describe("RITA v5's beacon score", () => {
  it('12 beats every 300 s of 412 bytes in one hour: 0.979', () => {
    // ts: gaps all 300, skew 1, mad 1 -> 1. ds: 1. hist: 24 bins of 150 s, 12 bars of height 1; cv = 1 - 0.5/0.5 = 0;
    // bimodal 12 / 11 -> 1. dur: 12 bars; coverage 3300/3600 = 0.917 (rounded up), run 1/12.
    // 0.25 * (1 + 1 + 1 + 0.917) = 0.97925
    const times = Array.from({ length: 12 }, (_, i) => i * 300);
    expect(ritaScore(at(times), { fromSeconds: 0, toSeconds: 3600 })).toBe(0.979);
  });

  it('gaps of 100 to 500 s in 40 min: 0.6145', () => {
    // ts: Q1 150, Q2 300, Q3 450, k = 0; MAD 100, mad (300 - 100)/300 = 0.667; (1 + 0.667)/2 = 0.833.
    // ds: median 10 = Q1, so skew 1; MAD 0, mad 1 -> 1. hist: 6 bars of 24, cv < 0 -> 0, fewer than 11 bars.
    // dur: 6 bars; coverage 1500/2400 = 0.625, run 2/12. 0.25 * (0.833 + 1 + 0 + 0.625) = 0.6145
    const beats = at([0, 100, 300, 600, 1000, 1500], [10, 10, 10, 10, 10, 100]);
    expect(ritaScore(beats, { fromSeconds: 0, toSeconds: 2400 })).toBeCloseTo(0.6145, 2);
  });

  it.each([
    ['three timestamps', [0, 10, 20]],
    ['two gaps that are not zero', [0, 0, 10, 10, 20]],
    ['gaps within one second', [0.1, 0.2, 0.3, 0.4, 0.5]],
  ])('%s: none', (_, times) => {
    expect(ritaScore(at(times), { fromSeconds: 0, toSeconds: 100 })).toBeNull();
  });
});

describe("Bowley's skewness", () => {
  it.each([
    // Q1 10, Q2 20, Q3 100: (10 + 100 - 40) / 90
    [[10, 20, 100], 70 / 90],
    // Q3 - Q1 = 8 < 10
    [[10, 12, 18], 0],
    // Q2 = Q1
    [[10, 10, 100], 0],
    // halves [1, 2] and [40, 50] without the middle 30: (1.5 + 45 - 60) / 43.5
    [[1, 2, 30, 40, 50], -13.5 / 43.5],
  ])('of %j', (values, expected) => {
    expect(bowley(values)).toBeCloseTo(expected, 10);
  });
});
