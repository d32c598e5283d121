import { describe, expect, it } from 'vitest';
import type { Report, SubScore } from '../../orchestrator/contract/report.ts';
import { judge } from '../../workers/judge/report.ts';
import { torch, weather } from './samples.ts';
import { beats, declares, exchange, HOUR, inputOf, judged, MINUTE, session, tunables } from './scenario.ts';

function subScore(report: Report, name: SubScore['name'], host = 'a.example'): SubScore {
  const channel = report.channels.find(({ destination }) => destination.host === host)!;
  return channel.subScores.find((one) => one.name === name)!;
}

const asleep = { from: 15 * MINUTE, to: 60 * MINUTE, every: 5 * MINUTE };
const sized = (upBytes: number, downBytes: number) =>
  judged(
    'torch',
    session(
      HOUR,
      beats('a.example', asleep, () => ({ upBytes, downBytes })),
    ),
  );

describe('sub-scores', () => {
  it('of the torch, each with what was measured', () => {
    const report = judged('torch', torch());
    expect(report.channels.find(({ explained }) => explained === false)!.subScores).toEqual([
      {
        name: 'interval-regularity',
        value: 1,
        measured: 'jitter 0 %',
        threshold: 'BeaconIntervalVarianceThreshold: jitter up to 50 %',
        because: '1 less the jitter (MAD / median interval); it is within the threshold.',
      },
      {
        name: 'size-homogeneity',
        // 1 - 9 / 412
        value: 0.978,
        measured: '412 ± 9 bytes sent',
        threshold: null,
        because: '1 less MAD / median of the bytes in a session: 1 where all are alike.',
      },
      {
        name: 'payload-asymmetry',
        // ln (412 / 308) / ln 10
        value: 0.126,
        measured: 'ratio 1.34, more sent',
        threshold: 'PayloadSymmetryThreshold: ratio up to 10',
        because: 'Logarithm of the ratio over that of the threshold; size alone tells a beacon from a poll badly.',
      },
      {
        name: 'phase-persistence',
        // shares of beats 0 2 3 4 of 9, of time 10 15 15 20 of 60: 1 - (1/6 + 1/36 + 1/12 + 1/9) / 2
        value: 0.806,
        measured: 'beats in 3 of 4 phases',
        threshold: null,
        because: '1 where each phase has the share of the beats that it has of the time.',
      },
      {
        name: 'low-volume',
        value: 1,
        measured: '720 bytes a session',
        threshold: null,
        because: 'On a logarithmic scale from 1 MB a session (0) to 1 kB (1).',
      },
    ]);
  });

  it.each([
    [400, 400, 0, 'ratio 1'],
    // ln 2 / ln 10
    [400, 800, 0.301, 'ratio 2, more received'],
    [9_000, 300, 1, 'ratio 30, more sent'],
    [400, 0, 1, 'only sent'],
    [0, 400, 1, 'only received'],
  ])('asymmetry of %d bytes up and %d down is %d', (up, down, value, measured) => {
    expect(subScore(sized(up, down), 'payload-asymmetry')).toMatchObject({ value, measured });
  });

  it.each([
    [500, 500, 1],
    // log10 31.623 = 1.5 of 3
    [15_000, 16_623, 0.5],
    [0, 2_000_000, 0],
  ])('volume of %d + %d bytes is low by %d', (up, down, value) => {
    expect(subScore(sized(up, down), 'low-volume').value).toBe(value);
  });

  it('where sizes are not known, none is claimed', () => {
    const report = sized(0, 0);
    for (const name of ['size-homogeneity', 'payload-asymmetry', 'low-volume'] as const) {
      expect(subScore(report, name)).toMatchObject({
        value: null,
        measured: 'not measured',
        because: 'No sizes are known.',
      });
    }
  });

  it('too few beats have no regularity: null, not 0', () => {
    expect(subScore(judged('weather', weather()), 'interval-regularity', 'api.nimbus.example')).toMatchObject({
      value: null,
      because: '3 beats are too few for intervals.',
    });
  });

  it('one phase shows no persistence', () => {
    const report = judged('torch', session([['background', 60]], beats('a.example', asleep)));
    expect(subScore(report, 'phase-persistence')).toMatchObject({
      value: null,
      because: 'Only background was observed.',
    });
  });

  it('traffic that stays in foreground does not persist', () => {
    const visible = beats('a.example', { from: 0, to: 10 * MINUTE, every: MINUTE });
    // All beats in 10 of 60 minutes
    expect(subScore(judged('torch', session(HOUR, visible)), 'phase-persistence').value).toBe(0.167);
  });

  it('name the tunables with the values that were set', () => {
    const strict = { ...tunables, BeaconIntervalVarianceThreshold: 0.05, PayloadSymmetryThreshold: 1 };
    const records = session(
      HOUR,
      beats('a.example', { ...asleep, jitter: 0.2 }, () => ({ upBytes: 401 })),
    );
    const report = judge(inputOf(records, { inspection: declares('torch'), tunables: strict }));
    expect(subScore(report, 'interval-regularity')).toMatchObject({
      threshold: 'BeaconIntervalVarianceThreshold: jitter up to 5 %',
      because: expect.stringContaining('beyond the threshold') as string,
    });
    expect(subScore(report, 'payload-asymmetry')).toMatchObject({
      value: 1,
      threshold: 'PayloadSymmetryThreshold: ratio up to 1',
    });
  });

  it('inform and never decide: sizes however lopsided change neither verdict nor suspicion', () => {
    const [even, lopsided] = [sized(400, 300), sized(400, 200_000)];
    expect(subScore(lopsided, 'payload-asymmetry').value).toBe(1);
    expect(lopsided.verdict).toBe(even.verdict);
    expect(lopsided.channels[0]!.suspicion).toBe(even.channels[0]!.suspicion);
    const quiet = judged('torch', session(HOUR, [exchange('a.example', MINUTE, { upBytes: 9_000, downBytes: 10 })]));
    expect(quiet.verdict).toBe('consistent');
  });
});
