import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uniformFrom } from '../../scripts/calibrate/draws.ts';
import { judgeSeries } from '../../workers/judge/series.ts';
import { tunables } from './scenario.ts';

const RUNS = { seed: 20_261_122, numRuns: 300 };

/** Any times at all, in whole milliseconds, in seconds: often equal, often in bursts, often far apart. */
const times = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 20_000 }),
      fc.integer({ min: 0, max: 3_600_000 }),
      fc.integer({ min: 0, max: 1_000_000_000 }),
    ),
    { maxLength: 80 },
  )
  .map((list) => list.map((ms) => ms / 1000));

/**
 * A sleeping timer whose intervals are off by up to a share of the period, some beats missed, strangers between; the next
 * beat is due at `next`.
 */
const beacon = (jitter: number) =>
  fc
    .record({
      period: fc.integer({ min: 10_000, max: 400_000 }).map((ms) => ms / 1000),
      off: fc.array(fc.double({ min: -jitter, max: jitter, noNaN: true }), { minLength: 5, maxLength: 70 }),
      missed: fc.array(fc.integer({ min: 0, max: 69 }), { maxLength: 8 }),
      strangers: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }),
    })
    .map(({ period, off, missed, strangers }) => {
      let last = 0;
      const all = [0, ...off.map((share) => (last += period * (1 + share)))];
      const beats = all.filter((_, i) => i === all.length - 1 || !missed.includes(i));
      const t = [...beats, ...strangers.map((share) => share * last)].map((at) => Math.round(at * 1000) / 1000);
      return { t, next: Math.round((last + period) * 1000) / 1000, windowSeconds: last + 2 * period };
    });

const judged = (t: readonly number[], windowSeconds: number | null = null) =>
  judgeSeries({ t, windowSeconds }, tunables);

describe('whatever the series', () => {
  it('the order of its times does not matter', () => {
    const shuffled = times.chain((t) => {
      return fc.record({ t: fc.constant(t), other: fc.shuffledSubarray(t, { minLength: t.length }) });
    });
    fc.assert(
      fc.property(shuffled, ({ t, other }) => {
        expect(judged(other)).toEqual(judged(t));
      }),
      RUNS,
    );
  });

  it('shifting all times changes nothing, by a second or by thirty years', () => {
    fc.assert(
      fc.property(times, fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }), (t, shift) => {
        expect(judged(t.map((at) => at + shift))).toEqual(judged(t));
      }),
      RUNS,
    );
  });

  it('sizes follow their times through any order, and do not move the score', () => {
    fc.assert(
      fc.property(times, (t) => {
        const up = t.map((at) => 100 + Math.round(at % 7));
        const forth = judgeSeries({ t, up, down: up, windowSeconds: null }, tunables);
        const back = judgeSeries(
          { t: [...t].reverse(), up: [...up].reverse(), down: [...up].reverse(), windowSeconds: null },
          tunables,
        );
        expect(back.score).toBe(forth.score);
        expect(forth.score).toBe(judged(t).score);
        // Equal times may be swapped, but they are one beat, so that its bytes are the same.
        expect(back.evidence).toEqual(forth.evidence);
      }),
      RUNS,
    );
  });

  it('no number is NaN or infinite, and shares are shares', () => {
    fc.assert(
      fc.property(times, fc.option(fc.double({ min: 0, max: 1e9, noNaN: true })), (t, windowSeconds) => {
        const cadence = judged(t, windowSeconds);
        const { score, periodMs, jitter, missedRate, coverage, dutyCycle, clutter, rita, cycle, periodsMs } = cadence;
        const rows = cadence.evidence.flatMap(({ value, threshold }) => [value, threshold]);
        const lengths = [cycle?.onMs ?? null, cycle?.offMs ?? null, ...periodsMs];
        for (const one of [score, periodMs, jitter, ...lengths, ...rows]) {
          if (one !== null) expect(Number.isFinite(one)).toBe(true);
        }
        for (const share of [missedRate, coverage, dutyCycle, clutter, rita]) {
          if (share !== null) expect(share >= 0 && share <= 1).toBe(true);
        }
      }),
      RUNS,
    );
  });
});

/** By how much one more beat on the period lowers the score; null where there was no cadence to hold. */
function loss({
  t,
  next,
  windowSeconds,
}: {
  t: readonly number[];
  next: number;
  windowSeconds: number;
}): number | null {
  const before = judged(t, windowSeconds);
  return before.structured === true ? before.score! - judged([...t, next], windowSeconds).score! : null;
}

describe('one more beat on the period', () => {
  it('never lowers the score of a timer that keeps to 1 %, with missed beats and strangers', () => {
    fc.assert(
      fc.property(beacon(0.01), (series) => {
        expect(loss(series) ?? 0).toBeLessThanOrEqual(0.002);
      }),
      { ...RUNS, numRuns: 1_000 },
    );
  });

  it('costs a timer of 10 % jitter less than a point, even where an exact clock has just had its one late beat', () => {
    fc.assert(
      fc.property(beacon(0.1), (series) => {
        expect(loss(series) ?? 0).toBeLessThan(1);
      }),
      { ...RUNS, numRuns: 1_000 },
    );
  });

  it('lowers fewer than 1 in 100 scores of timers with 20 % jitter, by less than a tenth', () => {
    const uniform = uniformFrom(7);
    const losses = Array.from({ length: 500 }, () => {
      const period = 10 + 300 * uniform();
      const count = 6 + Math.floor(60 * uniform());
      let last = 0;
      const t = [0, ...Array.from({ length: count }, () => (last += period * (0.8 + 0.4 * uniform())))];
      return loss({ t, next: last + period, windowSeconds: last + 2 * period });
    }).filter((one) => one !== null);
    expect(losses.length).toBeGreaterThan(400);
    expect(losses.filter((one) => one > 0.002).length / losses.length).toBeLessThan(0.01);
    expect(Math.max(...losses)).toBeLessThan(0.1);
  });
});
