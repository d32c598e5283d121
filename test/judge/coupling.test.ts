import { describe, expect, it } from 'vitest';
import { binomialTail, wilson } from '../../workers/judge/numbers.ts';
import { chat, torch } from './samples.ts';
import { exchange, HOUR, judged, MINUTE, push, session } from './scenario.ts';

describe('push coupling', () => {
  it.each([
    // k, m, p, P(X >= k)
    [0, 5, 0.3, 1],
    [1, 1, 0.25, 0.25],
    [2, 2, 0.5, 0.25],
    // 1 - 0.9^3 = 0.271
    [1, 3, 0.1, 0.271],
    // 3 x 0.01 x 0.9 + 0.001 = 0.028
    [2, 3, 0.1, 0.028],
    [4, 3, 0.1, 0],
  ])('P(X >= %d of %d at %d) = %d', (k, m, p, expected) => expect(binomialTail(k, m, p)).toBeCloseTo(expected, 12));

  it('fetches that follow each push are coupled, beyond chance', () => {
    const { pushCoupling } = judged('messaging', chat());
    // the second push came at 450 s, the third at 780 s: 10 of 12 arrive outside foreground
    expect(pushCoupling).toMatchObject({ mode: 'simulated', coupled: 10, medianLagMs: 1500 });
    expect(pushCoupling.pushes).toHaveLength(12);
    expect(pushCoupling.sentence).toBe(
      '10 of 10 pushes outside foreground were followed by a session after 1.5 s (median), where chance makes 0.3; chance does not explain that (p < 0.001).',
    );
  });

  it('a beacon of 300 s beside pushes is not coupled to them', () => {
    const pushes = [12, 17, 22, 27, 32, 37].map((minute, i) => push(minute * MINUTE, i));
    const records = [...torch().map(({ record }) => record), ...pushes];
    const { pushCoupling } = judged(
      'torch',
      records.map((record, i) => ({ line: i + 1, record })),
    );
    expect(pushCoupling.coupled).toBe(0);
    expect(pushCoupling.sentence).toBe(
      '0 of 6 pushes outside foreground were followed by a session; chance may explain that (p = 1).',
    );
  });

  it.each([
    ['none', session(HOUR, []), 'No push was delivered to the app.'],
    [
      'simulated',
      session(HOUR, [push(1000, 1)]),
      'Pushes arrived in foreground only, where sessions have other causes too.',
    ],
    [
      'injected',
      session(HOUR, [push(1000, 1, { source: 'console' })]),
      'Pushes arrived in foreground only, where sessions have other causes too.',
    ],
    [
      'unavailable',
      session(HOUR, [{ type: 'gap', kind: 'push-unavailable', fromMs: 0, toMs: 1 }]),
      'Pushes could not be observed, so nothing can be said of what follows them.',
    ],
  ])('mode %s', (mode, records, sentence) => {
    expect(judged('torch', records).pushCoupling).toMatchObject({ mode, sentence });
  });

  it('names the push beside the beat that followed it', () => {
    const report = judged('finance', session(HOUR, [push(20 * MINUTE, 7), exchange('a.example', 20 * MINUTE + 2_000)]));
    expect(report.channels[0]!.beats[0]!.afterPush).toBe('0:7');
  });
});

describe("Wilson's interval", () => {
  it.each([
    // 10 of 10: low = (1 + z²/20 - z²/20) / (1 + z²/10) = 1 / (1 + 0.38416) = 0.7225
    [10, 10, 0.7225, 1],
    [0, 0, 0, 1],
    // 1 of 2: centre 0.5, half = 1.96/(1 + 1.9208) x sqrt(0.125 + 0.2401) = 0.4055
    [1, 2, 0.0945, 0.9055],
  ])('of %d in %d', (k, n, low, high) => {
    expect(wilson(k, n).low).toBeCloseTo(low, 3);
    expect(wilson(k, n).high).toBeCloseTo(high, 3);
  });
});
