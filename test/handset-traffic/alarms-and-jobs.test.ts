import { expect, test } from 'vitest';
import { heuristicWindowMs } from '../../workers/handset/schedule/alarm.ts';
import { APP, gaps, handsetUnderTest, type HandsetUnderTest } from './handset-under-test.ts';

const URL = 'https://far.example/x';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const EXACT = { permissions: ['android.permission.USE_EXACT_ALARM'] };

const dozing = async (handset: HandsetUnderTest): Promise<number> => {
  await handset.launch();
  await handset.home();
  await handset.unplug();
  await handset.run('input keyevent 26');
  await handset.run('dumpsys deviceidle force-idle');
  return handset.clock.elapsedMs();
};
const each = (id: string, everySeconds: number, via: 'alarm' | 'exact-alarm' | 'job') => ({
  version: 1 as const,
  schedules: [{ id, url: URL, everySeconds, via }],
});

test('the heuristic window is three quarters of the wait, an hour at most, none below ten seconds', () => {
  expect(heuristicWindowMs(0, 9000, 0)).toBe(0);
  expect(heuristicWindowMs(0, 60_000, 0)).toBe(45_000);
  expect(heuristicWindowMs(0, 4 * HOUR, 0)).toBe(HOUR);
  expect(heuristicWindowMs(0, 5000, 60_000)).toBe(45_000);
});

test('a repeating alarm is never shorter than a minute', async () => {
  await using handset = handsetUnderTest(30);
  await handset.install(each('fast', 5, 'alarm'), { targetSdk: 30 });
  await handset.launch();
  const launchedMs = handset.clock.elapsedMs();
  await handset.clock.advance(5 * MINUTE);
  expect(handset.beats('fast', launchedMs)).toEqual([5000, 65_000, 125_000, 185_000, 245_000]);
});

test('an exact alarm cannot be set for sooner than five seconds', async () => {
  await using handset = handsetUnderTest();
  await handset.install(each('fast', 1, 'exact-alarm'), EXACT);
  await handset.launch();
  await handset.clock.advance(30_000);
  expect(new Set(gaps(handset.beats('fast')))).toEqual(new Set([5000]));
});

test.each([
  // API level, target, beats asked for every 30 s, beats in the first 50 minutes of Doze
  [34, 34, 30, 72],
  [34, 30, 30, 7],
  [30, 30, 30, 6],
] as const)('on API %i for target %i the quota while idle holds', async (apiLevel, targetSdk, everySeconds, most) => {
  await using handset = handsetUnderTest(apiLevel);
  await handset.install(each('beat', everySeconds, 'exact-alarm'), { ...EXACT, targetSdk });
  const dozeMs = await dozing(handset);
  await handset.clock.advance(50 * MINUTE);
  expect(handset.beats('beat', dozeMs)).toHaveLength(most);
  if (apiLevel === 30) expect(gaps(handset.beats('beat', dozeMs))).toEqual([0, 0, 0, 0, 0].map(() => 9 * MINUTE));
});

test.each([
  [20, 10],
  [30, 2],
  [40, 1],
  [50, 0],
] as const)('in standby bucket %i an app gets %i alarms an hour', async (bucket, most) => {
  await using handset = handsetUnderTest(34);
  await handset.install(each('beat', 120, 'exact-alarm'), EXACT);
  await handset.launch();
  await handset.home();
  await handset.unplug();
  handset.parts.power.setBucket(APP, bucket);
  const fromMs = handset.clock.elapsedMs();
  await handset.clock.advance(55 * MINUTE);
  expect(handset.beats('beat', fromMs)).toHaveLength(most);
});

test('charging lifts the quota of a bucket', async () => {
  await using handset = handsetUnderTest(34);
  await handset.install(each('beat', 120, 'exact-alarm'), EXACT);
  await handset.launch();
  await handset.home();
  handset.parts.power.setBucket(APP, 40);
  await handset.clock.advance(10 * MINUTE);
  expect(handset.beats('beat')).toHaveLength(5);
});

test('the alarm dump of Android 12 and later shows policies, windows and the history of deliveries', async () => {
  await using handset = handsetUnderTest(34);
  await handset.install(each('beacon', 300, 'exact-alarm'), EXACT);
  await handset.launch();
  await handset.clock.advance(11 * MINUTE);
  const text = await handset.shell('dumpsys alarm');
  expect(text).toMatch(/^ {2}\d+ pending alarms: $/m);
  expect(text).toMatch(
    new RegExp(
      `    ELAPSED_WAKEUP #\\d+: Alarm\\{[0-9a-f]{7} type 2 origWhen \\d+ whenElapsed \\d+ ${APP}\\}\n` +
        `      tag=\\*walarm\\*:${APP}\\.beacon\n` +
        '      type=ELAPSED_WAKEUP origWhen=\\+4m0s0ms window=0 exactAllowReason=policy_permission repeatInterval=0 count=0 flags=0x5\n' +
        '      policyWhenElapsed: requester=\\+4m0s0ms app_standby=-- device_idle=-- battery_saver=--\n' +
        '      whenElapsed=\\+4m0s0ms maxWhenElapsed=\\+4m0s0ms\n' +
        `      operation=PendingIntent\\{[0-9a-f]+: PendingIntentRecord\\{[0-9a-f]+ ${APP} broadcastIntent\\}\\}`,
    ),
  );
  expect(text).toContain(`  App Alarm history:\n`);
  expect(text).toContain(`    ${APP}, u0: -1m0s0ms, -6m0s0ms, \n`);
  await handset.run(`am force-stop ${APP}`);
  expect(await handset.shell('dumpsys alarm')).toMatch(
    /Removal history:\n {4}\d+:\n {6}#1: Reason=\w+ elapsed=0 rtc=2026-/,
  );
});

test('the alarm dump up to Android 11 groups alarms in batches', async () => {
  await using handset = handsetUnderTest(29);
  await handset.install(each('poll', 600, 'alarm'), { targetSdk: 29 });
  await handset.launch();
  const text = await handset.shell('dumpsys alarm');
  expect(text).toMatch(/^Batch\{[0-9a-f]{7} num=1 start=\d+ end=\d+ flgs=0x0\}:$/m);
  expect(text).toContain('window=+7m30s0ms repeatInterval=600000 count=0 flags=0x0');
  expect(text).not.toContain('policyWhenElapsed');
});

test('a job runs no more often than every fifteen minutes, inside its window', async () => {
  await using handset = handsetUnderTest(34);
  await handset.install(each('sync', 60, 'job'));
  await handset.launch();
  const launchedMs = handset.clock.elapsedMs();
  await handset.clock.advance(62 * MINUTE);
  // The first run is asked for after a minute, in the window [0, 3.5 min]; the next windows end 15 minutes later each.
  expect(handset.beats('sync', launchedMs)).toEqual([1, 16, 31, 46, 61].map((minutes) => minutes * MINUTE));
  expect(await handset.shell(`dumpsys jobscheduler ${APP}`)).toContain('PERIODIC: interval=+15m0s0ms flex=+5m0s0ms');
});

test('jitter moves a job inside its flex and never changes its mean period', async () => {
  await using handset = handsetUnderTest(34);
  const schedules = [{ id: 'sync', url: URL, everySeconds: 1800, jitter: 0.05, via: 'job' as const }];
  await handset.install({ version: 1, schedules });
  await handset.launch();
  await handset.clock.advance(20 * HOUR);
  const beats = handset.beats('sync');
  const times = gaps(beats);
  expect(times.every((gap) => Math.abs(gap - 30 * MINUTE) <= 3 * MINUTE)).toBe(true);
  expect(new Set(times).size).toBeGreaterThan(10);
  const mean = ((beats.at(-1) ?? 0) - (beats[0] ?? 0)) / times.length;
  expect(Math.abs(mean - 30 * MINUTE)).toBeLessThan(10_000);
});

test('a job without a network waits for one', async () => {
  await using handset = handsetUnderTest(34);
  await handset.install(each('sync', 900, 'job'));
  await handset.launch();
  handset.parts.settings.put('global', 'airplane_mode_on', '1');
  await handset.clock.advance(40 * MINUTE);
  expect(handset.beats('sync')).toEqual([]);
});

test('a forced job really runs, at once, and stands in the history', async () => {
  await using handset = handsetUnderTest(34);
  const uid = await handset.install(each('sync', 3600, 'job'));
  await handset.launch();
  await handset.clock.advance(MINUTE);
  const nowMs = handset.clock.elapsedMs();
  expect(await handset.run(`cmd jobscheduler run -f ${APP} 1`, 2000)).toMatchObject({
    out: 'Running job [FORCED]\n',
    status: 0,
  });
  await handset.clock.advance(1000);
  expect(handset.beats('sync', nowMs)).toEqual([0]);
  const app = `u0a${uid - 10_000}`;
  const text = await handset.shell(`dumpsys jobscheduler ${APP}`);
  expect(text).toMatch(new RegExp(`^ {10,}-1s0ms START-P: #${app}/1 ${APP}/\\.SyncJobService$`, 'm'));
  expect(text).toMatch(
    new RegExp(`^ {10,}-1s0ms STOP-P: #${app}/1 ${APP}/\\.SyncJobService app called jobFinished$`, 'm'),
  );
  expect(text).toMatch(new RegExp(`^  JOB #${app}/1: [0-9a-f]{7} ${APP}/\\.SyncJobService$`, 'm'));
});

test.each([
  ['com.no.such 1', 'Package not found: com.no.such / user 0\n', 24],
  [`${APP} 77`, `Could not find job 77 in package ${APP} / user 0\n`, 23],
  [`-n androidx.work ${APP} 1`, `Could not find job 1 in package ${APP} / namespace androidx.work / user 0\n`, 23],
] as const)('cmd jobscheduler run %s is answered as the platform does', async (args, out, status) => {
  await using handset = handsetUnderTest(34);
  await handset.install(each('sync', 3600, 'job'));
  await handset.launch();
  expect(await handset.run(`cmd jobscheduler run ${args}`, 2000)).toMatchObject({ out, status });
});
