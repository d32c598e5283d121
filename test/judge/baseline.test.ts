import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Inspection } from '../../orchestrator/contract/apk.ts';
import { Baseline, type Approval } from '../../orchestrator/contract/baseline.ts';
import type { CaptureRecord } from '../../orchestrator/contract/capture.ts';
import { Report } from '../../orchestrator/contract/report.ts';
import { baselineOf } from '../../workers/judge/baseline.ts';
import type { JudgeInput, NumberedRecord } from '../../workers/judge/input.ts';
import { judge } from '../../workers/judge/report.ts';
import { chat, torch } from './samples.ts';
import { beats, declares, exchange, HOUR, inputOf, MINUTE, push, session } from './scenario.ts';

const approval: Approval = {
  by: 'N. N.',
  at: '2026-11-22T12:00:00.000Z',
  reason: 'licence check, agreed with the vendor',
  until: null,
};

function run(name: string, records: readonly NumberedRecord[], more: Partial<JudgeInput> = {}): Report {
  const also = name === 'messaging' ? ['push-consuming'] : [];
  return judge(inputOf(records, { inspection: declares(name, also), ...more }));
}

function approved(name: string, records: readonly NumberedRecord[], more: Partial<Approval> = {}): Baseline {
  return baselineOf(run(name, records), { ...approval, ...more }, 'd'.repeat(64));
}

/** A later version, held against what was approved. */
function later(
  name: string,
  baseline: Baseline,
  records: readonly NumberedRecord[],
  more: Partial<JudgeInput> = {},
): Report {
  return run(name, records, { baseline, ...more });
}

const kinds = (report: Report): string[] =>
  report.baseline!.differences.map(({ kind, decides }) => `${kind}${decides ? '!' : ''}`);

/** The torch's beacon every so many seconds, from 15 to 60 min unless said otherwise; 412 bytes up, 308 down. */
function beacon(seconds: number, { up = 412, down = 308, from = 15, to = 60, host = 'cdn.brightlamp.example' } = {}) {
  return beats(host, { from: from * MINUTE, to: to * MINUTE, every: seconds * 1000 }, (i) => ({
    upBytes: up + [0, -9, 9][i % 3]!,
    downBytes: down,
  }));
}

/** A weather app that fetches every so many minutes, from the third on. */
function weather(minutes: number, records: readonly CaptureRecord[] = [], host = 'api.nimbus.example') {
  const fetches = beats(host, { from: 3 * MINUTE, to: 480 * MINUTE, every: minutes * MINUTE }, () => ({
    upBytes: 350,
    downBytes: 9_000,
  }));
  return session(
    [
      ['foreground', 10],
      ['background', 180],
      ['locked', 180],
      ['doze', 110],
    ],
    [...fetches, ...records],
  );
}

describe('a baseline', () => {
  it('is what the contract says, and carries cadence, sizes, rate, phases, who, when, why and for which report', () => {
    const baseline = approved('torch', torch());
    expect(Baseline.parse(JSON.parse(JSON.stringify(baseline)))).toEqual(baseline);
    expect(baseline).toMatchObject({
      package: 'org.example.app',
      certificates: ['b'.repeat(64)],
      versionCode: 7,
      approval,
      report: { sha256: 'd'.repeat(64), run: 'r1', verdict: 'inconsistent' },
    });
    expect(baseline.channels.find(({ destination }) => destination.host === 'cdn.brightlamp.example')).toEqual({
      destination: { host: 'cdn.brightlamp.example', port: 443 },
      grouping: {
        by: 'destination',
        value: 'cdn.brightlamp.example:443',
        members: [{ host: 'cdn.brightlamp.example', port: 443 }],
      },
      role: null,
      owner: null,
      licensed: false,
      unread: false,
      cadence: { kind: 'periodic', beats: 9, structured: true, periodMs: 300_000, jitter: 0 },
      phases: [
        { phase: 'foreground', durationMs: 600_000, sessions: 0, unprompted: 0, sessionsPerHour: 0, periodMs: null },
        // 15, 20 | 25, 30, 35 | 40, 45, 50, 55 min: 2 in 15 min are 8 an hour, 3 are 12, 4 in 20 min are 12.
        { phase: 'background', durationMs: 900_000, sessions: 2, unprompted: 2, sessionsPerHour: 8, periodMs: 300_000 },
        { phase: 'locked', durationMs: 900_000, sessions: 3, unprompted: 3, sessionsPerHour: 12, periodMs: 300_000 },
        { phase: 'doze', durationMs: 1_200_000, sessions: 4, unprompted: 4, sessionsPerHour: 12, periodMs: 300_000 },
      ],
      dispersion: 1,
      asleep: {
        // 412, 403, 421 three times each: a quarter of 9 is rank 3 from the top, 421.
        up: { sessions: 9, median: 412, spread: 9, upperQuartile: 421, largest: 421 },
        down: { sessions: 9, median: 308, spread: 0, upperQuartile: 308, largest: 308 },
      },
      foreground: {
        up: { sessions: 0, median: null, spread: null, upperQuartile: null, largest: null },
        down: { sessions: 0, median: null, spread: null, upperQuartile: null, largest: null },
      },
      push: null,
    });
  });

  it('cannot be made of a report that does not know the signer', () => {
    const report = judge(inputOf(torch(), { stated: 'torch' }));
    expect(report.sample.signers).toBeNull();
    expect(() => baselineOf(report, approval, null)).toThrow(/certificate-unknown: org\.example\.app: vet the APK/);
  });
});

describe('a later version that does what was approved', () => {
  it('quotes a reason that is a sentence with its own full stop only', () => {
    const baseline = approved('torch', torch(), { reason: 'Agreed with the vendor.' });
    expect(later('torch', baseline, torch()).baseline!.sentence).toMatch(/: “Agreed with the vendor\.”$/);
  });

  it('an odd cadence is explained by its approval, with who, when and why', () => {
    const report = later('torch', approved('torch', torch()), torch());
    expect(report.verdict).toBe('consistent');
    expect(report.sentence).toMatchInlineSnapshot(
      `"19 sessions on 2 channels fit what a torch declares: each session has a licence in the state in which it came, or, as on 1 channel, was approved by N. N. on 2026-11-22."`,
    );
    expect(report.channels.find(({ id }) => id === 'c2')!.because).toMatchInlineSnapshot(
      `"Approved by N. N. on 2026-11-22 with version 7 (1.7): every 300 s (jitter 0 %), 412 ± 9 bytes up, 10.8 sessions an hour outside foreground. “licence check, agreed with the vendor”"`,
    );
    expect(report.baseline!.sentence).toMatchInlineSnapshot(
      `"Compared with version 7 (1.7), approved by N. N. on 2026-11-22: “licence check, agreed with the vendor”."`,
    );
    expect(kinds(report)).toEqual([]);
    expect(report.findings).toEqual([]);
    expect(report.benignExplanations.filter(({ name }) => name === 'Approved baseline')).toMatchInlineSnapshot(`
      [
        {
          "name": "Approved baseline",
          "result": "explains",
          "sentence": "Explains cdn.brightlamp.example:443, which N. N. approved on 2026-11-22. “licence check, agreed with the vendor”",
        },
      ]
    `);
    expect(Report.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  });

  it('without the baseline it is as inconsistent as before', () => {
    expect(run('torch', torch())).toMatchObject({ verdict: 'inconsistent', baseline: null });
  });

  it('an approval of a report that rests on an approval goes on', () => {
    const first = later('torch', approved('torch', torch()), torch());
    const second = later('torch', baselineOf(first, approval, null), torch());
    expect(second.verdict).toBe('consistent');
  });

  it('slower, smaller, fewer and silent channels are no departure', () => {
    const calmer = session(HOUR, beacon(600, { up: 100, down: 100 }));
    expect(kinds(later('torch', approved('torch', session(HOUR, beacon(300))), calmer))).toEqual([]);
    const silent = session(HOUR, [exchange('app-measurement.com', 20_000)]);
    expect(kinds(later('torch', approved('torch', torch()), silent))).toEqual([]);
  });

  it.each([0.05, 0.15, 0.3])('jitter of %s alone makes no departure, whatever the seed', (jitter) => {
    const make = (seed: number): NumberedRecord[] =>
      session(HOUR, beats('sync.example', { from: 10 * MINUTE, to: 60 * MINUTE, every: 200_000, jitter, seed }));
    const baseline = approved('torch', make(1));
    const departing = Array.from({ length: 40 }, (_, i) => kinds(later('torch', baseline, make(i + 2))).length > 0);
    expect(departing.filter(Boolean)).toEqual([]);
  });
});

describe('any app', () => {
  const hosts = ['cdn.brightlamp.example', 'app-measurement.com', 'a.shop.example', 'b.shop.example', '203.0.113.9'];
  const anySession = fc.record({
    host: fc.constantFrom(...hosts),
    atMs: fc.integer({ min: 0, max: 60 * MINUTE - 1 }),
    upBytes: fc.integer({ min: 0, max: 100_000 }),
    forced: fc.boolean(),
  });

  it('never departs from itself, whatever it does', () => {
    fc.assert(
      fc.property(fc.array(anySession, { maxLength: 60 }), (sessions) => {
        const records = sessions
          .sort((a, b) => a.atMs - b.atMs)
          .map(({ host, atMs, ...more }) => exchange(host, atMs, more));
        const report = later('torch', approved('torch', session(HOUR, records)), session(HOUR, records));
        expect(report.baseline).toMatchObject({ state: 'matched', differences: [] });
      }),
      { numRuns: 60, seed: 4 },
    );
  });
});

describe('a later version that departs', () => {
  it('a faster period is a finding even where the profile allows it', () => {
    const baseline = approved('weather', weather(60));
    const faster = weather(30);
    expect(run('weather', faster).verdict).toBe('consistent');
    const report = later('weather', baseline, faster);
    expect(kinds(report)).toEqual(['faster-period!']);
    expect(report.verdict).toBe('inconsistent');
    expect(report.sentence).toMatchInlineSnapshot(
      `"Period 30 min with api.nimbus.example:443, where the approved version 7 (1.7) kept 60 min: beyond measurement error (p < 0.001)."`,
    );
    expect(report.findings.map(({ kind, title }) => [kind, title])).toEqual([
      ['faster-period', 'Faster than approved'],
    ]);
    expect(report.playbook.map(({ title }) => title)).toEqual(['Preserve first', 'Hold the update', 'Approve anew']);
    expect(report.playbook[1]!.sentence).toBe(
      'Keep version 7 that N. N. approved, and do not roll this one out until its differences are explained.',
    );
    expect(report.questions).toMatchInlineSnapshot(`
      [
        "What changed since the approved version: Period 30 min with api.nimbus.example:443, where the approved version 7 (1.7) kept 60 min: beyond measurement error (p < 0.001).",
      ]
    `);
  });

  it('a faster beacon is told as faster, and its approval explains it no more', () => {
    const report = later('torch', approved('torch', torch()), session(HOUR, beacon(60)));
    expect(report.verdict).toBe('inconsistent');
    expect(report.findings.slice(0, 2).map(({ kind, sentence }) => ({ kind, sentence }))).toMatchInlineSnapshot(`
      [
        {
          "kind": "faster-period",
          "sentence": "Period 60 s with cdn.brightlamp.example:443, where the approved version 7 (1.7) kept 300 s: beyond measurement error (p < 0.001).",
        },
        {
          "kind": "structured-cadence-unlicensed",
          "sentence": "45 beats in 50 min, period 60 s, jitter 0 %, 0 missed, in background, while locked and in Doze; expected of a torch in these phases: none.",
        },
      ]
    `);
    expect(report.benignExplanations.find(({ name }) => name === 'Approved baseline')!.result).toBe('ruled-out');
    expect(report.playbook.map(({ title }) => title).slice(0, 3)).toEqual([
      'Hold the update',
      'Preserve first',
      'Contain',
    ]);
  });

  it('a period that is 5 % shorter is the same', () => {
    expect(kinds(later('torch', approved('torch', session(HOUR, beacon(300))), session(HOUR, beacon(285))))).toEqual(
      [],
    );
  });

  it('a larger payload', () => {
    const report = later('torch', approved('torch', torch()), session(HOUR, beacon(300, { up: 2_048 })));
    expect(kinds(report)).toEqual(['larger-payload!']);
    expect(report.baseline!.differences[0]!.sentence).toMatchInlineSnapshot(
      `"Sends 2048 ± 9 bytes (largest 2057 bytes) to cdn.brightlamp.example:443 outside foreground, where the approved version 7 (1.7) sent 412 ± 9 bytes (largest 421 bytes): 9 of 9 sessions go beyond 421 bytes by a quarter or more (p < 0.001)."`,
    );
  });

  it('one session far larger than any approved needs no second', () => {
    const burst = exchange('cdn.brightlamp.example', 52 * MINUTE, { upBytes: 5_000_000 });
    const report = later('torch', approved('torch', torch()), session(HOUR, [...beacon(300), burst]));
    expect(kinds(report)).toEqual(['larger-payload!']);
    expect(report.baseline!.differences[0]!.sentence).toMatchInlineSnapshot(
      `"Sends 412 ± 9 bytes (largest 5000 kB) to cdn.brightlamp.example:443 outside foreground, where the approved version 7 (1.7) sent 412 ± 9 bytes (largest 421 bytes): 1 session is more than 10 times the largest."`,
    );
  });

  it('sizes that differ by a token are the same', () => {
    const report = later('torch', approved('torch', torch()), session(HOUR, beacon(300, { up: 450 })));
    expect(kinds(report)).toEqual([]);
  });

  it('a new phase', () => {
    const baseline = approved('torch', session(HOUR, beacon(200, { from: 10, to: 40 })));
    const report = later('torch', baseline, session(HOUR, beacon(200, { from: 10 })));
    expect(kinds(report)).toEqual(['new-phase!']);
    expect(report.baseline!.differences[0]!.sentence).toMatchInlineSnapshot(
      `"6 sessions with cdn.brightlamp.example:443 in Doze, where the approved version 7 (1.7) had none in 20 min of it."`,
    );
  });

  it('an app that was silent in its sleep and now talks in all of it', () => {
    const silent = session(HOUR, [exchange('cdn.brightlamp.example', MINUTE)]);
    const report = later('torch', approved('torch', silent), torch());
    expect(kinds(report)).toEqual(['new-phase!', 'new-channel']);
    expect(report.baseline!.differences[0]!.sentence).toMatchInlineSnapshot(
      `"9 sessions with cdn.brightlamp.example:443 in background, while locked and in Doze, where the approved version 7 (1.7) had none in 50 min of it."`,
    );
  });

  it('a phase that the approved version was never watched in is no departure, and is said not to be compared', () => {
    const short = session(
      [
        ['foreground', 10],
        ['background', 40],
      ],
      beacon(200, { from: 10, to: 50 }),
    );
    const report = later('torch', approved('torch', short), session(HOUR, beacon(200, { from: 10 })));
    expect(kinds(report)).toEqual([]);
    expect(report.baseline!.notCompared).toMatchInlineSnapshot(`
      [
        "The approved version was never watched while locked: what comes then is judged by the profile alone.",
        "The approved version was never watched in Doze: what comes then is judged by the profile alone.",
      ]
    `);
    // What comes while locked and in Doze was never approved, so the profile alone judges it.
    expect(report.verdict).toBe('inconsistent');
  });

  it('a new channel', () => {
    const more = beats('updates.nimbus-weather.example', { from: 20 * MINUTE, to: 480 * MINUTE, every: 60 * MINUTE });
    const report = later('weather', approved('weather', weather(60)), weather(60, more));
    expect(kinds(report)).toEqual(['new-channel!']);
    expect(report.sentence).toMatchInlineSnapshot(
      `"Sends 400 bytes to updates.nimbus-weather.example:443 every 60 min (jitter 0 %) in background, while locked and in Doze; a news or weather app has no use for that, no push preceded it, and it went on in Doze."`,
    );
  });

  it('a new channel of foreground alone is told, and decides nothing', () => {
    const more = beats('images.nimbus.example', { from: MINUTE, to: 9 * MINUTE, every: 100_000 });
    const report = later('weather', approved('weather', weather(60)), weather(60, more));
    expect(kinds(report)).toEqual(['new-channel']);
    expect(report).toMatchObject({ verdict: 'consistent', findings: [{ kind: 'new-channel', title: 'New channel' }] });
    expect(report.sentence).toMatchInlineSnapshot(
      `"13 sessions on 2 channels fit what a news or weather app declares: each session has a licence in the state in which it came. It differs from the approved version 7 in 1 point, which decides nothing alone."`,
    );
  });

  it('another host of a known service is no new channel, unless anybody may have one; of nobody it is', () => {
    const make = (host: string): NumberedRecord[] =>
      weather(60, beats(host, { from: MINUTE, to: 9 * MINUTE, every: 70_000 }));
    const baseline = approved('weather', make('googleads.g.doubleclick.net'));
    expect(kinds(later('weather', baseline, make('securepubads.g.doubleclick.net')))).toEqual([]);
    expect(
      kinds(later('weather', approved('weather', make('o1.ingest.sentry.io')), make('o2.ingest.sentry.io'))),
    ).toEqual(['new-channel']);
    expect(
      kinds(later('weather', approved('weather', make('a.stranger.example')), make('b.stranger.example'))),
    ).toEqual(['new-channel']);
  });

  it('an approved host among others that take turns with it covers none of them', () => {
    const names = ['cdn', 'kq3x', 'zz81', 'b7tt', 'wq5n'].map((name) => `${name}.brightlamp.example`);
    const turns = beats('x', { from: 12 * MINUTE, to: 60 * MINUTE, every: 150_000 }, (i) => ({
      destination: { host: names[i % names.length]!, port: 443 },
      upBytes: 412,
    }));
    const alone = beacon(150, { from: 12 });
    const report = later('torch', approved('torch', session(HOUR, alone)), session(HOUR, turns));
    expect(report.channels).toHaveLength(1);
    expect(report.verdict).toBe('inconsistent');
    expect(report.baseline!.differences.map(({ sentence }) => sentence)).toMatchInlineSnapshot(`
      [
        "20 sessions with 5 hosts of brightlamp.example (every 150 s, jitter 0 %) in background, while locked and in Doze; the approved version 7 (1.7) spoke to none of kq3x.brightlamp.example:443, zz81.brightlamp.example:443, b7tt.brightlamp.example:443 and 1 other in 60 min.",
      ]
    `);
  });

  it('sessions without a rhythm that come more often', () => {
    // 4 sessions in 50 min, then 24: given 28 in equal times, 24 or more in the second have p = 9e-5.
    const at = (count: number): CaptureRecord[] =>
      Array.from({ length: count }, (_, i) => {
        const share = (i + 0.5 + 0.4 * Math.sin(7 * i * i)) / count;
        return exchange('a.example', Math.round((10 + 50 * share) * MINUTE));
      });
    const report = later('torch', approved('torch', session(HOUR, at(4))), session(HOUR, at(24)));
    expect(kinds(report)).toEqual(['more-sessions!']);
    expect(report.baseline!.differences[0]!.sentence).toMatchInlineSnapshot(
      `"24 sessions in 50 min with a.example:443 outside foreground, where the approved version 7 (1.7) had 4 sessions in 50 min (p < 0.001)."`,
    );
  });

  it('a messenger that no longer waits for pushes', () => {
    const baseline = approved('messaging', chat());
    expect(baseline.channels[0]!.push).toMatchObject({ coupled: true });
    const pushes = chat()
      .filter(({ record }) => record.type === 'push')
      .map(({ record }) => record);
    const polls = beats('api.parley.example', {
      from: 12 * MINUTE + 20_000,
      to: 60 * MINUTE,
      every: 170_000,
      jitter: 0.5,
    });
    const report = later('messaging', baseline, session(HOUR, [...pushes, ...polls]));
    expect(kinds(report)).toContain('push-coupling-lost!');
    expect(
      report.baseline!.differences.find(({ kind }) => kind === 'push-coupling-lost')!.sentence,
    ).toMatchInlineSnapshot(
      `"0 of 10 pushes were followed by a session with api.parley.example:443 within 10 s, where the approved version 7 (1.7) followed 10 of 10 (p < 0.001); 15 sessions outside foreground came without one."`,
    );
  });

  it('more pushes make more sessions, which is no departure', () => {
    const extra = Array.from({ length: 8 }, (_, i) => {
      const atMs = (12 + 6 * i) * MINUTE + 7_000 * i;
      return [push(atMs, 100 + i), exchange('api.parley.example', atMs + 1_500, { upBytes: 300, downBytes: 2_500 })];
    }).flat();
    const records = chat()
      .map(({ record }) => record)
      .filter(({ type }) => type === 'push' || type === 'session');
    const report = later('messaging', approved('messaging', chat()), session(HOUR, [...records, ...extra]));
    expect(kinds(report)).toEqual([]);
    expect(report.verdict).toBe('consistent');
  });

  it('of a capture without phases nothing decides by itself', () => {
    const bare = (records: readonly NumberedRecord[]) => records.filter(({ record }) => record.type !== 'phase');
    const report = later('torch', approved('torch', bare(torch())), bare(session(HOUR, beacon(60))));
    expect(report.baseline!.differences.map(({ decides }) => decides)).not.toContain(true);
    expect(kinds(report)).toContain('faster-period');
  });

  it('sessions that had a licence then and have none now were never approved as they are', () => {
    const walk = (services: readonly string[]) =>
      session(HOUR, beats('live.fit.example', { from: 12 * MINUTE, to: 60 * MINUTE, every: 120_000 }), services);
    const licensed = approved('fitness', walk(['location', 'health']));
    expect(licensed.channels[0]!.licensed).toBe(true);
    const report = later('fitness', licensed, walk([]));
    expect(report.verdict).toBe('inconsistent');
    expect(report.baseline!.approvedChannels).toEqual([]);
  });
});

describe('a baseline that does not count', () => {
  const certificate = (digit: string): Inspection['facts']['certificates'][number] => {
    return { sha256: digit.repeat(64), subject: 'CN=Test', scheme: 'v3', verified: true };
  };
  function signedBy(digit: string, lineage: readonly (readonly [string, number])[] = []): Inspection {
    const inspection = declares('torch');
    const signers = [digit.repeat(64)];
    return {
      ...inspection,
      facts: {
        ...inspection.facts,
        certificates: [certificate(digit)],
        signing: {
          schemes: [],
          platforms: [{ fromApi: 24, toApi: null, scheme: 'v3', signers }],
          lineage: lineage.map(([one, flags]) => ({ sha256: one.repeat(64), subject: 'CN=Test', flags })),
          otherBlocks: [],
        },
      },
    };
  }
  const baseline = approved('torch', torch());

  it.each([
    ['another certificate', { inspection: signedBy('c') }, 'other-certificate'],
    [
      'a rotated key with proof of rotation',
      {
        inspection: signedBy('c', [
          ['b', 23],
          ['c', 23],
        ]),
      },
      'matched',
    ],
    [
      'a key that may no longer take over (flag 1 is not set)',
      {
        inspection: signedBy('c', [
          ['b', 2],
          ['c', 23],
        ]),
      },
      'other-certificate',
    ],
    [
      'a proof of rotation that ends in another key',
      {
        inspection: signedBy('c', [
          ['b', 23],
          ['d', 23],
        ]),
      },
      'other-certificate',
    ],
    ['no APK', { inspection: null, stated: 'torch' }, 'certificate-unknown'],
    ['another package', { inspection: null, stated: 'torch', packageName: 'org.other' }, 'other-package'],
  ] as const)('%s', (_what, more, state) => {
    const report = later('torch', baseline, torch(), more);
    expect(report.baseline!.state).toBe(state);
    expect(report.verdict).toBe(state === 'matched' ? 'consistent' : 'inconsistent');
    expect(report.baseline!.sentence).toMatchSnapshot();
    if (state !== 'matched') {
      expect(report.benignExplanations.at(-1)).toEqual({
        name: 'Approved baseline',
        result: 'not-testable',
        sentence: `Not testable. ${report.baseline!.sentence}`,
      });
      expect({ ...report, baseline: null, benignExplanations: [] }).toEqual({
        ...run('torch', torch(), more),
        benignExplanations: [],
      });
    }
  });

  it.each([
    ['2026-12-31', '2026-12-31T23:59:59.000Z', 'matched'],
    ['2026-12-31', '2027-01-01T00:00:00.000Z', 'expired'],
    ['2026-12-31', 'some day', 'expired'],
    ['2026-12-31', null, 'expired'],
    [null, null, 'matched'],
  ] as const)('until %s, of a capture made at %s: %s', (until, startedAt, state) => {
    const input = inputOf(torch(), {
      inspection: declares('torch'),
      baseline: { ...baseline, approval: { ...approval, until } },
    });
    const report = judge({ ...input, provenance: { ...input.provenance, startedAt } });
    expect(report.baseline!.state).toBe(state);
    expect(report.baseline!.sentence).toMatchSnapshot();
  });

  it('today counts where the capture does not say when it was made', () => {
    const dated = { ...baseline, approval: { ...approval, until: '2026-12-31' } };
    expect(later('torch', dated, torch(), { asOf: '2026-12-01T00:00:00Z' }).baseline!.state).toBe('matched');
    expect(later('torch', dated, torch(), { asOf: '2027-02-01T00:00:00Z' }).baseline!.state).toBe('expired');
  });
});
