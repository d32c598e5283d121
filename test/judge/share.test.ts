import { describe, expect, it } from 'vitest';
import type { SessionRecord } from '../../orchestrator/contract/capture.ts';
import { wakeUps } from '../../workers/judge/share.ts';
import { beats, exchange, HOUR, judged, MINUTE, push, session } from './scenario.ts';

/** One host after another, each as often as it is its turn. */
function inTurn(hosts: number, everyMinutes: number): SessionRecord[] {
  const all = beats('x', { from: 15 * MINUTE, to: 240 * MINUTE, every: everyMinutes * MINUTE });
  return all.map((one, i) => ({
    ...one,
    destination: { host: `imap.mail${i % hosts}of${i % hosts}.example`, port: 993 },
    downBytes: 900,
  }));
}

const FOUR_HOURS = [
  ['foreground', 10],
  ['background', 60],
  ['locked', 60],
  ['doze', 110],
] as const;

describe('the rate of a licence is that of all destinations together', () => {
  it.each([
    // A mail app may synchronise every 900 s, with a tolerance of 0.8 and three schedules: 230 min of sleep allow
    // 1 + round(13 800 / 720) = 20 wake-ups, three times 60.
    [1, 15, 'consistent', 'one account every 15 min: 15 wake-ups'],
    [3, 5, 'consistent', 'three accounts, each every 15 min: 45 wake-ups'],
    [6, 2.5, 'inconsistent', 'six hosts, each every 15 min: 90 wake-ups'],
  ] as const)('%d hosts, one every %d min: %s (%s…)', (hosts, minutes, verdict, _) => {
    expect(judged('mail-sync', session(FOUR_HOURS, inTurn(hosts, minutes))).verdict).toBe(verdict);
  });

  it('six accounts that one job synchronises are one wake-up each time', () => {
    const together = Array.from({ length: 15 }, (_, job) =>
      Array.from({ length: 6 }, (_, host) =>
        exchange(`imap.mail${host}of${host}.example`, (15 + 15 * job) * MINUTE + host * 8_000, { downBytes: 900 }),
      ),
    ).flat();
    expect(judged('mail-sync', session(FOUR_HOURS, together)).verdict).toBe('consistent');
  });

  it('says why a host has no share of it', () => {
    const report = judged('mail-sync', session(FOUR_HOURS, inTurn(6, 2.5)));
    const refused = report.channels.filter(({ explained }) => explained === false);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]!.because).toContain('periodic sync: other destinations use up its rate three times over');
  });

  it('a licence for one destination goes to the one that keeps its other bounds, not to the busiest', () => {
    const socket = beats('chat.example', { from: 15 * MINUTE, to: 60 * MINUTE, every: 5 * MINUTE }, () => ({
      connection: 1,
      upBytes: 40,
      downBytes: 40,
    }));
    const beacon = beats('b.elsewhere.example', { from: 15 * MINUTE, to: 60 * MINUTE, every: 2 * MINUTE });
    const { channels } = judged('messaging', session(HOUR, [...socket, ...beacon]));
    expect(Object.fromEntries(channels.map(({ destination, explained }) => [destination.host, explained]))).toEqual({
      'chat.example': true,
      'b.elsewhere.example': false,
    });
  });

  it('what follows within a minute belongs to the same wake-up', () => {
    // 0 and 59.9 s are one, 60 s begins the next, 200 s another
    expect(wakeUps([0, 59_900, 60_000, 100_000, 200_000])).toEqual([0, 60_000, 200_000]);
    expect(wakeUps([])).toEqual([]);
  });
});

describe('what answers a push', () => {
  const pushes = Array.from({ length: 8 }, (_, i) => push((16 + 5 * i) * MINUTE, i));
  it.each([
    [300, 2_500, 'consistent'],
    [40_000, 250, 'inconsistent'],
  ])('of %d bytes up and %d down is %s beside a messenger', (upBytes, downBytes, verdict) => {
    const answers = pushes.map((one) => exchange('a.example', one.atMs + 2_000, { upBytes, downBytes }));
    expect(judged('messaging', session(HOUR, [...pushes, ...answers])).verdict).toBe(verdict);
  });
});
