import { describe, expect, it } from 'vitest';
import type { CaptureRecord } from '../../orchestrator/contract/capture.ts';
import { judge } from '../../workers/judge/report.ts';
import { chat, torch } from './samples.ts';
import { beats, declares, exchange, HOUR, inputOf, judged, MINUTE, session } from './scenario.ts';

const gap = (kind: string, more: object = {}): CaptureRecord =>
  ({ type: 'gap', fromMs: 0, toMs: 60 * MINUTE, kind, ...more }) as CaptureRecord;

describe('what keeps a verdict inconclusive', () => {
  const beacon = beats('a.example', { from: 15 * MINUTE, to: 60 * MINUTE, every: 5 * MINUTE });
  const visible = [exchange('a.example', MINUTE)];
  const pinned = Array.from({ length: 9 }, (_, i): CaptureRecord => {
    const startMs = (15 + 5 * i) * MINUTE;
    const wire = { wireUpBytes: 517, wireDownBytes: 7, protocol: 'tls' as const, treatment: 'refused' as const };
    return {
      type: 'connection',
      connection: i,
      startMs,
      endMs: startMs + 90,
      destination: { host: 'p.example', port: 443 },
      ...wire,
    };
  });
  it.each([
    [
      'no traffic at all',
      'no-traffic',
      session(HOUR, []),
      'No traffic seen: an app that was silent, or was not heard, cannot be judged by its traffic.',
    ],
    [
      'only foreground observed',
      'never-asleep',
      session([['foreground', 30]], visible),
      'The app was never observed outside foreground.',
    ],
    [
      'a short sleep',
      'window-too-short',
      session(
        [
          ['foreground', 5],
          ['background', 4],
        ],
        visible,
      ),
      'The app was observed outside foreground for only 4 min; 10 min are the least.',
    ],
    // 12 of 60 minutes
    [
      'a proxy that was down',
      'proxy-down',
      session(HOUR, [...visible, gap('proxy-down', { toMs: 12 * MINUTE })]),
      'Nothing was recorded for 20 % of the time.',
    ],
    // 9 attempts and 1 session
    [
      'refused certificates',
      'unread',
      session(HOUR, [...visible, ...pinned]),
      '9 of 10 contacts could not be read, with p.example:443.',
    ],
    [
      'refusals that left only a gap',
      'unread',
      session(HOUR, [...visible, gap('pinned', { destination: { host: 'p.example', port: 443 }, count: 3 })]),
      '3 of 4 contacts could not be read, with p.example:443.',
    ],
    [
      'traffic of unknown origin',
      'unattributed',
      session(
        HOUR,
        beacon.map((one) => ({ ...one, attribution: 'unknown' as const })),
      ),
      "100 % of the traffic is not certain to be the app's.",
    ],
    [
      'two sessions outside every licence',
      'channel-not-told',
      session(HOUR, [exchange('a.example', 20 * MINUTE), exchange('a.example', 50 * MINUTE)]),
      'a.example:443: 2 sessions in background and in Doze fit nothing that a torch licenses. That is too few to tell a habit from an accident.',
    ],
  ])('%s', (_, rule, records, sentence) => {
    const report = judged('torch', records);
    expect(report.sentence).toBe(sentence);
    expect(report.verdict).toBe('inconclusive');
    expect(report.engine.tunables['verdictRule']).toBe(rule);
  });

  it('an APK without scripted behaviour on a simulated handset: its code did not run', () => {
    const report = judge(inputOf(session(HOUR, []), { inspection: declares('torch', [], false) }));
    expect(report.verdict).toBe('inconclusive');
    expect(report.sentence).toBe(
      'Its code did not run: the handset was simulated and the APK brings no scripted behaviour. No traffic was seen.',
    );
  });

  it('an unreadable push ledger, for an app that uses pushes', () => {
    const records = session(HOUR, [exchange('a.example', MINUTE), gap('push-unavailable')]);
    expect(judged('messaging', records, ['push-consuming'])).toMatchObject({
      verdict: 'inconclusive',
      sentence: 'The app uses pushes, and they could not be observed.',
    });
    expect(judged('game', records).verdict).toBe('consistent');
  });

  it('fetches without a rhythm while the push ledger is dark may have had their pushes', () => {
    const fetches = chat().filter(({ record }) => record.type !== 'push');
    const report = judge(
      inputOf([...fetches, { line: 999, record: gap('push-unavailable') }], {
        inspection: declares('finance', ['push-consuming']),
      }),
    );
    expect(report.verdict).toBe('inconclusive');
    expect(report.channels[0]!.because).toContain('Pushes could not be observed, and a push would license them.');
  });

  it('screens that could not be exercised', () => {
    const coverage: CaptureRecord = {
      type: 'coverage',
      atMs: 1,
      activitiesSeen: [],
      activitiesDeclared: 3,
      screensSeen: 0,
      actions: 0,
      errors: ['session lost'],
    };
    expect(judged('torch', session(HOUR, [...visible, coverage])).engine.tunables['verdictRule']).toBe('not-exercised');
  });
});

describe('a departure that was measured stands whatever was not seen', () => {
  it('inconsistent outranks gaps', () => {
    const report = judge(
      inputOf([...torch(), { line: 999, record: gap('proxy-down', { toMs: 12 * MINUTE }) }], {
        inspection: declares('torch'),
      }),
    );
    expect(report.verdict).toBe('inconsistent');
    // 9 + 10 sessions, all read, times 48/60 minutes: high = 0.8
    expect(report.confidence.high).toBeCloseTo(0.8, 3);
  });
});
