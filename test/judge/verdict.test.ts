import { describe, expect, it } from 'vitest';
import type { CaptureRecord } from '../../orchestrator/contract/capture.ts';
import { Report } from '../../orchestrator/contract/report.ts';
import { judge } from '../../workers/judge/report.ts';
import { chat, game, torch, weather } from './samples.ts';
import { beats, declares, exchange, HOUR, inputOf, judged, MINUTE, numbered, push, session } from './scenario.ts';

const gap = (kind: string, more: object = {}): CaptureRecord =>
  ({ type: 'gap', fromMs: 0, toMs: 60 * MINUTE, kind, ...more }) as CaptureRecord;

describe('the verdict on the four samples', () => {
  it('a torch that calls home every 300 s in its sleep is inconsistent, in these words', () => {
    const report = judged('torch', torch());
    expect(report.verdict).toBe('inconsistent');
    expect(report.sentence).toBe(
      'Sends 412 ± 9 bytes to cdn.brightlamp.example:443 every 300 s (jitter 0 %) in background, while locked and in Doze. ' +
        'A torch has no use for that, no push preceded it, and it went on in Doze.',
    );
    expect(report.findings.map(({ kind, title, sentence }) => ({ kind, title, sentence }))).toEqual([
      {
        kind: 'structured-cadence-unlicensed',
        title: 'Structured cadence with no licence',
        sentence:
          '9 beats in 50 min, period 300 s, jitter 0 %, 0 missed, in background, while locked and in Doze. ' +
          'Expected of a torch in these phases: none.',
      },
      {
        kind: 'ignores-device-state',
        title: 'Ignores device state',
        sentence:
          'Period 300 s in background, 300 s while locked and 300 s in Doze: no job and no inexact alarm can do that; ' +
          'an exact alarm every 300 s is pending.',
      },
      {
        kind: 'uniform-small-payloads',
        title: 'Uniform small payloads',
        // 412 / 308 = 1.3377
        sentence: 'Up 412 ± 9 bytes, down 308 bytes, ratio 1.34.',
      },
      {
        kind: 'schedule-unlicensed',
        title: 'A schedule that the function does not ask for',
        sentence:
          'An exact alarm every 300 s is pending: it matches the period of cdn.brightlamp.example:443, and a torch needs none.',
      },
    ]);
    expect(report.playbook[0]!.title).toBe('Preserve first');
    expect(report.questions).toEqual([
      'What is sent to cdn.brightlamp.example:443 every 300 s in background, while locked and in Doze, ' +
        'and which function that a user can see needs it?',
    ]);
  });

  it('findings point to the lines of the sessions that they speak of', () => {
    const records = torch();
    const lines = judged('torch', records).findings[0]!.evidence[0]!.lines;
    const hosts = lines.map((line) => {
      const { record } = records.find((one) => one.line === line)!;
      return record.type === 'session' ? record.destination.host : record.type;
    });
    expect(hosts).toEqual(new Array(9).fill('cdn.brightlamp.example'));
  });

  it.each([
    [
      'messaging',
      chat,
      ['push-consuming'],
      '13 sessions on 1 channel fit what a messenger declares: each session has a licence in the state in which it came.',
    ],
    [
      'weather',
      weather,
      [],
      '3 sessions on 1 channel fit what a news or weather app declares: each session has a licence in the state in which it came.',
    ],
    [
      'game',
      game,
      ['ad-supported'],
      '14 sessions on 1 channel fit what a game declares: it was silent outside foreground.',
    ],
  ] as const)('%s with its usual traffic is consistent', (name, make, also, sentence) => {
    const report = judged(name, make(), also);
    expect(report.sentence).toBe(sentence);
    expect(report.verdict).toBe('consistent');
    expect(report.findings).toEqual([]);
    expect(report.playbook).toEqual([]);
  });

  it('two downloads are too few for a cadence, and consistent all the same: each is within the licensed rate', () => {
    const { cadence, explained } = judged('weather', weather()).channels[0]!;
    expect(cadence).toMatchObject({ kind: 'too-few-beats', score: null, structured: null, reason: 'too-few-beats' });
    expect(explained).toBe(true);
  });

  it('the very traffic that fits a messenger does not fit a torch', () => {
    const report = judged('torch', chat());
    expect(report.verdict).toBe('inconsistent');
    expect(report.findings.map(({ kind }) => kind)).toContain('push-coupled-unlicensed');
  });
});

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

describe('every report', () => {
  const all = {
    torch: judged('torch', torch()),
    chat: judged('messaging', chat()),
    silent: judged('torch', session(HOUR, [])),
  };
  it.each(Object.entries(all))('of %s keeps the contract', (_, report) => {
    expect(Report.parse(report)).toEqual(report);
  });

  it('is the same byte for byte for the same input, whatever the order of its records', () => {
    const records = torch();
    const once = JSON.stringify(judged('torch', records));
    expect(JSON.stringify(judged('torch', records))).toBe(once);
    expect(JSON.stringify(judged('torch', records.toReversed()))).toBe(once);
  });

  it('leaves its input as it was', () => {
    const input = inputOf(torch(), { inspection: declares('torch') });
    const before = JSON.stringify(input);
    judge(input);
    expect(JSON.stringify(input)).toBe(before);
  });

  it('names the simulated handset first, and only that one', () => {
    expect(all.torch.notice).toBe(
      "Simulated handset: the traffic below is scripted, the APK's own code did not run. Clock × 60.",
    );
    const [, ...rest] = torch();
    const real = numbered([
      { type: 'start', package: 'p', windowMs: 60 * MINUTE, device: { kind: 'physical' }, uid: 10_123 },
      ...rest.map(({ record }) => record),
    ]);
    expect(judged('torch', real).notice).toBeNull();
  });

  it('names the analytic, its release, its hash and its notice', () => {
    expect(all.torch.analytic).toMatchObject({
      id: 'AN1681',
      version: '1.1',
      release: '19.1',
      hash: '5a0e1bf136b1',
      BeaconIntervalVarianceThreshold: 0.5,
      PayloadSymmetryThreshold: 10,
      AppNetworkRoleBaseline: 'profiles/roles',
    });
    expect(all.torch.analytic.notice).toContain('(c) 2026 The MITRE Corporation');
    expect(all.torch.analytic.text).toMatch(
      /^Defender observes an application establishing recurrent HTTPS or FCM-based/,
    );
  });

  it('never says malicious and names no actor', () => {
    for (const report of Object.values(all)) {
      expect(JSON.stringify(report)).not.toMatch(/malicious|malware|attacker|threat actor|campaign|\bAPT/i);
    }
  });

  it('shows a hostile host name escaped in every sentence', () => {
    const host = 'evil\u202e.example\u001b[31m';
    const records = session(HOUR, beats(host, { from: 15 * MINUTE, to: 60 * MINUTE, every: 5 * MINUTE }));
    const { sentence, findings, questions, playbook } = judged('torch', records);
    expect(JSON.stringify([sentence, findings, questions, playbook])).not.toMatch(
      /[\u202e\u001b]|\\u202e"|\[31m.*\u001b/,
    );
    expect(sentence).toContain('evil\\u202e.example\\u001b[31m:443');
  });
});

describe('an unclassified app', () => {
  it('licenses only what happens while it is visible', () => {
    const beacon = beats('a.example', { from: 15 * MINUTE, to: 60 * MINUTE, every: 5 * MINUTE });
    expect(judge(inputOf(session(HOUR, [exchange('a.example', MINUTE)]))).verdict).toBe('consistent');
    const report = judge(inputOf(session(HOUR, [...beacon, push(1000, 1)])));
    expect(report.sentence).toMatch(
      /Nothing in its manifest needs that, no push preceded it, and it went on in Doze\.$/,
    );
  });
});
