import { describe, expect, it } from 'vitest';
import { areaUnderCurve, shareAbove, thresholdAt } from '../../bench/cadence/measure/rank.ts';

describe('area under the curve', () => {
  it.each([
    ['every positive above every negative', [3, 4], [1, 2], 1],
    ['every positive below', [1, 2], [3, 4], 0],
    // Pairs: 2>1, 2>0, 5>1, 5>0, 2<3, 5>3: five of six.
    ['five of six pairs in order', [2, 5], [1, 0, 3], 5 / 6],
    // 1=1 counts half, 1>0 one, 2>1 one, 2>0 one: 3.5 of 4.
    ['ties count half', [1, 2], [0, 1], 3.5 / 4],
    // null is lowest: null=null half, null<1 none, 2>null one, 2>1 one: 2.5 of 4.
    ['no score ranks lowest and ties with no score', [null, 2], [null, 1], 2.5 / 4],
  ])('%s', (_, positives, negatives, expected) => {
    expect(areaUnderCurve(positives, negatives)).toBeCloseTo(expected, 12);
  });

  it('is absent without negatives', () => {
    expect(areaUnderCurve([1], [])).toBeNull();
    expect(areaUnderCurve([], [1])).toBeNull();
  });
});

describe('true positives at 1 % false positives', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1);

  it('lets one of a hundred negatives through', () => {
    // 1 to 100: above 99 lies only 100.
    expect(thresholdAt(hundred, 0.01)).toBe(99);
    expect(shareAbove(hundred, thresholdAt(hundred, 0.01))).toBe(0.01);
    expect(shareAbove([98, 99, 99.5, 200], 99)).toBe(0.5);
  });

  it('lets none of fifty through', () => {
    expect(thresholdAt(hundred.slice(0, 50), 0.01)).toBe(50);
  });

  it('lets fewer through where the highest tie', () => {
    const tied = hundred.map((value) => Math.min(value, 90));
    expect(thresholdAt(tied, 0.01)).toBe(90);
    expect(shareAbove(tied, 90)).toBe(0);
  });

  it('never counts a series without a score as found', () => {
    expect(thresholdAt([null, null], 0.01)).toBe(-Infinity);
    expect(shareAbove([null, -5], -Infinity)).toBe(0.5);
  });
});
