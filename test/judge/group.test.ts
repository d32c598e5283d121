import { describe, expect, it } from 'vitest';
import { jitterSequence } from '../../orchestrator/contract/behaviour.ts';
import type { SessionRecord } from '../../orchestrator/contract/capture.ts';
import { Report } from '../../orchestrator/contract/report.ts';
import { judge } from '../../workers/judge/report.ts';
import { beats, declares, exchange, HOUR, inputOf, judged, MINUTE, session } from './scenario.ts';

type More = Partial<SessionRecord>;

/** A beat every so many minutes from 15 to 60, the i-th to the i-th host. */
function hopping(hostOf: (i: number) => string, everyMinutes = 5, more: (i: number) => More = () => ({})) {
  return beats('none.example', { from: 15 * MINUTE, to: 60 * MINUTE, every: everyMinutes * MINUTE }, (i) => ({
    destination: { host: hostOf(i), port: 443 },
    ...more(i),
  }));
}

/** Instants that a seed draws, the time between them exponential. */
function chance(seed: number, count: number, from: number, to: number): number[] {
  const random = jitterSequence(seed);
  return Array.from({ length: count }, () => Math.round(from + random.next().value * (to - from))).sort(
    (a, b) => a - b,
  );
}

const groups = (report: Report): Report['channels'] =>
  report.channels.filter(({ grouping }) => grouping.by !== 'destination');

describe('a beacon that changes its host name each beat is one channel', () => {
  const report = judged(
    'torch',
    session(
      HOUR,
      hopping((i) => `${'abcdefghi'[i]}pple.brightlamp.example`),
    ),
  );

  it('and inconsistent in a torch, in these words', () => {
    expect(report.verdict).toBe('inconsistent');
    expect(report.sentence).toBe(
      'Sends 400 bytes to 9 hosts of brightlamp.example, a new one each beat, every 300 s (jitter 0 %) in background, while locked and in Doze; ' +
        'a torch has no use for that, no push preceded it, and it went on in Doze.',
    );
    expect(report.findings[0]!.sentence).toBe(
      '9 beats with 9 hosts of brightlamp.example, a new one each beat, in 50 min, period 300 s, jitter 0 %, 0 missed, in background, while locked and in Doze; ' +
        'none of them carries the rhythm alone, since no more than 1 beat began with one; expected of a torch in these phases: none.',
    );
    expect(report.questions[0]).toContain('9 hosts of brightlamp.example every 300 s');
    expect(report.playbook[1]!.sentence).toContain('(9 hosts of brightlamp.example)');
  });

  it('nothing is lost: each member is listed with its beats, each beat with its member and lines', () => {
    expect(report.channels).toHaveLength(1);
    const { grouping, beats: shown, destination } = report.channels[0]!;
    expect(grouping).toEqual({
      by: 'registrable-domain',
      value: 'brightlamp.example',
      members: [...'abcdefghi'].map((letter) => ({ host: `${letter}pple.brightlamp.example`, port: 443, beats: 1 })),
    });
    expect(destination).toEqual({ host: 'apple.brightlamp.example', port: 443 });
    expect(shown.map((beat) => beat.destination!.host[0]).join('')).toBe('abcdefghi');
    expect(new Set(shown.flatMap(({ lines }) => lines)).size).toBe(9);
    expect(Report.parse(report)).toEqual(report);
  });

  it('each a stranger to the other they make no group, and none excuses the other', () => {
    const strangers = (count: number): Report =>
      judged('torch', session(HOUR, hopping((i) => `${'abcdefghi'[i]}.site${i}.example`).slice(0, count)));
    // 9 wake-ups with 9 strangers; 4 are fewer than the 5 that a cadence takes
    expect(groups(strangers(9))).toEqual([]);
    expect(strangers(9).verdict).toBe('inconsistent');
    expect(strangers(9).sentence).toBe(
      'Sends 400 bytes to 9 destinations of no known owner in turn, 9 times every 300 s (jitter 0 %), in background, while locked and in Doze; ' +
        'a torch has no use for that, no push preceded it, and it went on in Doze.',
    );
    expect(strangers(9).findings.map(({ kind }) => kind)).toEqual(['spread-over-strangers']);
    expect(strangers(4).verdict).toBe('inconclusive');
  });

  it.each([
    [
      'of a small pool, drawn by chance',
      (i: number) => `h${[0, 2, 1, 1, 0, 2, 2, 1, 0, 1, 2, 0, 0, 1, 2][i]}.pool.example`,
      'by turns',
    ],
    ['of two, in turn', (i: number) => `h${[0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0][i]}.pool.example`, null],
  ])('hosts %s', (_, hostOf, words) => {
    const pool = judged('torch', session(HOUR, hopping(hostOf, 3)));
    if (words === null) {
      // Each of two hosts in turn has the double period for itself: each is a channel with a rhythm of its own.
      expect(pool.channels.map(({ cadence }) => cadence.periodMs)).toEqual([360_000, 360_000]);
    } else {
      expect(groups(pool)[0]!.cadence).toMatchObject({ structured: true, periodMs: 180_000 });
      expect(pool.sentence).toContain(`to 3 hosts of pool.example, ${words}, every 180 s`);
    }
  });

  it('generated names are told from a host of the same domain that has traffic of its own', () => {
    const random = chance(11, 30, 0, 60 * MINUTE).map((at) => exchange('www.shop.example', at));
    const names = ['k3x9', 'p0qz', 'b71n', 'zz4t', 'm2m8', 'q9wd', 'j5hh', 'v8c1', 't6ra'];
    const both = judged('torch', session(HOUR, [...random, ...hopping((i) => `${names[i]}.shop.example`)]));
    const [group] = groups(both);
    expect(group!.grouping).toMatchObject({ by: 'name-pattern', value: '*.shop.example' });
    expect(group!.grouping.members).toHaveLength(9);
    expect(group!.cadence.periodMs).toBe(300_000);
    expect(both.sentence).toContain('to 9 hosts named *.shop.example, a new one each beat, every 300 s');
    expect(both.channels.map(({ destination }) => destination.host)).toContain('www.shop.example');
  });

  it('a port that changes each beat is one channel too', () => {
    const ports = hopping(
      () => 'c.lamp.example',
      5,
      (i) => ({ destination: { host: 'c.lamp.example', port: 8000 + i } }),
    );
    expect(judged('torch', session(HOUR, ports)).sentence).toContain(
      'to 9 ports of c.lamp.example, a new one each beat,',
    );
  });
});

describe('names that share no domain', () => {
  const strange = (i: number): string => `${'abcdefghi'[i]}${'xyz'[i % 3]}.made-up-${i}.example`;

  it('are one channel at one address', () => {
    const report = judged(
      'torch',
      session(
        HOUR,
        hopping(strange, 5, () => ({ address: '203.0.113.7' })),
      ),
    );
    expect(groups(report)[0]!.grouping).toMatchObject({ by: 'address', value: '203.0.113.7' });
    expect(report.sentence).toContain('to 9 hosts at the address 203.0.113.7, a new one each beat, every 300 s');
  });

  it('and with one certificate, also where the address changes and no name is given', () => {
    const certificateSha256 = 'ab'.repeat(32);
    const report = judged(
      'torch',
      session(
        HOUR,
        hopping(
          (i) => `203.0.113.${i}`,
          5,
          () => ({ certificateSha256 }),
        ),
      ),
    );
    expect(groups(report)[0]!.grouping).toMatchObject({ by: 'certificate', value: certificateSha256 });
    expect(report.sentence).toContain('to 9 hosts with one certificate (SHA-256 abababab…), a new one each beat,');
  });

  it('stay apart at a cloud, whose suffix is no domain of theirs', () => {
    const report = judged(
      'torch',
      session(
        HOUR,
        hopping((i) => `d${i}7f3.cloudfront.net`),
      ),
    );
    expect(groups(report)).toEqual([]);
  });

  it('stay apart behind a shared address where each keeps its own time', () => {
    // Three strangers of a content network, every 15 min each, 5 min after one another: together every 5 min.
    const records = [0, 1, 2].flatMap((k) =>
      beats(strange(k), { from: (15 + 5 * k) * MINUTE, to: 60 * MINUTE, every: 15 * MINUTE }, () => ({
        address: '203.0.113.7',
      })),
    );
    expect(groups(judged('torch', session(HOUR, records)))).toEqual([]);
  });

  it('stay apart where only two share an address, or the table of roles knows them', () => {
    const address = '203.0.113.7';
    const two = hopping(
      (i) => strange([0, 1, 1, 0, 1, 0, 0, 1, 0][i]!),
      5,
      () => ({ address }),
    );
    expect(groups(judged('torch', session(HOUR, two)))).toEqual([]);
    const known = ['app-measurement.com', 'graph.facebook.com', 'sessions.bugsnag.com'];
    const three = hopping(
      (i) => known[[0, 1, 2, 1, 0, 2, 2, 0, 1][i]!]!,
      5,
      () => ({ address }),
    );
    expect(groups(judged('torch', session(HOUR, three)))).toEqual([]);
  });

  it('an address that is not the only one of a name ties nothing', () => {
    const records = hopping(
      (i) => strange(i % 4),
      5,
      (i) => ({ address: `203.0.113.${i}` }),
    );
    expect(groups(judged('torch', session(HOUR, records)))).toEqual([]);
  });
});

describe('timers of one owner', () => {
  const every15 = (host: string, from: number) =>
    beats(host, { from: from * MINUTE, to: 60 * MINUTE, every: 15 * MINUTE });

  it('two jobs every 15 min each are two channels, and not one of every few minutes', () => {
    for (const after of [2, 4, 7.5]) {
      const records = session(HOUR, [
        ...every15('api.nimbus.example', 11),
        ...every15('log.nimbus.example', 11 + after),
      ]);
      expect(groups(judged('weather', records))).toEqual([]);
    }
  });

  it('three names in even turns, so that none is called more than every 15 min, are one of every 5 min', () => {
    const names = ['a', 'b', 'c'].flatMap((name, k) => every15(`${name}.nimbus.example`, 15 + 5 * k));
    const [group] = groups(judged('weather', session(HOUR, names)));
    expect(group!.cadence).toMatchObject({ structured: true, periodMs: 300_000, beats: 9 });
  });

  it('three in uneven turns keep their own time', () => {
    const names = ['a', 'b', 'c'].flatMap((name, k) => every15(`${name}.nimbus.example`, 12 + [0, 2, 9][k]!));
    expect(groups(judged('weather', session(HOUR, names)))).toEqual([]);
  });
});

describe('grouping is never laxer', () => {
  it('a licence for one destination covers none of three that are one channel', () => {
    const hostOf = (i: number): string => `h${[0, 2, 1, 1, 0, 2, 2, 1, 0, 1, 2, 0, 0, 1, 2][i]}.pool.example`;
    const tunnel = judged('vpn', session(HOUR, hopping(hostOf, 3)));
    expect(tunnel.channels.map(({ explained, expectation }) => [explained, expectation.licences])).toEqual([
      [false, [expect.objectContaining({ id: 'tunnel' })]],
    ]);
    expect(tunnel.channels[0]!.because).toBe(
      '15 sessions in background, while locked and in Doze fit nothing that a VPN licenses (tunnel: it covers one destination, and another uses it).',
    );
  });

  it('what nothing covered on a member stays uncovered on the channel', () => {
    // In foreground all is licensed; 9 beats after it are not, and no merging with the earlier ones makes them so.
    const visible = hopping((i) => `${'abcdefghi'[i]}pple.brightlamp.example`).map((one, i) => ({
      ...one,
      startMs: 8 * MINUTE + i * 10_000,
      endMs: 8 * MINUTE + i * 10_000 + 300,
    }));
    const asleep = hopping((i) => `${'abcdefghi'[i]}pple.brightlamp.example`);
    const report = judged('torch', session(HOUR, [...visible, ...asleep]));
    expect(groups(report)[0]!.cadence).toMatchObject({ of: 'unlicensed', beats: 9, periodMs: 300_000 });
  });

  it('what is forced on one member leaves the natural beat of another natural', () => {
    const forced = exchange('fpple.brightlamp.example', 20 * MINUTE - 2000, { forced: true });
    const report = judged(
      'torch',
      session(HOUR, [forced, ...hopping((i) => `${'abcdefghi'[i]}pple.brightlamp.example`)]),
    );
    const { beats: shown } = groups(report)[0]!;
    expect(shown.filter((beat) => beat.forced)).toEqual([]);
    expect(shown).toHaveLength(9);
  });

  it('the traffic of another uid is no member', () => {
    const other = hopping(
      (i) => `${'abcdefghi'[i]}.apps.example`,
      5,
      () => ({ uid: 1000 }),
    );
    expect(groups(judged('torch', session(HOUR, other)))).toEqual([]);
  });
});

describe('without a rhythm there is no group', () => {
  const words = ['api', 'img', 'www', 'static'];

  it.each([1, 2, 3])('at most 2 of 100 domains of four hosts with aperiodic traffic are grouped (seed %i)', (seed) => {
    const random = jitterSequence(seed);
    const domains = 100;
    const records = Array.from({ length: domains }, (_, d) =>
      chance(1000 * seed + d, 10 + (d % 4) * 10, 10 * MINUTE, 60 * MINUTE).map((at) => {
        const host =
          d % 2 === 0 ? words[Math.floor(random.next().value * 4)]! : `n${Math.floor(random.next().value * 4)}`;
        return exchange(`${host}.site${d}.example`, at, { address: `203.0.113.${d}` });
      }),
    );
    const report = judged('torch', session(HOUR, records.flat()));
    expect(report.channels.length).toBeGreaterThan(3.5 * domains);
    expect(groups(report).length).toBeLessThanOrEqual(2);
  });

  it('so with human-paced traffic, the null that comes closest to a rhythm: at most 5 of 200 domains', () => {
    const random = jitterSequence(77);
    const next = (): number => Math.max(1e-9, random.next().value);
    const normal = (): number => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
    const records: SessionRecord[] = [];
    for (let d = 0; d < 200; d++) {
      const sigma = 0.42 + 0.23 * next();
      // Lognormal gaps of 100 s on average: some 30 beats in 50 minutes
      for (let at = 10 * MINUTE; at < 60 * MINUTE; at += 100_000 * Math.exp(sigma * normal() - sigma ** 2 / 2)) {
        records.push(exchange(`${words[Math.floor(next() * 4)]!}.site${d}.example`, Math.round(at)));
      }
    }
    expect(groups(judged('torch', session(HOUR, records))).length).toBeLessThanOrEqual(5);
  });

  it('the order of records changes nothing', () => {
    const records = session(HOUR, [
      ...hopping((i) => `${'abcdefghi'[i]}pple.brightlamp.example`),
      ...hopping(
        (i) => `${i}.made${i}.example`,
        5,
        () => ({ address: '203.0.113.9' }),
      ),
      ...chance(5, 20, 0, 60 * MINUTE).map((at) => exchange('www.brightlamp.example', at)),
    ]);
    const inspection = declares('torch');
    const once = JSON.stringify(judge(inputOf(records, { inspection })));
    expect(groups(JSON.parse(once) as Report)).toHaveLength(2);
    const shuffled = records.map((one, i) => ({ one, at: (i * 17) % records.length })).sort((a, b) => a.at - b.at);
    for (const order of [records.toReversed(), shuffled.map(({ one }) => one)]) {
      expect(JSON.stringify(judge(inputOf(order, { inspection })))).toBe(once);
    }
  });
});
