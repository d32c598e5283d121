import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jitterSequence } from '../../orchestrator/contract/behaviour.ts';
import { betaBinomialTail, leastTailProbability } from '../../workers/judge/coupling-null.ts';
import { couplingTest } from '../../workers/judge/coupling.ts';
import { binomialTail } from '../../workers/judge/numbers.ts';
import type { Span } from '../../workers/judge/timeline.ts';

const HOUR_MS = 3_600_000;
const SPANS = [{ fromMs: 0, toMs: HOUR_MS }];
type Spans = readonly Span[];
const SKEW = { skewMs: 1000 };

/** Neighbouring small seeds of the sequence begin alike: spread them, and leave the first numbers out. */
function uniform(seed: number): () => number {
  const sequence = jitterSequence(Math.imul(seed, 0x9e3779b1) >>> 1);
  for (let i = 0; i < 3; i++) sequence.next();
  return () => sequence.next().value;
}

const times = (random: () => number, count: number): number[] =>
  Array.from({ length: count }, () => random() * HOUR_MS);

function shareFound(
  cases: number,
  make: (random: () => number) => readonly [number[], number[]],
  spans: readonly Span[] = SPANS,
): number {
  let found = 0;
  for (let seed = 1; seed <= cases; seed++) {
    const [pushes, sessions] = make(uniform(seed));
    if (couplingTest(pushes, sessions, spans, SKEW).significant) found++;
  }
  return found / cases;
}

/** One session after each push but a missed share, at a uniform lag. */
function answers(random: () => number, pushes: readonly number[], missed: number, longestMs: number): number[] {
  return pushes.flatMap((push) => (random() < missed ? [] : [push + random() * longestMs]));
}

describe('the test of coupling', () => {
  it('finds six pushes answered within 10 s, one in ten missed, beside a session every five minutes', () => {
    const found = shareFound(60, (random) => {
      const pushes = times(random, 6);
      return [pushes, [...answers(random, pushes, 0.1, 10_000), ...times(random, 12)]];
    });
    expect(found).toBeGreaterThanOrEqual(0.95);
  });

  it('finds answers that take up to a minute, where there is little else', () => {
    const found = shareFound(40, (random) => {
      const pushes = times(random, 8);
      return [pushes, answers(random, pushes, 0.1, 60_000)];
    });
    expect(found).toBeGreaterThanOrEqual(0.95);
  });

  it('finds answers that always take 20 s beside a session a minute', () => {
    const found = shareFound(40, (random) => {
      const pushes = times(random, 12);
      return [pushes, [...pushes.map((push) => push + 19_500 + 1000 * random()), ...times(random, 60)]];
    });
    expect(found).toBeGreaterThanOrEqual(0.95);
  });

  const PHASES = [
    { fromMs: 0, toMs: HOUR_MS / 5 },
    { fromMs: HOUR_MS / 5, toMs: HOUR_MS },
  ];
  it.each<readonly [string, (random: () => number) => readonly [number[], number[]], Spans]>([
    ['at random', (random) => [times(random, 10), times(random, 60)], SPANS],
    [
      'in bursts',
      (random) => [
        times(random, 10),
        times(random, 12).flatMap((at) => Array.from({ length: 8 }, () => at + 20_000 * random())),
      ],
      SPANS,
    ],
    [
      'on timers of one period',
      (random) => {
        const [first, second] = [random() * 360_000, random() * 360_000];
        const beat = (from: number): number[] => Array.from({ length: 10 }, (_, i) => from + i * 360_000);
        return [beat(first), beat(second)];
      },
      SPANS,
    ],
    [
      'mostly in the first phase',
      (random) => [
        times(random, 10).map((at, i) => (i < 8 ? at / 5 : at)),
        times(random, 60).map((at, i) => (i < 50 ? at / 5 : at)),
      ],
      PHASES,
    ],
  ])('finds nothing between pushes and sessions that come %s', (_, make, spans) => {
    // At a rate of 1 %, 5 of 200 and more has a probability of 5 %; the cases are the same in every run.
    expect(shareFound(200, make, spans)).toBeLessThanOrEqual(0.02);
  });

  it('does not count a session that comes before its push, but for the skew of the clocks', () => {
    const random = uniform(3);
    const pushes = times(random, 12);
    const before = (ms: number) =>
      couplingTest(
        pushes,
        pushes.map((push) => push - ms),
        SPANS,
        SKEW,
      );
    expect(before(5_000).significant).toBe(false);
    expect(before(800)).toMatchObject({ significant: true, coupled: 12 });
  });

  it('takes a burst of pushes answered once for one answer', () => {
    const pushes = Array.from({ length: 8 }, (_, i) => 1_000_000 + 100 * i);
    expect(couplingTest(pushes, [1_002_000, 2_500_000], SPANS, SKEW).significant).toBe(false);
  });

  it('says nothing without pushes, and nothing is coupled without sessions', () => {
    expect(couplingTest([], [1, 2, 3], SPANS, SKEW)).toMatchObject({ pushes: 0, pValue: null, lag: null });
    expect(couplingTest([5, 6], [], SPANS, SKEW)).toMatchObject({ pushes: 2, coupled: 0, pValue: 1, lag: null });
    expect(couplingTest([HOUR_MS + 1], [HOUR_MS + 2], SPANS, SKEW).pushes).toBe(0);
  });

  it('does not depend on the order of the times, nor on when the hour began', () => {
    const anyTimes = fc.array(fc.integer({ min: 0, max: HOUR_MS - 1 }), { maxLength: 12 });
    fc.assert(
      fc.property(anyTimes, anyTimes, fc.integer({ min: 0, max: 1000 }), (pushes, sessions, hours) => {
        const moved = (at: number): number => at + hours * HOUR_MS;
        const plain = couplingTest(pushes, sessions, SPANS, SKEW);
        const spans = [{ fromMs: moved(0), toMs: moved(HOUR_MS) }];
        const other = couplingTest(pushes.map(moved).reverse(), sessions.map(moved).reverse(), spans, SKEW);
        expect(other.pValue ?? -1).toBeCloseTo(plain.pValue ?? -1, 6);
        expect(other.coupled).toBe(plain.coupled);
      }),
      { numRuns: 25 },
    );
  });
});

describe('the nulls', () => {
  it('of one window is the binomial itself', () => {
    const level = binomialTail(4, 6, 0.2);
    expect(leastTailProbability(level, 6, [0.2])).toBeCloseTo(level, 12);
  });

  it('of two windows lies between one and twice the level', () => {
    // m = 2, chances 0.1 and 0.3, level 0.09: critical are 2 of 2 (0.01) and 2 of 2 (0.09); the first implies the second.
    expect(leastTailProbability(0.09, 2, [0.1, 0.3])).toBeCloseTo(0.09, 12);
    // level 0.19: 1 of 2 (0.19) or 2 of 2 (0.09). Not the first and yet the second: 0.9² x (2/9)² = 0.04; 0.19 + 0.04.
    expect(leastTailProbability(0.19, 2, [0.1, 0.3])).toBeCloseTo(0.23, 12);
  });

  it.each([
    // rho 0: binomial, 0.3³; rho 1: all or none, 0.3
    [3, 3, 0.3, 0, 0.027],
    [3, 3, 0.3, 1, 0.3],
    // rho 1/3 at p 1/2 is Beta(1, 1): every count is as likely, 1 / 4
    [3, 3, 0.5, 1 / 3, 0.25],
    [2, 3, 0.5, 1 / 3, 0.5],
  ])('P(X >= %d of %d at %d, correlated by %d) = %d', (k, m, p, rho, expected) => {
    expect(betaBinomialTail(k, m, p, rho)).toBeCloseTo(expected, 9);
  });
});
