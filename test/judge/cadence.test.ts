import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jitterSequence } from '../../orchestrator/contract/behaviour.ts';
import { cadenceOf } from '../../workers/judge/cadence.ts';
import { rhythmOf } from '../../workers/judge/interval.ts';
import { mergeExchanges, type Exchange } from '../../workers/judge/sessions.ts';
import { MINUTE, tunables } from './scenario.ts';

const HOUR_MS = 60 * MINUTE;
const whole = [{ fromMs: 0, toMs: HOUR_MS }];

function at(seconds: number, more: Partial<Exchange> = {}): Exchange {
  const startMs = Math.round(seconds * 1000);
  const rest = { upBytes: 400, downBytes: 300, forced: false, attempt: false, failed: false, line: startMs };
  return { startMs, endMs: startMs, ...rest, attribution: 'certain', protocol: 'https', connection: null, ...more };
}

function series(seconds: readonly number[]): Exchange[] {
  return seconds.map((one) => at(one));
}

/** Sleep with uniform jitter, as an implant sleeps: each interval is period x (1 ± jitter). */
function sleeper(count: number, period: number, jitter: number, seed: number, dropRate = 0): number[] {
  const random = jitterSequence(seed);
  const starts: number[] = [];
  let time = 5;
  for (let i = 0; i < count; i++) {
    time += period * (1 + jitter * (2 * random.next().value - 1));
    if (random.next().value >= dropRate) starts.push(time);
  }
  return starts;
}

function poisson(count: number, scale: number, seed: number): number[] {
  const random = jitterSequence(seed);
  let time = 0;
  return Array.from({ length: count }, () => (time += -scale * Math.log(1 - random.next().value)));
}

describe('cadence of a channel', () => {
  it('four beats are too few: no score, no denial', () => {
    const cadence = cadenceOf(series([0, 300, 600, 900]), whole, tunables);
    expect(cadence).toMatchObject({
      kind: 'too-few-beats',
      beats: 4,
      score: null,
      structured: null,
      reason: 'too-few-beats',
    });
    expect(cadence.evidence[0]).toMatchObject({ name: 'minimumBeats', value: 4, threshold: 5 });
  });

  it('twelve beats every 300 s: period 300 s, nothing missed, all the hour covered', () => {
    const cadence = cadenceOf(series(Array.from({ length: 12 }, (_, i) => i * 300)), whole, tunables);
    // coverage: (3300 + 300) / 3600 = 1; RITA's score worked by hand in rita.test.ts
    expect(cadence).toMatchObject({
      kind: 'periodic',
      structured: true,
      periodMs: 300_000,
      jitter: 0,
      missedRate: 0,
      coverage: 1,
      rita: 0.979,
    });
  });

  it.each([
    ['5 % jitter', sleeper(40, 60, 0.05, 3), 'periodic'],
    ['20 % jitter', sleeper(30, 60, 0.2, 3), 'periodic'],
    ['a quarter of the beats dropped', sleeper(60, 60, 0.05, 3, 0.25), 'periodic'],
    ['three requests a beat', sleeper(20, 120, 0.05, 3).flatMap((t) => [t, t + 0.4, t + 1.5]), 'periodic'],
    [
      'two bursts of beats with 20 min between',
      [...sleeper(15, 30, 0.05, 3), ...sleeper(15, 30, 0.05, 4).map((t) => t + 1650)],
      'on-off',
    ],
    ['doubling intervals', [0, 10, 30, 70, 150, 310, 630, 1270, 2550], 'back-off'],
  ])('%s is structured', (_, starts, kind) => {
    expect(cadenceOf(series(starts), whole, tunables)).toMatchObject({ structured: true, kind });
  });

  it('a beacon among twelve other sessions on its host keeps its period', () => {
    const random = jitterSequence(9);
    const others = Array.from({ length: 12 }, () => random.next().value * 2400);
    const starts = [...sleeper(40, 60, 0.03, 3), ...others].sort((a, b) => a - b);
    const cadence = cadenceOf(series(starts), whole, tunables);
    expect(cadence.structured).toBe(true);
    expect(Math.abs(cadence.periodMs! - 60_000)).toBeLessThan(6_000);
  });

  it('at most 2 of 100 Poisson series of 6, 15 and 40 beats are called structured', () => {
    const flagged = [6, 15, 40].flatMap((count) =>
      Array.from({ length: 100 }, (_, i) =>
        cadenceOf(series(poisson(count, 60, 1000 * count + i + 1)), whole, tunables),
      ),
    );
    expect(flagged.filter(({ structured }) => structured).length).toBeLessThanOrEqual(6);
  });

  it('jitter beyond BeaconIntervalVarianceThreshold is no polling cadence', () => {
    const starts = sleeper(40, 60, 0.3, 3);
    // uniform ± 30 %: MAD about 15 % of the median
    expect(cadenceOf(series(starts), whole, tunables).structured).toBe(true);
    const strict = { ...tunables, BeaconIntervalVarianceThreshold: 0.05 };
    expect(cadenceOf(series(starts), whole, strict)).toMatchObject({ structured: false, kind: 'irregular' });
  });

  it('one download that fills the window is continuous, not a beat too few', () => {
    expect(cadenceOf([at(0, { endMs: 3_000_000 })], whole, tunables)).toMatchObject({
      kind: 'continuous',
      dutyCycle: 0.8333,
    });
  });

  it('shows each statistic with the threshold it was held against, and the published tunables', () => {
    const { evidence } = cadenceOf(series(sleeper(20, 60, 0.1, 3)), whole, tunables);
    expect(evidence.map(({ name }) => name)).toContain('BeaconIntervalVarianceThreshold');
    // 400 / 300 = 1.33
    expect(evidence.find(({ name }) => name === 'PayloadSymmetryThreshold')).toMatchObject({
      value: 1.33,
      threshold: 10,
    });
    const statistics = evidence.filter(({ name }) => /^S[12] /.test(name));
    expect(statistics).toHaveLength(2);
    for (const { threshold } of statistics) expect(threshold).toBeGreaterThan(2);
  });
});

describe('the rhythm of intervals', () => {
  it.each([
    // intervals, period, missed: of 60 60 120 60 one beat is missing, so 1 of 6
    [[60, 60, 120, 60], 60, 1 / 6, 0],
    // 600 is 10 periods: a pause, not nine missed beats
    [[60, 60, 600, 60], 60, 0, 1],
    // 181 is 3 periods: 2 missing of 7
    [[60, 60, 181, 60], 60, 2 / 7, 0],
  ])('%j', (intervals, period, missedRate, pauses) => {
    expect(rhythmOf(intervals)).toMatchObject({ period, missedRate, pauses });
  });
});

const starts = fc
  .array(fc.integer({ min: 0, max: 3_600_000 }), { minLength: 1, maxLength: 60 })
  .map((list) => list.sort((a, b) => a - b));

describe('invariants', () => {
  it('shifting time changes nothing', () => {
    fc.assert(
      fc.property(starts, fc.integer({ min: 0, max: 1_000 }), (list, shift) => {
        const here = cadenceOf(series(list.map((ms) => ms / 1000)), whole, tunables);
        const span = [{ fromMs: shift * 1000, toMs: HOUR_MS + shift * 1000 }];
        const there = cadenceOf(series(list.map((ms) => ms / 1000 + shift)), span, tunables);
        expect(there).toMatchObject({
          kind: here.kind,
          beats: here.beats,
          periodMs: here.periodMs,
          structured: here.structured,
        });
        expect(there.score).toBe(here.score);
      }),
      { numRuns: 40 },
    );
  });

  it('merging is idempotent, and keeps every byte and every line', () => {
    fc.assert(
      fc.property(starts, fc.integer({ min: 1, max: 60_000 }), (list, gapMs) => {
        const exchanges = series(list.map((ms) => ms / 1000));
        const once = mergeExchanges(exchanges, gapMs);
        const again = mergeExchanges(
          once.map((one) => ({ ...exchanges[0]!, ...one, line: one.lines[0]! })),
          gapMs,
        );
        expect(again.map(({ startMs }) => startMs)).toEqual(once.map(({ startMs }) => startMs));
        expect(once.reduce((bytes, one) => bytes + one.upBytes, 0)).toBe(400 * list.length);
        expect(once.flatMap(({ lines }) => lines).length).toBe(list.length);
      }),
    );
  });

  it('every number is finite, whatever the series', () => {
    fc.assert(
      fc.property(starts, (list) => {
        const cadence = cadenceOf(series(list.map((ms) => ms / 1000)), whole, tunables);
        const numbers = [
          cadence.score,
          cadence.periodMs,
          cadence.jitter,
          cadence.missedRate,
          cadence.coverage,
          cadence.dutyCycle,
          cadence.rita,
        ];
        for (const one of numbers) if (one !== null) expect(Number.isFinite(one)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
