import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baselineOf, sizesOf } from '../../workers/judge/baseline.ts';
import { chanceOfExceeding, chanceOfFaster, chanceOfFewer, chanceOfMore } from '../../workers/judge/baseline-chance.ts';
import { judge } from '../../workers/judge/report.ts';
import { declares, exchange, HOUR, inputOf, MINUTE, session } from './scenario.ts';

describe('the chance of so many more sessions', () => {
  const rate = (sessions: number, minutes: number) => ({ sessions, durationMs: minutes * MINUTE });

  it.each([
    // All 5 of 5 in the second of two equal runs: 1 / 2^5.
    ['5 after none in equal times', [{ then: rate(0, 50), now: rate(5, 50) }], 1, 1 / 32],
    // 3 of 4: (4 + 1) / 16.
    ['3 after 1', [{ then: rate(1, 50), now: rate(3, 50) }], 1, 5 / 16],
    // Both of 2, in a run three times as long: (3 / 4)^2.
    ['2 after none in three times the time', [{ then: rate(0, 10), now: rate(2, 30) }], 1, 9 / 16],
    ['none in both', [{ then: rate(0, 50), now: rate(0, 50) }], 1, 1],
    ['a phase that the first was not watched in', [{ then: rate(0, 0), now: rate(9, 50) }], 1, 1],
    // In bursts of two, 6 sessions are 3 occasions: 1 / 2^3.
    ['6 after none, in bursts of two', [{ then: rate(0, 50), now: rate(6, 50) }], 2, 1 / 8],
  ] as const)('%s', (_what, phases, dispersion, expected) => {
    expect(chanceOfMore(phases, dispersion)).toBeCloseTo(expected, 9);
  });
});

describe('the chance of sizes beyond an approved one', () => {
  it.each([
    // The 3 largest of 6 are the 3 new ones: 1 of C(6, 3) = 20 orders.
    [3, 3, 1, 3, 1 / 20],
    // At least one of 3 is the largest of 6: 3 / 6.
    [1, 3, 1, 3, 1 / 2],
    // 2 and more of 2 above the second largest of 4: of C(6, 2) = 15 places of the new ones, ranks 1-3 without both old
    // ones above: the new take 2 of the first 3 places, 3 ways.
    [2, 2, 2, 4, 3 / 15],
    [0, 5, 1, 5, 1],
  ])('%i of %i beyond rank %i of %i', (beyond, fresh, rank, before, expected) => {
    expect(chanceOfExceeding(beyond, fresh, rank, before)).toBeCloseTo(expected, 9);
  });

  it('is a probability that falls as more go beyond, for runs of any length', () => {
    const counts = fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 3000 }));
    fc.assert(
      fc.property(counts, fc.double({ min: 0, max: 1, noNaN: true }), ([fresh, before], share) => {
        const beyond = Math.floor(share * fresh);
        const rank = Math.max(1, Math.ceil(before / 4));
        const here = chanceOfExceeding(beyond, fresh, rank, before);
        expect(here).toBeGreaterThanOrEqual(0);
        expect(here).toBeLessThanOrEqual(1);
        expect(chanceOfExceeding(beyond + 1, fresh, rank, before)).toBeLessThanOrEqual(here + 1e-9);
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});

describe('the chance that a period is shorter by measurement error', () => {
  const rhythm = (periodMs: number | null, jitter = 0.1, beats = 10) => ({ periodMs, jitter, beats });

  it('is half for the next shorter period, small for half of it, and one for a longer one', () => {
    expect(chanceOfFaster(rhythm(300_000), rhythm(299_999))).toBeCloseTo(0.5, 3);
    // Relative error of each: 1.2533 x 1.4826 x 0.1 / 3 = 0.0619; z = ln 2 / 0.0876 = 7.9.
    expect(chanceOfFaster(rhythm(300_000), rhythm(150_000))).toBeLessThan(1e-7);
    expect(chanceOfFaster(rhythm(300_000), rhythm(400_000))).toBe(1);
    // z = ln(300 / 270) / 0.0876 = 1.203: 11.5 %.
    expect(chanceOfFaster(rhythm(300_000), rhythm(270_000))).toBeCloseTo(0.115, 2);
  });

  it('jitter, few beats and short periods make it larger; no period makes none', () => {
    const usual = chanceOfFaster(rhythm(300_000), rhythm(270_000))!;
    expect(chanceOfFaster(rhythm(300_000, 0.3), rhythm(270_000, 0.3))).toBeGreaterThan(usual);
    expect(chanceOfFaster(rhythm(300_000, 0.1, 4), rhythm(270_000, 0.1, 4))).toBeGreaterThan(usual);
    // 50 ms of noise are a quarter of a period of 200 ms.
    expect(chanceOfFaster(rhythm(200, 0), rhythm(180, 0))).toBeGreaterThan(
      chanceOfFaster(rhythm(2e5, 0), rhythm(1.8e5, 0))!,
    );
    expect(chanceOfFaster(rhythm(null), rhythm(270_000))).toBeNull();
    expect(chanceOfFaster(rhythm(300_000), rhythm(270_000, 0, 1))).toBeNull();
  });
});

it('the chance of fewer pushes followed: of 4 at a share of 1/2, none or one are 5 of 16', () => {
  expect(chanceOfFewer(1, 4, 0.5)).toBeCloseTo(5 / 16, 9);
});

it('sizes: median, spread, the largest and the one at a quarter from the top', () => {
  // Rank ceil(5 / 4) = 2 from the top.
  expect(sizesOf([10, 50, 20, 40, 30])).toEqual({
    sessions: 5,
    median: 30,
    spread: 10,
    upperQuartile: 40,
    largest: 50,
  });
});

describe('unchanged apps', () => {
  /** A fixed sequence of numbers in [0, 1) (mulberry32, public domain, T. Ettinger). */
  function numbers(seed: number): () => number {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    };
  }

  /** Seconds of sessions from 600 to 3600; `pace` 0.5 makes them twice as many. */
  const processes = {
    timer: (random: () => number, pace: number) => chain(random() * 200, () => 200 * pace * (0.9 + 0.2 * random())),
    chance: (random: () => number, pace: number) => chain(0, () => -Math.log(1 - random()) * 150 * pace),
    bursts: (random: () => number, pace: number) => {
      const starts = chain(0, () => -Math.log(1 - random()) * 500 * pace);
      return starts.flatMap((at) => Array.from({ length: 1 + Math.floor(5 * random()) }, (_, i) => at + 15 * i));
    },
  };

  function chain(first: number, step: () => number): number[] {
    const list: number[] = [];
    for (let at = 600 + first; at < 3600; at += step()) list.push(at);
    return list;
  }

  function differ(process: keyof typeof processes, seed: number, pace: number): boolean {
    const inspection = declares('mail-sync');
    const make = (random: () => number, by: number) => {
      const at = processes[process](random, by).filter((seconds) => seconds < 3600);
      const size = (): number => Math.round(400 * Math.exp(1.5 * (random() - 0.5)));
      return session(
        HOUR,
        at.map((s) => exchange('a.example', Math.round(s * 1000), { upBytes: size(), downBytes: size() })),
      );
    };
    const approval = { by: 'N. N.', at: '2026-11-22T12:00:00Z', reason: 'test', until: null };
    const baseline = baselineOf(judge(inputOf(make(numbers(2 * seed), 1), { inspection })), approval, null);
    const report = judge(inputOf(make(numbers(2 * seed + 1), pace), { inspection, baseline }));
    return report.baseline!.differences.some(({ decides }) => decides);
  }

  const share = (process: keyof typeof processes, pace: number): number => {
    const seeds = Array.from({ length: 60 }, (_, i) => i + 1);
    return seeds.filter((seed) => differ(process, seed, pace)).length / seeds.length;
  };

  it.each([
    ['timer', 0],
    ['chance', 0.05],
    ['bursts', 0.05],
  ] as const)('with sessions by %s: at most %d of the pairs depart', (process, most) => {
    expect(share(process, 1)).toBeLessThanOrEqual(most);
  });

  it('at twice the pace a timer is always found, and sessions by chance now and then', () => {
    expect(share('timer', 0.5)).toBe(1);
    expect(share('chance', 0.5)).toBeGreaterThan(0.05);
  });
});
