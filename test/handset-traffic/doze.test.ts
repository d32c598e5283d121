import { expect, test } from 'vitest';
import { launcher } from '../support/apk/description.ts';
import { APP, gaps, handsetUnderTest, type HandsetUnderTest } from './handset-under-test.ts';

const URL = 'https://far.example/x';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const sleep = async (handset: HandsetUnderTest): Promise<void> => {
  await handset.unplug();
  await handset.run('input keyevent 26');
};
const deep = async (handset: HandsetUnderTest): Promise<string> =>
  (await handset.shell('dumpsys deviceidle get deep')).trim();
const light = async (handset: HandsetUnderTest): Promise<string> =>
  (await handset.shell('dumpsys deviceidle get light')).trim();

test('a device that lies still unplugged goes through the states of deep Doze in device time', async () => {
  await using handset = handsetUnderTest();
  await sleep(handset);
  const seen: [number, string][] = [];
  for (let minute = 0; minute <= 4 * 60; minute += 0.5) {
    const state = await deep(handset);
    if (seen.at(-1)?.[1] !== state) seen.push([minute, state]);
    await handset.clock.advance(0.5 * MINUTE);
  }
  // 30 inactive, 30 pending, 4 sensing, 0.5 locating; then idle 60, maintenance 5, idle 120 (doubled).
  expect(seen).toEqual([
    [0, 'INACTIVE'],
    [30, 'IDLE_PENDING'],
    [60, 'SENSING'],
    [64, 'LOCATING'],
    [64.5, 'IDLE'],
    [124.5, 'IDLE_MAINTENANCE'],
    [129.5, 'IDLE'],
  ]);
});

test('light Doze comes first: idle after four minutes, then short maintenance windows', async () => {
  await using handset = handsetUnderTest();
  await sleep(handset);
  const seen: [number, string][] = [];
  for (let minute = 0; minute <= 30; minute += 0.5) {
    const state = await light(handset);
    if (seen.at(-1)?.[1] !== state) seen.push([minute, state]);
    await handset.clock.advance(0.5 * MINUTE);
  }
  expect(seen).toEqual([
    [0, 'INACTIVE'],
    [4, 'IDLE'],
    [9, 'IDLE_MAINTENANCE'],
    [10, 'IDLE'],
    [20, 'IDLE_MAINTENANCE'],
    [21, 'IDLE'],
  ]);
});

test('a charging device, or one whose screen is on, never dozes', async () => {
  await using charging = handsetUnderTest();
  await charging.run('input keyevent 26');
  await charging.clock.advance(3 * HOUR);
  expect(await deep(charging)).toBe('ACTIVE');
  await using awake = handsetUnderTest();
  await awake.unplug();
  await awake.clock.advance(3 * HOUR);
  expect(await deep(awake)).toBe('ACTIVE');
});

test('the screen or a charger ends Doze, but not one that was forced', async () => {
  await using handset = handsetUnderTest();
  await sleep(handset);
  await handset.clock.advance(70 * MINUTE);
  expect(await deep(handset)).toBe('IDLE');
  await handset.run('dumpsys battery set ac 1');
  expect(await deep(handset)).toBe('ACTIVE');
  expect(await handset.shell('dumpsys deviceidle force-idle')).toBe('Now forced in to deep idle mode\n');
  await handset.run('input keyevent 224');
  expect(await deep(handset)).toBe('IDLE');
  expect(await light(handset)).toBe('OVERRIDE');
  expect(await handset.shell('dumpsys deviceidle unforce')).toBe('Light state: ACTIVE, deep state: ACTIVE\n');
});

test('the shell steps, forces, disables and names what it cannot do', async () => {
  await using handset = handsetUnderTest();
  await sleep(handset);
  const rows: [string, string][] = [
    ['step', 'Stepped to deep: IDLE_PENDING\n'],
    ['step deep', 'Stepped to deep: SENSING\n'],
    ['step', 'Stepped to deep: LOCATING\n'],
    ['step', 'Stepped to deep: IDLE\n'],
    ['step', 'Stepped to deep: IDLE_MAINTENANCE\n'],
    ['step light', 'Stepped to light: OVERRIDE\n'],
    ['get force', 'false\n'],
    ['get screen', 'false\n'],
    ['get charging', 'false\n'],
    ['get weather', 'Unknown get option: weather\n'],
    ['disable deep', 'Deep idle mode disabled\n'],
    ['enabled deep', '0\n'],
    ['force-idle', 'Unable to go deep idle; not enabled\n'],
    ['enable all', 'Deep idle mode enabled\nLight idle mode enabled\n'],
    ['force-idle light', 'Now forced in to light idle mode\n'],
    ['whitelist +com.no.such', 'Unknown package: com.no.such\n'],
    ['whitelist +com.android.chrome', 'Added: com.android.chrome\n'],
    ['whitelist =com.android.chrome', 'true\n'],
    ['whitelist -com.android.chrome', 'Removed: com.android.chrome\n'],
    ['nonsense', 'Unknown command: nonsense\n'],
  ];
  for (const [args, answer] of rows)
    expect([args, await handset.shell(`dumpsys deviceidle ${args}`)]).toEqual([args, answer]);
});

test('the full dump shows forced idle and the temporary allow-list with its remaining time', async () => {
  await using handset = handsetUnderTest();
  const uid = await handset.install({ version: 1 });
  await sleep(handset);
  await handset.run('dumpsys deviceidle force-idle');
  await handset.run(`dumpsys deviceidle tempwhitelist -d 300000 ${APP}`);
  await handset.clock.advance(1);
  const text = await handset.shell('dumpsys deviceidle');
  expect(text).toContain('  mForceIdle=true\n');
  expect(text).toMatch(/ {2}mState=IDLE mLightState=OVERRIDE\n/);
  expect(text).toContain(`  Temp whitelist schedule:\n    UID=${uid}: +4m59s999ms - shell\n`);
  expect(text).toMatch(/Idling history:\n {6}deep-idle: -1ms\n/);
});

test.each([
  ['an inexact alarm waits for maintenance', 'alarm', 0],
  ['an exact alarm that is allowed while idle goes through', 'exact-alarm', 11],
  ['a job waits for maintenance', 'job', 0],
  ['a timer of a frozen process stands still', 'timer', 0],
] as const)('in deep Doze %s', async (_what, via, expected) => {
  await using handset = handsetUnderTest();
  const everySeconds = via === 'job' ? 900 : 300;
  const permissions = ['android.permission.USE_EXACT_ALARM'];
  await handset.install({ version: 1, schedules: [{ id: 'beat', url: URL, everySeconds, via }] }, { permissions });
  await handset.launch();
  await handset.home();
  await sleep(handset);
  await handset.run('dumpsys deviceidle force-idle');
  const dozeMs = handset.clock.elapsedMs();
  await handset.clock.advance(59 * MINUTE);
  expect(handset.beats('beat', dozeMs)).toHaveLength(expected);
  await handset.clock.advance(2 * MINUTE);
  expect(handset.parts.power.deepIdle).toBe('IDLE_MAINTENANCE');
  if (via === 'alarm' || via === 'job') expect(handset.beats('beat', dozeMs)).toEqual([60 * MINUTE]);
});

test('Doze cuts the network of a background app, except for ten seconds after an alarm allowed while idle', async () => {
  await using handset = handsetUnderTest(30);
  const uid = await handset.install(
    {
      version: 1,
      schedules: [
        { id: 'timer', url: URL, everySeconds: 15 },
        { id: 'exact', url: URL, everySeconds: 600, via: 'exact-alarm' },
      ],
    },
    { targetSdk: 30 },
  );
  await handset.launch();
  await handset.home();
  await sleep(handset);
  await handset.run('dumpsys deviceidle force-idle');
  await handset.clock.advance(590_000);
  expect(handset.lines().at(-1)).toContain('UnknownHostException');
  await handset.clock.advance(12_000);
  expect(handset.lines().find((line) => line.startsWith('exact '))).toContain('ENETUNREACH');
  expect(await handset.shell('dumpsys deviceidle')).toContain(`UID=${uid}: +8s0ms - ALARM_MANAGER_WHILE_IDLE`);
  await handset.clock.advance(16_000);
  expect(handset.lines().at(-1)).toContain('UnknownHostException');
});

test('battery commands print and stop the updates as the service does', async () => {
  await using handset = handsetUnderTest(34);
  expect(await handset.shell('dumpsys battery')).toMatch(/^Current Battery Service state:\n {2}AC powered: true\n/);
  await handset.unplug();
  const text = await handset.shell('dumpsys battery');
  expect(text).toMatch(
    /^Current Battery Service state:\n {2}\(UPDATES STOPPED -- use 'reset' to restart\)\n {2}AC powered: false\n/,
  );
  await handset.run('dumpsys battery set level 41');
  expect(await handset.shell('dumpsys battery get level')).toBe('41\n');
  await handset.run('dumpsys battery reset');
  expect(await handset.shell('dumpsys battery')).toContain('AC powered: true\n');
  expect(await handset.console('power ac off')).toBe('');
  expect(handset.parts.power.charging).toBe(false);
});

test('standby buckets fall with time without use and rise with use', async () => {
  await using handset = handsetUnderTest(34);
  await handset.install({ version: 1 });
  const { power } = handset.parts;
  expect(power.bucket(APP)).toBe(50);
  await handset.launch();
  await handset.home();
  const rows: [number, number][] = [
    [0, 10],
    [12.5, 20],
    [24.5, 30],
    [48.5, 40],
    [8 * 24 + 1, 45],
  ];
  let hours = 0;
  for (const [atHours, bucket] of rows) {
    await handset.clock.advance((atHours - hours) * HOUR);
    hours = atHours;
    expect([atHours, power.bucket(APP)]).toEqual([atHours, bucket]);
  }
  await handset.launch();
  expect(power.bucket(APP)).toBe(10);
  expect(power.bucket('com.google.android.gms')).toBe(5);
});

test('an app in the rare bucket has no network unless the device charges', async () => {
  await using handset = handsetUnderTest(30);
  await handset.install({ version: 1, schedules: [{ id: 'tick', url: URL, everySeconds: 60 }] }, { targetSdk: 30 });
  await handset.launch();
  await handset.home();
  handset.parts.power.setBucket(APP, 40);
  await handset.clock.advance(MINUTE);
  expect(handset.lines().at(-1)).toContain('ENETUNREACH');
  await handset.unplug();
  await handset.clock.advance(MINUTE);
  expect(handset.lines().at(-1)).toContain('UnknownHostException');
});

test('an app that may not set exact alarms falls back to inexact ones', async () => {
  await using handset = handsetUnderTest(34);
  const permissions = ['android.permission.SCHEDULE_EXACT_ALARM'];
  await handset.install(
    { version: 1, schedules: [{ id: 'beat', url: URL, everySeconds: 600, jitter: 0.01, via: 'exact-alarm' }] },
    { permissions, components: [launcher()] },
  );
  await handset.launch();
  expect(handset.lines().join()).toContain('SecurityException');
  expect(await handset.shell('dumpsys alarm')).not.toMatch(/sample\.beat\n.*window=0 /);
  await handset.clock.advance(2 * HOUR);
  // An inexact alarm is never early; it waits for the next full minute, or for another alarm before that.
  const times = gaps(handset.beats('beat'));
  expect(times.length).toBeGreaterThan(8);
  expect(times.every((gap) => gap >= 594_000 && gap <= 666_000)).toBe(true);
  expect(times.some((gap) => gap > 606_000)).toBe(true);
});
