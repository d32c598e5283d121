import { describe, expect, it } from 'vitest';
import type { CaptureRecord } from '../../orchestrator/contract/capture.ts';
import { judge } from '../../workers/judge/report.ts';
import { torch } from './samples.ts';
import { exchange, HOUR, inputOf, judged, MINUTE, numbered, session } from './scenario.ts';

const at = { host: 'p.example', port: 443 };

describe('what could not be seen', () => {
  it('the longest natural window and the slowest cadence that it could have shown', () => {
    // 15 + 15 + 20 min; 50 min / (5 beats - 1)
    const { visibility } = judged('torch', torch());
    expect(visibility).toMatchObject({ longestNaturalWindowMs: 50 * MINUTE, slowestPeriodMs: 12.5 * MINUTE });
    expect(visibility.sentences).toContain(
      'Longest natural window outside foreground 50 min: a cadence slower than 13 min could not have shown 5 beats.',
    );
  });

  it('a proxy that was down cuts the window', () => {
    const down: CaptureRecord = { type: 'gap', kind: 'proxy-down', fromMs: 30 * MINUTE, toMs: 32 * MINUTE };
    // 10 to 30, 32 to 60
    expect(judged('torch', session(HOUR, [down])).visibility.longestNaturalWindowMs).toBe(28 * MINUTE);
  });

  it('shares of bytes: read, unread, not certainly of the app', () => {
    const size = { upBytes: 100, downBytes: 300 };
    const records = session(HOUR, [
      exchange('a.example', MINUTE, size),
      exchange('b.example', MINUTE, { ...size, protocol: 'tls' }),
      exchange('c.example', MINUTE, { ...size, attribution: 'likely' }),
      exchange('d.example', MINUTE, { ...size, attribution: 'unknown', protocol: 'udp' }),
    ]);
    expect(judged('torch', records).visibility).toMatchObject({
      decryptedShare: 0.5,
      passedThroughShare: 0.5,
      unattributedShare: 0.25,
    });
  });

  it('gaps of one kind and destination are one row, with a sentence', () => {
    const refused = (fromMs: number, count: number): CaptureRecord => ({
      type: 'gap',
      kind: 'quic-refused',
      fromMs,
      toMs: fromMs + 5,
      count,
      destination: at,
    });
    const { gaps, visibility } = judged(
      'torch',
      session(HOUR, [refused(100, 2), refused(50, 1), { type: 'gap', kind: 'appium-restarted', fromMs: 10, toMs: 20 }]),
    );
    expect(gaps).toEqual([
      {
        kind: 'appium-restarted',
        destination: null,
        fromMs: 10,
        toMs: 20,
        count: 1,
        sentence: 'The driver of the screen restarted; the app was left alone meanwhile.',
      },
      {
        kind: 'quic-refused',
        destination: at,
        fromMs: 50,
        toMs: 105,
        count: 3,
        sentence: 'p.example:443: QUIC was refused, so that the app falls back to TCP (3 times).',
      },
    ]);
    expect(visibility.quicRefused).toBe(3);
  });

  it('a capture without phases is of unknown phase, unless a person states it', () => {
    const records = numbered([exchange('a.example', 0), exchange('a.example', 20 * MINUTE)]);
    const unknown = judge(inputOf(records, { stated: 'torch' }));
    expect(unknown.phases).toEqual([{ phase: 'unknown', fromMs: 0, toMs: 20 * MINUTE + 300 }]);
    expect(unknown.visibility.sentences).toContain(
      'The capture names no phases: whether the app was visible is not known (state it with --phase).',
    );
    const stated = judge(inputOf(records, { assumedPhase: 'doze' }));
    expect(stated.phases[0]!.phase).toBe('doze');
    expect(stated.visibility.sentences).toContain(
      'The capture names no phases: all of it is taken as doze, as stated.',
    );
  });

  it('a capture without its end says so, and trusts itself less', () => {
    const records = torch();
    const cut = records.filter(({ record }) => record.type !== 'end');
    const report = judged('torch', cut);
    expect(report.windowMs).toBe(55 * MINUTE + 300);
    expect(report.visibility.sentences).toContain(
      'The capture has no end record: what came after its last line is not known.',
    );
    expect(report.confidence.high).toBeLessThan(judged('torch', records).confidence.high);
  });
});

describe('benign explanations', () => {
  it('are each tested, with a result and its reason', () => {
    const rows = judged('torch', torch()).benignExplanations;
    expect(rows.map(({ name, result }) => [name, result])).toEqual([
      ['Push keep-alive', 'ruled-out'],
      ['Fetch after a push', 'ruled-out'],
      ['Advertisement or analytics batch', 'ruled-out'],
      ['Sync or periodic job', 'ruled-out'],
      ['Config refresh', 'unlikely'],
      ['Retry after an error', 'ruled-out'],
      ['Crash reports', 'ruled-out'],
      ['Download in pieces', 'ruled-out'],
      ['Captive-portal check', 'ruled-out'],
      ['Retry caused by interception', 'ruled-out'],
      ['Approved baseline', 'not-testable'],
    ]);
    expect(rows[2]!.sentence).toBe(
      'Ruled out: the host is of no known SDK, and it was silent while the app was visible.',
    );
    expect(rows[3]!.sentence).toBe(
      'Ruled out: a period of 300 s is shorter than any job, which the platform runs at most every 15 min.',
    );
  });

  it('growing intervals after errors are explained by a retry', () => {
    const minutes = [15, 15.5, 16.5, 18.5, 22.5, 30.5, 46.5];
    const retries = minutes.map((minute) => exchange('a.example', minute * MINUTE, { status: 503 }));
    const report = judged('torch', session(HOUR, retries));
    expect(report.channels[0]!.cadence.kind).toBe('back-off');
    expect(report.benignExplanations.find(({ name }) => name === 'Retry after an error')).toEqual({
      name: 'Retry after an error',
      result: 'explains',
      sentence: '7 of 7 answers were errors, and the intervals grow.',
    });
  });
});
