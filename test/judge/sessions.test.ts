import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byStart, mergeExchanges, type Exchange } from '../../workers/judge/sessions.ts';
import { beats, exchange, HOUR, judged, MINUTE, session } from './scenario.ts';

const GAP_MS = 6_000;

function spoken(startMs: number, endMs: number, bytes = 700, line = startMs + 1): Exchange {
  const known = { forced: false, attempt: false, failed: false, attribution: 'certain', protocol: 'tls' } as const;
  return { startMs, endMs, upBytes: bytes, downBytes: 0, line, connection: null, ...known };
}

const starts = (exchanges: readonly Exchange[], longestMs?: number): number[] => {
  return mergeExchanges(exchanges, GAP_MS, longestMs).map(({ startMs }) => startMs);
};

describe('sessions of exchanges', () => {
  it('the pause counts from the end of one to the start of the next', () => {
    // 5.9 s after the end, then 6 s after the end
    expect(starts([spoken(0, 300), spoken(6_200, 6_500), spoken(12_500, 12_600)])).toEqual([0, 12_500]);
  });

  it('a download of 20 s takes in what begins within it: it moves bytes all the time', () => {
    expect(starts([spoken(0, 20_000, 2_000_000), spoken(15_000, 15_300), spoken(25_900, 26_000)])).toEqual([0]);
  });

  it('a connection of two hours in one row of a log swallows nothing that begins while it is open', () => {
    const open = spoken(0, 7_200_000, 4_000);
    const polls = Array.from({ length: 20 }, (_, i) => spoken((i + 1) * 60_000, (i + 1) * 60_000 + 300));
    expect(starts([open, ...polls])).toEqual([0, ...polls.map(({ startMs }) => startMs)]);
  });

  it('not even where it moved gigabytes: those need not have come in the minute that the poll began', () => {
    const stream = spoken(0, 7_200_000, 3_000_000_000);
    expect(starts([stream, spoken(50_000, 50_300), spoken(120_000, 120_300)])).toEqual([0, 120_000]);
  });

  it('long polls, each begun as the last one ends, are a beat each', () => {
    const polls = Array.from({ length: 10 }, (_, i) => spoken(i * 50_000, (i + 1) * 50_000, 300));
    expect(starts(polls)).toEqual(polls.map(({ startMs }) => startMs));
  });

  it('a session without a pause goes on in a new one after its longest time, and says so', () => {
    const stream = Array.from({ length: 100 }, (_, i) => spoken(i * 5_000, i * 5_000 + 1_000));
    const sessions = mergeExchanges([...stream, spoken(600_000, 600_300)], GAP_MS, 300_000);
    expect(sessions.map(({ startMs, continued }) => [startMs, continued])).toEqual([
      [0, false],
      [300_000, true],
      [600_000, false],
    ]);
  });

  it('no line is lost and none counted twice, no session begins before the one before it', () => {
    const row = fc.record({ at: fc.nat(10_000_000), lasts: fc.nat(8_000_000), bytes: fc.nat(1_000_000_000) });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 60 }), fc.constantFrom(2_000, 6_000), (rows, gapMs) => {
        const exchanges = rows.map(({ at, lasts, bytes }, i) => spoken(at, at + lasts, bytes, i + 1)).sort(byStart);
        const sessions = mergeExchanges(exchanges, gapMs);
        expect(sessions.flatMap(({ lines }) => lines)).toEqual(exchanges.map(({ line }) => line));
        const begun = sessions.map(({ startMs }) => startMs);
        expect(begun).toEqual([...begun].sort((a, b) => a - b));
        const bytes = (list: readonly { upBytes: number }[]): number => list.reduce((sum, one) => sum + one.upBytes, 0);
        expect(bytes(sessions)).toBe(bytes(exchanges));
      }),
    );
  });
});

describe('beats inside connections', () => {
  const asleep = { from: 15 * MINUTE, to: 60 * MINUTE };
  const one = { connection: 1, protocol: 'tls' as const };
  const whole = (endMs: number, wireBytes = 50_000) =>
    ({
      type: 'connection',
      connection: 1,
      startMs: 15 * MINUTE,
      endMs,
      destination: { host: 'a.example', port: 443 },
      protocol: 'tls',
      wireUpBytes: wireBytes,
      wireDownBytes: wireBytes,
      treatment: 'passed-through',
    }) as const;

  it.each([
    [5_000, 'finer than the idle gap'],
    [12_000, 'as one remote-access tool has it'],
    [300_000, 'five minutes'],
  ])('heartbeats every %d ms on a tunnel are beats: %s', (every) => {
    const bursts = beats('a.example', { ...asleep, every }, () => one);
    const [channel, ...others] = judged('torch', session(HOUR, [...bursts, whole(60 * MINUTE)])).channels;
    expect(others).toEqual([]);
    expect(channel!.beats).toHaveLength(bursts.length);
    expect(channel!.cadence).toMatchObject({ kind: 'periodic', periodMs: every, beats: bursts.length });
  });

  it('heartbeats show beside a concurrent connection that is one long row', () => {
    const row = exchange('a.example', 12 * MINUTE, { endMs: 60 * MINUTE, upBytes: 900_000, downBytes: 9_000_000 });
    const polls = beats('a.example', { ...asleep, every: 3 * MINUTE }, () => ({ connection: 2 }));
    const [channel] = judged('torch', session(HOUR, [row, ...polls])).channels;
    expect(channel!.beats).toHaveLength(1 + polls.length);
    // Open for 48 of the 50 minutes outside foreground; the polls within it count once.
    expect(channel!.cadence).toMatchObject({ kind: 'periodic', periodMs: 180_000, dutyCycle: 0.96 });
  });

  it('a connection that is known but unread, and open for an hour, hides no attempt after it', () => {
    const unread = [0, 1, 2, 3, 4, 5].map((i) => ({
      ...whole(i === 0 ? 60 * MINUTE : (20 + 5 * i) * MINUTE + 100),
      connection: 10 + i,
      startMs: (20 + 5 * i) * MINUTE,
    }));
    expect(judged('torch', session(HOUR, unread)).channels[0]!.beats).toHaveLength(6);
  });

  it('a stream without a pause has no period, though its sessions are cut for the judgement of each phase', () => {
    const stream = beats('a.example', { ...asleep, every: 1_500 });
    const report = judged('torch', session(HOUR, stream));
    expect(report.channels[0]!.beats).toHaveLength(9);
    expect(report.channels[0]!.phases.map(({ periodMs }) => periodMs)).toEqual([null, null, null, null]);
    expect(report.findings.map(({ kind }) => kind)).not.toContain('ignores-device-state');
  });
});
