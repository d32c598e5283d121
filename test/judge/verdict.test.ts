import { describe, expect, it } from 'vitest';
import { judge } from '../../workers/judge/report.ts';
import { chat, game, torch, weather } from './samples.ts';
import { beats, exchange, HOUR, inputOf, judged, MINUTE, push, session } from './scenario.ts';

describe('the verdict on the four samples', () => {
  it('a torch that calls home every 300 s in its sleep is inconsistent, in these words', () => {
    const report = judged('torch', torch());
    expect(report.verdict).toBe('inconsistent');
    expect(report.sentence).toBe(
      'Sends 412 ± 9 bytes to cdn.brightlamp.example:443 every 300 s (jitter 0 %) in background, while locked and in Doze; ' +
        'a torch has no use for that, no push preceded it, and it went on in Doze.',
    );
    expect(report.findings.map(({ kind, title, sentence }) => ({ kind, title, sentence }))).toEqual([
      {
        kind: 'structured-cadence-unlicensed',
        title: 'Structured cadence with no licence',
        sentence:
          '9 beats in 50 min, period 300 s, jitter 0 %, 0 missed, in background, while locked and in Doze; ' +
          'expected of a torch in these phases: none.',
      },
      {
        kind: 'ignores-device-state',
        title: 'Ignores device state',
        sentence:
          'Period 300 s in background, 300 s while locked and 300 s in Doze: no job and no inexact alarm can do that; ' +
          'an exact alarm every 300 s is pending.',
      },
      {
        kind: 'faster-than-the-platform',
        title: 'Faster than any job',
        // 9 sessions from 15 to 55 min, 4 of them in Doze
        sentence:
          'A period of 300 s with no foreground service running and no push in the minute before, in 9 sessions: ' +
          'a job comes every 15 min at most, and in Doze only in maintenance windows, ' +
          'so an exact alarm or a process that is kept alive makes it.',
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

describe('an unclassified app', () => {
  it('licenses only what happens while it is visible', () => {
    const beacon = beats('a.example', { from: 15 * MINUTE, to: 60 * MINUTE, every: 5 * MINUTE });
    expect(judge(inputOf(session(HOUR, [exchange('a.example', MINUTE)]))).verdict).toBe('consistent');
    const report = judge(inputOf(session(HOUR, [...beacon, push(1000, 1)])));
    expect(report.sentence).toMatch(
      /; nothing in its manifest needs that, no push preceded it, and it went on in Doze\.$/,
    );
  });
});
