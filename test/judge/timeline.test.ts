import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CaptureRecord } from '../../orchestrator/contract/capture.ts';
import { phaseAt, pushBefore, servicesAt, timelineOf } from '../../workers/judge/timeline.ts';
import { HOUR, MINUTE, numbered, push, session, start } from './scenario.ts';

// Without a clock rate the skew between ledger and recorder is 1 s, and what ended counts for 10 s more.
const plain = (records: readonly CaptureRecord[]) =>
  timelineOf(numbered([start(60 * MINUTE, { device: { kind: 'physical' } }), ...records]), 'background');

describe('what held at a moment', () => {
  it('a phase holds from its mark to the next', () => {
    const timeline = timelineOf(session(HOUR, []), 'background');
    expect([0, 599_999, 600_000, 60 * MINUTE, 99 * MINUTE].map((at) => phaseAt(timeline, at))).toEqual([
      'foreground',
      'foreground',
      'background',
      'doze',
      'doze',
    ]);
  });

  it('services that ran, or stopped less than the grace before', () => {
    const state = (atMs: number, foregroundServices: string[]): CaptureRecord => {
      return { type: 'state', atMs, foregroundServices, standbyBucket: 'active', deviceIdle: 'ACTIVE' };
    };
    const timeline = plain([state(0, ['location']), state(100_000, []), state(104_000, ['camera'])]);
    expect([99_000, 101_000, 105_000, 109_999, 110_000].map((at) => servicesAt(timeline, at).toSorted())).toEqual([
      ['location'],
      ['location'],
      ['camera', 'location'],
      ['camera', 'location'],
      ['camera'],
    ]);
  });

  it('the push before a moment is the last one delivered within the time asked for', () => {
    const timeline = plain([push(10_000, 1), push(20_000, 2), push(25_000, 3, { outcome: 'refused-stopped' })]);
    const before = (atMs: number): string | null => pushBefore(timeline, atMs, 8_000)?.messageId ?? null;
    // 1 s of skew on both sides: from 1 s before a push to 9 s after it
    expect([8_999, 9_000, 19_000, 26_000, 29_000, 29_001].map(before)).toEqual([
      null,
      '0:1',
      '0:2',
      '0:2',
      '0:2',
      null,
    ]);
  });

  it('pushes by search are pushes by looking at each', () => {
    const given = fc.record({ atMs: fc.nat(100_000), refused: fc.boolean() });
    fc.assert(
      fc.property(fc.array(given, { maxLength: 30 }), fc.nat(110_000), fc.nat(20_000), (list, atMs, withinMs) => {
        const timeline = plain(
          list.map(({ atMs: at, refused }, i) => push(at, i, { outcome: refused ? 'refused-stopped' : 'delivered' })),
        );
        const all = timeline.pushes.filter(({ atMs: at, outcome }) => {
          return outcome !== 'refused-stopped' && atMs - at >= -1_000 && atMs - at <= withinMs + 1_000;
        });
        expect(pushBefore(timeline, atMs, withinMs)).toEqual(all.at(-1) ?? null);
      }),
    );
  });
});
