import { describe, expect, it } from 'vitest';
import type { SessionRecord } from '../../orchestrator/contract/capture.ts';
import type { Report } from '../../orchestrator/contract/report.ts';
import { beats, exchange, HOUR, judged, MINUTE, push, session } from './scenario.ts';

const asleep = { from: 15 * MINUTE, to: 60 * MINUTE };
const every = (minutes: number, more: Partial<SessionRecord> = {}, host = 'a.example'): SessionRecord[] =>
  beats(host, { ...asleep, every: minutes * MINUTE }, () => more);

function channel(report: Report, host = 'a.example'): Report['channels'][number] {
  return report.channels.find(({ destination }) => destination.host === host)!;
}

describe('a licence holds in its state only', () => {
  it('location every 30 s is navigation while its service runs, and nothing of the kind when it is stopped', () => {
    const track = beats('a.example', { ...asleep, every: 30_000 });
    expect(judged('navigation', session(HOUR, track, ['location'])).verdict).toBe('consistent');
    expect(judged('navigation', session(HOUR, track, [])).verdict).toBe('inconsistent');
    expect(judged('navigation', session(HOUR, track, ['mediaPlayback'])).verdict).toBe('inconsistent');
  });

  it('where services were not recorded, nothing can be told', () => {
    const records = session(HOUR, beats('a.example', { ...asleep, every: 30_000 })).filter(
      ({ record }) => record.type !== 'state',
    );
    expect(judged('navigation', records).verdict).toBe('inconclusive');
  });

  it('a fetch within 60 s of a push is licensed; a timer between pushes is not', () => {
    const pushes = Array.from({ length: 9 }, (_, i) => push((16 + 5 * i) * MINUTE, i));
    const fetches = pushes.map((one) => exchange('a.example', one.atMs + 1_500));
    const timer = beats('b.example', { from: 18.5 * MINUTE, to: 60 * MINUTE, every: 5 * MINUTE });
    expect(judged('finance', session(HOUR, [...pushes, ...fetches])).verdict).toBe('consistent');
    const report = judged('finance', session(HOUR, [...pushes, ...fetches, ...timer]));
    expect(channel(report).explained).toBe(true);
    expect(channel(report, 'b.example').explained).toBe(false);
  });

  it('a push that reached a stopped app licenses nothing', () => {
    const pushes = Array.from({ length: 4 }, (_, i) => push((16 + 5 * i) * MINUTE, i, { outcome: 'refused-stopped' }));
    const fetches = pushes.map((one) => exchange('a.example', one.atMs + 1_500));
    expect(judged('finance', session(HOUR, [...pushes, ...fetches])).verdict).toBe('inconsistent');
  });

  it('what leaves with the user is theirs: a session 20 s after foreground is, one after 5 min is not', () => {
    // grace = 10 s + 0.3 s x 59 = 27.7 s of device time at clock x 60
    expect(channel(judged('torch', session(HOUR, [exchange('a.example', 10 * MINUTE + 20_000)]))).explained).toBe(true);
    expect(channel(judged('torch', session(HOUR, [exchange('a.example', 15 * MINUTE)]))).explained).toBeNull();
  });
});

describe('traffic that goes on', () => {
  it('without a pause from foreground into sleep is judged there too', () => {
    const stream = beats('a.example', { from: 5 * MINUTE, to: 60 * MINUTE, every: 1_000 });
    const report = judged('torch', session(HOUR, stream));
    expect(report.verdict).toBe('inconsistent');
    // pieces of 5 min from 5 min on; the one at 10 min is the user's: 9 remain, at 15, 20, … 55 min
    expect(report.channels[0]!.beats).toHaveLength(11);
    expect(report.findings[0]!.sentence).toMatch(/^9 sessions in 50 min/);
  });

  it('in one exchange that never ends cannot be told', () => {
    const report = judged('torch', session(HOUR, [exchange('a.example', 5 * MINUTE, { endMs: 55 * MINUTE })]));
    expect(report.verdict).toBe('inconclusive');
    expect(report.sentence).toBe(
      'a.example:443: A session that began in foreground, where it was licensed, lasted 50 min and was still open in Doze, where it was not.',
    );
  });
});

describe("a messenger's keep-alive every 5 minutes", () => {
  const keepAlive = (connection: (beat: number) => number, upBytes: number) =>
    beats('a.example', { ...asleep, every: 5 * MINUTE }, (beat) => ({
      connection: connection(beat),
      upBytes,
      downBytes: 30,
    }));

  it.each([
    // 9 beats from 15 to 60 min
    ['on one socket, a few bytes', () => 1, 35, 'consistent'],
    ['on a socket lost twice: 3 connections for 9 sessions', (beat: number) => Math.floor(beat / 3), 35, 'consistent'],
    ['on a new connection each time', (beat: number) => beat, 35, 'inconsistent'],
    ['on one socket, with 554 bytes of something', () => 1, 554, 'inconsistent'],
  ] as const)('%s', (_, connection, upBytes, verdict) => {
    expect(judged('messaging', session(HOUR, keepAlive(connection, upBytes))).verdict).toBe(verdict);
  });
});

describe('a licence holds within its bounds only', () => {
  it.each([
    // function, minutes between, up, down, verdict, arithmetic
    ['mail-sync', 15, 400, 900, 'consistent', '3 beats, 900 s >= 900 s'],
    ['mail-sync', 3, 400, 900, 'inconsistent', '180 s < 0.8 x 600 s'],
    ['weather', 30, 400, 31_000, 'consistent', '2 beats, a download'],
    ['weather', 30, 900, 300, 'inconclusive', '2 beats, but 900 up for 300 down is an upload'],
    ['weather', 10, 400, 31_000, 'inconsistent', '600 s < 0.8 x 1800 s'],
    ['game', 10, 400, 300, 'inconsistent', 'daily, not 5 times in 50 min'],
    ['device-admin', 15, 400, 900, 'consistent', '3 beats, policy from 900 s on'],
    ['device-admin', 15, 90_000, 900, 'inconsistent', '90 kB a session > 64 KiB'],
    ['parental-control', 5, 9_000, 300, 'consistent', 'uploads from 300 s on are expected'],
    ['launcher', 10, 400, 900, 'inconsistent', '600 s < 0.8 x 3600 s'],
  ] as const)('%s every %d min, %d up, %d down: %s (%s…)', (name, minutes, upBytes, downBytes, verdict, _) => {
    expect(judged(name, session(HOUR, every(minutes, { upBytes, downBytes }))).verdict).toBe(verdict);
  });

  it('a VPN has one peer: the busier destination', () => {
    const tunnel = beats('peer.example', { ...asleep, every: 25_000 });
    const report = judged('vpn', session(HOUR, [...tunnel, ...every(5)]));
    expect(channel(report, 'peer.example').explained).toBe(true);
    expect(channel(report).because).toBe(
      '9 sessions in background, while locked and in Doze fit nothing that a VPN licenses (tunnel: it covers one destination, and another uses it).',
    );
  });

  it('surveillance-capable is said even where all is licensed', () => {
    const report = judged('parental-control', session(HOUR, every(5)));
    expect(report.sentence).toContain('It is surveillance-capable, which no cadence makes benign.');
    expect(report.questions[0]).toMatch(/^Who is watched/);
  });
});

describe('who sent it', () => {
  it("Play Services' heartbeat is never the app's", () => {
    const heartbeat = beats('mtalk.google.com', { from: 0, to: 60 * MINUTE, every: 4 * MINUTE }, () => ({
      destination: { host: 'mtalk.google.com', port: 5228 },
      uid: 10_044,
    }));
    const report = judged('torch', session(HOUR, [...heartbeat, exchange('a.example', MINUTE)]));
    expect(report.verdict).toBe('consistent');
    expect(channel(report, 'mtalk.google.com')).toMatchObject({
      explained: true,
      owner: { kind: 'platform', name: 'Google' },
    });
    expect(report.visibility.sessions).toBe(1);
  });

  it('only foreign traffic is no traffic of the app', () => {
    const report = judged('torch', session(HOUR, every(5, { uid: 10_044 })));
    expect(report.sentence).toMatch(/^No traffic seen/);
  });

  it("the app's own beacon to a host of the platform is still the app's", () => {
    const report = judged('torch', session(HOUR, every(5, {}, 'connectivitycheck.gstatic.com')));
    expect(report.verdict).toBe('inconsistent');
  });

  it('registering for push is licensed beside every function, and an hourly analytics batch beside some', () => {
    const registration = [exchange('firebaseinstallations.googleapis.com', 20 * MINUTE)];
    expect(judged('torch', session(HOUR, registration)).verdict).toBe('consistent');
    const batch = [exchange('app-measurement.com', 20 * MINUTE, { upBytes: 9_000 })];
    expect(judged('weather', session(HOUR, batch)).verdict).toBe('consistent');
    expect(judged('torch', session(HOUR, batch)).verdict).toBe('inconclusive');
  });

  it('advertisements in background are not licensed beside a game', () => {
    const report = judged('game', session(HOUR, every(1, {}, 'googleads.g.doubleclick.net')), ['ad-supported']);
    expect(report.verdict).toBe('inconsistent');
    expect(report.channels[0]).toMatchObject({ role: 'ads', owner: { kind: 'sdk', name: 'Google' } });
  });
});

describe('forced firings', () => {
  it('are shown, marked, and never held against the app', () => {
    const report = judged('torch', session(HOUR, every(5, { forced: true })));
    const [only] = report.channels;
    expect(only!.explained).toBe(true);
    expect(only!.because).toBe('Only forced firings reached it, and those are ours.');
    expect(only!.cadence.beats).toBe(0);
    expect(only!.phases.map(({ phase, forced }) => [phase, forced])).toEqual([
      ['foreground', 0],
      ['background', 2],
      ['locked', 3],
      ['doze', 4],
    ]);
  });

  it('do not use up a licence, and do not make a rhythm', () => {
    const natural = [
      exchange('a.example', 20 * MINUTE, { downBytes: 31_000 }),
      exchange('a.example', 50 * MINUTE, { downBytes: 31_000 }),
    ];
    const forced = beats('a.example', { from: 22 * MINUTE, to: 30 * MINUTE, every: MINUTE }, () => ({ forced: true }));
    const report = judged('weather', session(HOUR, [...natural, ...forced]));
    expect(report.verdict).toBe('consistent');
    // natural windows: 10 to 22 min and 29 to 60 min
    expect(report.visibility.longestNaturalWindowMs).toBe(31 * MINUTE);
  });
});
