import { expect, test } from 'vitest';
import { jitterSequence } from '../../orchestrator/contract/behaviour.ts';
import { fnv1a32, nextBeat, sequenceOf } from '../../workers/handset/apps/sequence.ts';
import { launcher } from '../support/apk/description.ts';
import { APP, gaps, handsetUnderTest } from './handset-under-test.ts';

const URL = 'https://far.example/x';
const MINUTE = 60_000;

test('a timer without jitter beats at its period from the launch on', async () => {
  await using handset = handsetUnderTest();
  await handset.install({ version: 1, schedules: [{ id: 'tick', url: URL, everySeconds: 60 }] });
  await handset.clock.advance(5 * MINUTE);
  expect(handset.beats('tick')).toEqual([]);
  const launchedMs = handset.clock.elapsedMs();
  await handset.launch();
  await handset.clock.advance(5 * MINUTE);
  expect(handset.beats('tick', launchedMs)).toEqual([60_000, 120_000, 180_000, 240_000, 300_000]);
});

test('jitter comes from the sequence of seed and schedule id, two numbers a beat', async () => {
  await using handset = handsetUnderTest();
  await handset.install({
    version: 1,
    seed: 42,
    schedules: [{ id: 'tick', url: URL, everySeconds: 100, jitter: 0.2 }],
  });
  const launchedMs = handset.clock.elapsedMs();
  await handset.launch();
  await handset.clock.advance(10 * MINUTE);
  const numbers = jitterSequence((42 ^ fnv1a32('tick')) >>> 0);
  let atMs = 0;
  const expected = [0, 1, 2, 3].map(() => {
    const u = numbers.next().value;
    numbers.next();
    return Math.round((atMs += 100_000 * (1 + 0.2 * (2 * u - 1))));
  });
  expect(handset.beats('tick', launchedMs).slice(0, 4)).toEqual(expected);
  for (const gap of gaps(handset.beats('tick', launchedMs))) {
    expect(gap).toBeGreaterThanOrEqual(80_000);
    expect(gap).toBeLessThanOrEqual(120_000);
  }
});

test('the FNV-1a hash of ids agrees with its published test values', () => {
  expect(fnv1a32('')).toBe(0x811c9dc5);
  expect(fnv1a32('a')).toBe(0xe40c292c);
  expect(fnv1a32('foobar')).toBe(0xbf9cf968);
});

test('a drop rate leaves out about its share of beats and keeps the grid', () => {
  const sequence = sequenceOf(9, 'dropped');
  const wish = { everySeconds: 60, jitter: 0, dropRate: 0.3, firstAfterSeconds: 5 };
  const beats = Array.from({ length: 2000 }, (_, index) => nextBeat(sequence, wish, index === 0));
  expect(beats[0]?.delayMs).toBe(5000);
  expect(beats.slice(1).every((beat) => beat.delayMs === 60_000)).toBe(true);
  const share = beats.filter((beat) => beat.dropped).length / beats.length;
  expect(share).toBeGreaterThan(0.27);
  expect(share).toBeLessThan(0.33);
});

test('a foreground schedule stops at the home screen and begins anew when the app is back', async () => {
  await using handset = handsetUnderTest();
  const schedule = { id: 'ads', url: URL, everySeconds: 45, firstAfterSeconds: 3, phase: 'foreground' } as const;
  await handset.install({ version: 1, schedules: [schedule] });
  const launchedMs = handset.clock.elapsedMs();
  await handset.launch();
  await handset.clock.advance(2 * MINUTE);
  expect(handset.beats('ads', launchedMs)).toEqual([3000, 48_000, 93_000]);
  await handset.home();
  await handset.clock.advance(10 * MINUTE);
  expect(handset.beats('ads')).toHaveLength(3);
  const backMs = handset.clock.elapsedMs();
  await handset.launch();
  await handset.clock.advance(MINUTE);
  expect(handset.beats('ads', backMs)).toEqual([3000, 48_000]);
  await handset.run('input keyevent 26');
  await handset.clock.advance(5 * MINUTE);
  expect(handset.beats('ads', backMs)).toHaveLength(2);
});

test('a timer stands still while its cached process is frozen, and goes off when it thaws', async () => {
  await using handset = handsetUnderTest(34);
  await handset.install({ version: 1, schedules: [{ id: 'tick', url: URL, everySeconds: 30 }] });
  await handset.launch();
  await handset.home();
  const homeMs = handset.clock.elapsedMs();
  await handset.clock.advance(10 * MINUTE);
  expect(handset.beats('tick', homeMs)).toEqual([]);
  const backMs = handset.clock.elapsedMs();
  await handset.launch();
  await handset.clock.advance(MINUTE);
  expect(handset.beats('tick', backMs)).toEqual([0, 30_000, 60_000]);
});

test('before Android 12 a cached process is not frozen and its timer goes on', async () => {
  await using handset = handsetUnderTest(30);
  await handset.install({ version: 1, schedules: [{ id: 'tick', url: URL, everySeconds: 60 }] }, { targetSdk: 30 });
  await handset.launch();
  await handset.home();
  await handset.clock.advance(5 * MINUTE);
  expect(handset.beats('tick')).toHaveLength(5);
});

test('a timer is lost with its process and set again at the next launch', async () => {
  await using handset = handsetUnderTest(30);
  await handset.install({ version: 1, schedules: [{ id: 'tick', url: URL, everySeconds: 60 }] }, { targetSdk: 30 });
  await handset.launch();
  await handset.home();
  await handset.run(`am kill ${APP}`);
  await handset.clock.advance(5 * MINUTE);
  expect(handset.beats('tick')).toEqual([]);
  const backMs = handset.clock.elapsedMs();
  await handset.launch();
  await handset.clock.advance(MINUTE);
  expect(handset.beats('tick', backMs)).toEqual([60_000]);
});

test('a foreground service keeps its timer running in the background and in Doze', async () => {
  await using handset = handsetUnderTest(34);
  const service = { kind: 'service', name: '.Beat', foregroundServiceTypes: ['dataSync'] } as const;
  const schedule = { id: 'beat', url: URL, everySeconds: 20, via: 'foreground-service', service: '.Beat' } as const;
  const permissions = ['android.permission.FOREGROUND_SERVICE', 'android.permission.INTERNET'];
  await handset.install({ version: 1, schedules: [schedule] }, { components: [launcher(), service], permissions });
  await handset.launch();
  expect(handset.parts.services.running(APP)).toMatchObject([
    { className: `${APP}.Beat`, foregroundTypes: ['dataSync'] },
  ]);
  await handset.home();
  await handset.unplug();
  await handset.run('input keyevent 26');
  await handset.run('dumpsys deviceidle force-idle');
  const dozeMs = handset.clock.elapsedMs();
  await handset.clock.advance(2 * MINUTE);
  expect(gaps(handset.beats('beat', dozeMs))).toEqual([20_000, 20_000, 20_000, 20_000, 20_000]);
  // NetworkPolicyManager lets foreground services through Doze: the name resolves, only the way out is missing.
  expect(handset.lines().at(-1)).toContain('ENETUNREACH');
});

test('force-stop ends everything until the next launch', async () => {
  await using handset = handsetUnderTest();
  await handset.install({
    version: 1,
    schedules: [
      { id: 'timer', url: URL, everySeconds: 30 },
      { id: 'alarm', url: URL, everySeconds: 120, via: 'alarm' },
      { id: 'job', url: URL, everySeconds: 900, via: 'job' },
    ],
  });
  await handset.launch();
  await handset.run(`am force-stop ${APP}`);
  expect(await handset.shell('dumpsys alarm')).not.toContain(`tag=*walarm*:${APP}.alarm\n      type`);
  expect(await handset.shell(`dumpsys jobscheduler ${APP}`)).not.toContain('PERIODIC');
  await handset.clock.advance(60 * MINUTE);
  expect(handset.lines()).toEqual([]);
});

test('uninstalling and updating end a sample', async () => {
  await using handset = handsetUnderTest();
  const behaviour = {
    version: 1,
    schedules: [{ id: 'tick', url: URL, everySeconds: 30, via: 'exact-alarm' }],
  } as const;
  const permissions = ['android.permission.USE_EXACT_ALARM'];
  await handset.install({ ...behaviour, schedules: [...behaviour.schedules] }, { permissions });
  await handset.launch();
  await handset.clock.advance(65_000);
  expect(handset.beats('tick')).toHaveLength(2);
  await handset.run(`pm uninstall ${APP}`);
  await handset.clock.advance(10 * MINUTE);
  expect(handset.beats('tick')).toHaveLength(2);
});

test('after a restart of the system only apps with a boot receiver go on', async () => {
  await using handset = handsetUnderTest();
  const schedules = [{ id: 'tick', url: URL, everySeconds: 60, via: 'exact-alarm' as const }];
  const permissions = ['android.permission.USE_EXACT_ALARM', 'android.permission.RECEIVE_BOOT_COMPLETED'];
  const intentFilters = [{ actions: ['android.intent.action.BOOT_COMPLETED'] }];
  const boot = { kind: 'receiver', name: '.Boot', exported: true, intentFilters } as const;
  await handset.install({ version: 1, schedules }, { permissions, components: [launcher(), boot] });
  await handset.install({ version: 1, schedules }, { permissions, packageName: 'org.example.deaf' });
  await handset.launch();
  await handset.launch('org.example.deaf');
  await handset.clock.advance(30_000);
  handset.parts.bus.emit('rebooting');
  expect(await handset.shell('dumpsys alarm')).not.toContain('.tick\n      type');
  handset.parts.bus.emit('booted');
  await handset.clock.advance(5 * MINUTE);
  const uid = handset.parts.packages.get(APP)?.uid;
  const lines = handset.log.filter((line) => line.tag === 'SleeptalkSample');
  expect(lines).toHaveLength(5);
  expect(lines.every((line) => line.uid === uid)).toBe(true);
});

test('a hostile behaviour with a hundred schedules a millisecond apart stays bounded', async () => {
  await using handset = handsetUnderTest();
  const schedules = Array.from({ length: 100 }, (_, index) => ({ id: `s${index}`, url: URL, everySeconds: 0.001 }));
  await handset.install({ version: 1, schedules });
  await handset.launch();
  await handset.clock.advance(3000);
  // 100 ms is the shortest interval: 30 beats of 100 schedules. The budget lets 64 at once and 200 a second through,
  // 664 of the 3,000, and says so once a second.
  expect(handset.lines().length).toBeLessThanOrEqual(64 + 200 * 3 + 4);
  expect(handset.lines().some((line) => line.includes('left out'))).toBe(true);
});

test('addresses that no transport can use are named in the log and left alone', async () => {
  await using handset = handsetUnderTest();
  await handset.install({
    version: 1,
    schedules: [
      { id: 'file', url: 'file:///etc/passwd', everySeconds: 1 },
      { id: 'junk', url: 'not an address', everySeconds: 1 },
      { id: 'long', url: `https://${'a'.repeat(400)}.example/`, everySeconds: 10 },
    ],
  });
  await handset.launch();
  await handset.clock.advance(15_000);
  const lines = handset.lines();
  expect(lines.filter((line) => line.includes('MalformedURLException'))).toHaveLength(2);
  expect(lines.filter((line) => line.startsWith('long '))).toEqual([expect.stringContaining('UnknownHostException')]);
});
