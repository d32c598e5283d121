import { describe, expect, it } from 'vitest';
import { jitterSequence } from '../../orchestrator/contract/behaviour.ts';
import { judgeSeries } from '../../workers/judge/series.ts';
import { tunables } from './scenario.ts';

/** Sleep with uniform jitter: each interval is period x (1 ± jitter). */
function sleeper(count: number, period: number, jitter: number, seed: number, from = 0): number[] {
  const random = jitterSequence(seed);
  let time = from;
  return Array.from({ length: count }, () => {
    const now = time;
    time += period * (1 + jitter * (2 * random.next().value - 1));
    return now;
  });
}

const judged = (t: readonly number[], windowSeconds: number | null = null) =>
  judgeSeries({ t, windowSeconds }, tunables);

describe('the cadence of a bare series', () => {
  it.each([[[]], [[5]], [[5, 9]], [[5, 60, 120]], [[0, 60, 120, 180]]])('%j: too few beats, no score', (t) => {
    expect(judged(t)).toMatchObject({ kind: 'too-few-beats', reason: 'too-few-beats', score: null, structured: null });
  });

  it('four bursts of three requests are four beats: too few', () => {
    const t = [0, 300, 600, 900].flatMap((at) => [at, at + 0.4, at + 1.5]);
    expect(judged(t)).toMatchObject({ kind: 'too-few-beats', beats: 4, score: null });
  });

  it('a hundred equal times are one beat', () => {
    expect(judged(Array.from({ length: 100 }, () => 1e9))).toMatchObject({ beats: 1, score: null, rita: null });
  });

  it('a day-long period is as plain as one of a minute', () => {
    expect(judged(sleeper(12, 86_400, 0.02, 3))).toMatchObject({ kind: 'periodic', structured: true });
  });

  it('twenty beats a second are one session, not a cadence', () => {
    expect(judged(sleeper(2_000, 0.05, 0.1, 3))).toMatchObject({ beats: 1, score: null });
  });

  it('two rhythms on one host are both heard, the faster first', () => {
    const t = [...sleeper(40, 60, 0.02, 3), ...sleeper(24, 97, 0.02, 5, 11)];
    const { structured, periodsMs } = judged(t);
    expect(structured).toBe(true);
    expect(periodsMs).toHaveLength(2);
    expect(Math.abs(periodsMs[0]! - 60_000)).toBeLessThan(3_000);
    expect(Math.abs(periodsMs[1]! - 97_000)).toBeLessThan(5_000);
  });

  it('eight beats of 30 s, then ten minutes of silence, four times: on 240 s, off 570 s', () => {
    // 8 beats span 210 s and work one period longer; the silence of 600 s begins with the last beat's period.
    const t = [0, 1, 2, 3].flatMap((round) => sleeper(8, 30, 0.03, 3 + round, round * 810));
    const { kind, cycle, periodMs } = judged(t);
    expect(kind).toBe('on-off');
    expect(Math.abs(cycle!.onMs - 240_000)).toBeLessThan(10_000);
    expect(Math.abs(cycle!.offMs - 570_000)).toBeLessThan(10_000);
    expect(Math.abs(periodMs! - 30_000)).toBeLessThan(1_500);
  });

  it('eight strangers among forty beats: a sixth is clutter', () => {
    const random = jitterSequence(9);
    const strangers = Array.from({ length: 8 }, () => random.next().value * 4_800);
    const { clutter, periodMs } = judged([...sleeper(40, 120, 0.02, 3), ...strangers]);
    expect(Math.abs(clutter! - 8 / 48)).toBeLessThan(0.03);
    expect(Math.abs(periodMs! - 120_000)).toBeLessThan(2_400);
  });

  it('a third of the beats missing is told as missed, not as a longer period', () => {
    const random = jitterSequence(4);
    const t = sleeper(60, 60, 0.03, 3).filter(() => random.next().value > 0.33);
    const { missedRate, periodMs, structured } = judged(t);
    expect(structured).toBe(true);
    expect(Math.abs(periodMs! - 60_000)).toBeLessThan(1_200);
    expect(Math.abs(missedRate! - (1 - t.length / 60))).toBeLessThan(0.06);
  });

  it('a rhythm that begins after a thousand beats of chance is found', () => {
    const random = jitterSequence(6);
    let time = 0;
    const chance = Array.from({ length: 1_000 }, () => (time += 2 - 40 * Math.log(1 - random.next().value)));
    const { structured, periodsMs } = judged([...chance, ...sleeper(400, 45, 0.05, 3, time + 50)]);
    expect(structured).toBe(true);
    expect(periodsMs.some((period) => Math.abs(period - 45_000) < 1_000)).toBe(true);
  });

  it('a period that drifts by a third in the course of a day is still a rhythm', () => {
    let time = 0;
    const t = Array.from({ length: 1_000 }, (_, i) => (time += 75 * (1 + i / 3_000)));
    expect(judged(t)).toMatchObject({ structured: true });
  });

  it('sleeps of whole seconds tip the balance; a log in whole seconds says nothing of them', () => {
    // Of a sandboxed agent that sleeps 30 to 60 whole seconds: too few and too wide for intervals alone.
    const gaps = [41.03, 34.06, 56.11, 44.02, 57.08, 56.05, 51.1, 34.04, 33.07];
    let time = 0;
    const t = [0, ...gaps.map((gap) => (time += gap))];
    const tipped = judged(t).evidence.find(({ name }) => name.startsWith('S1'))!.value!;
    const rounded = judged(t.map(Math.round)).evidence.find(({ name }) => name.startsWith('S1'))!.value!;
    expect(tipped).toBeGreaterThan(rounded + 0.5);
  });

  it('what was watched counts: half a window covered is a coverage of a half', () => {
    // 30 beats of 60 s: 1,740 s and one period, of 3,600 s
    expect(judged(sleeper(30, 60, 0, 3), 3_600).coverage).toBe(0.5);
  });
});
