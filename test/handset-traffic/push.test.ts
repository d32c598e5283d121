import { expect, test } from 'vitest';
import { nextBeat, sequenceOf } from '../../workers/handset/apps/sequence.ts';
import type { BroadcastRecord } from '../../workers/handset/system.ts';
import { launcher } from '../support/apk/description.ts';
import { APP, handsetUnderTest, type HandsetUnderTest } from './handset-under-test.ts';

const MINUTE = 60_000;
const RECEIVER = {
  kind: 'receiver',
  name: '.PushReceiver',
  exported: true,
  permission: 'com.google.android.c2dm.permission.SEND',
  intentFilters: [{ actions: ['com.google.android.c2dm.intent.RECEIVE'] }],
} as const;
const WITH_RECEIVER = {
  components: [launcher(), RECEIVER],
  permissions: ['com.google.android.c2dm.permission.RECEIVE'],
};
const FETCH = { onPush: [{ url: 'https://api.example/messages', afterSeconds: 1, responseBytes: 2500 }] };

const ring = async (handset: HandsetUnderTest): Promise<string[]> =>
  (await handset.shell('dumpsys activity service com.google.android.gms/.gcm.GcmService'))
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.includes(' net='));
const doze = async (handset: HandsetUnderTest): Promise<void> => {
  await handset.home();
  await handset.unplug();
  await handset.run('input keyevent 26');
  await handset.run('dumpsys deviceidle force-idle');
};

test('a push wakes the app, and its fetch follows after the seconds it names', async () => {
  await using handset = handsetUnderTest(34);
  const uid = await handset.install({ version: 1, ...FETCH }, WITH_RECEIVER);
  await handset.launch();
  await handset.home();
  await handset.run(`am kill ${APP}`);
  await handset.clock.advance(5 * MINUTE);
  const records: BroadcastRecord[] = [];
  handset.parts.bus.on('broadcast-sent', (record) => void records.push(record));
  const id = await handset.console(`push send ${APP} high 140`);
  const pushedMs = handset.clock.elapsedMs();
  await handset.clock.advance(5000);
  expect(await ring(handset)).toEqual([
    expect.stringMatching(
      /^01-05 08:05:00\.000 net=1: Successful broadcast to org\.example\.sample \(id=0:\d+%[0-9a-f]{16} time=\d+ms priority=high\)$/,
    ),
  ]);
  expect((await ring(handset))[0]).toContain(`id=${id} `);
  expect(records).toMatchObject([
    {
      broadcast: {
        action: 'com.google.android.c2dm.intent.RECEIVE',
        packageName: APP,
        extras: { 'google.message_id': id },
      },
      receivers: [
        { packageName: APP, className: `${APP}.PushReceiver`, permission: 'com.google.android.c2dm.permission.SEND' },
      ],
    },
  ]);
  const started = handset.log.filter((line) => line.tag === 'am_proc_start').at(-1)?.text;
  expect(started).toMatch(new RegExp(`^\\[0,\\d+,${uid},${APP},broadcast,\\{${APP}/\\.PushReceiver\\}\\]$`));
  expect(handset.beats('push', pushedMs)).toEqual([1000]);
  expect(await handset.shell('dumpsys deviceidle')).toMatch(new RegExp(`UID=${uid}: \\+15s0ms - PUSH_MESSAGING`));
});

test('in Doze a high-priority push gets through with network, a normal one waits for maintenance', async () => {
  await using handset = handsetUnderTest(34);
  await handset.install({ version: 1, ...FETCH }, WITH_RECEIVER);
  await handset.launch();
  await doze(handset);
  const dozeMs = handset.clock.elapsedMs();
  await handset.console(`push send ${APP} normal`);
  await handset.clock.advance(10 * MINUTE);
  expect(await ring(handset)).toEqual([]);
  await handset.console(`push send ${APP} high`);
  await handset.clock.advance(5000);
  expect(await ring(handset)).toHaveLength(1);
  // The name resolves: Doze does not hold this fetch back. There is no route, since nothing redirects the app here.
  expect(handset.lines()).toEqual([expect.stringContaining('ENETUNREACH')]);
  await handset.clock.advance(51 * MINUTE);
  expect((await ring(handset)).map((line) => /priority=(\w+)/.exec(line)?.[1])).toEqual(['high', 'normal']);
  expect(handset.beats('push', dozeMs)).toEqual([10 * MINUTE + 1000, 60 * MINUTE + 1000]);
});

test('a stopped, a removed and a deaf app are told apart in the ring', async () => {
  await using handset = handsetUnderTest(34);
  await handset.install({ version: 1, ...FETCH }, WITH_RECEIVER);
  await handset.launch();
  await handset.run(`am force-stop ${APP}`);
  await handset.console(`push send ${APP}`);
  await handset.run(`pm uninstall ${APP}`);
  await handset.console(`push send ${APP}`);
  await handset.install({ version: 1 }, { packageName: 'org.example.deaf' });
  await handset.launch('org.example.deaf');
  await handset.console('push send org.example.deaf');
  await handset.clock.advance(5000);
  const lines = (await ring(handset)).map((line) => line.replace(/^.*net=1: /, '').replace(/ \(.*$/, ''));
  expect(lines).toEqual([
    `Failed to broadcast to stopped app ${APP}`,
    `Failed to broadcast to uninstalled app ${APP}`,
    'No response to broadcast from org.example.deaf',
  ]);
  expect(handset.beats('push')).toEqual([]);
});

test('a push plan keeps its seeded times from the first launch on, whatever the app does', async () => {
  await using handset = handsetUnderTest(34);
  await handset.install({ version: 1, seed: 7, pushes: { everySeconds: 240, jitter: 0.5 }, ...FETCH }, WITH_RECEIVER);
  await handset.clock.advance(10 * MINUTE);
  expect(await ring(handset)).toEqual([]);
  const launchedMs = handset.clock.elapsedMs();
  await handset.launch();
  await handset.clock.advance(60 * MINUTE);
  const sequence = sequenceOf(7, 'pushes');
  const expected: number[] = [];
  for (let atMs = 0; ;) {
    atMs += nextBeat(
      sequence,
      { everySeconds: 240, jitter: 0.5, dropRate: 0, firstAfterSeconds: undefined },
      false,
    ).delayMs;
    if (atMs > 60 * MINUTE - 1000) break;
    expected.push(Math.round(atMs + 1000));
  }
  expect(handset.beats('push', launchedMs)).toEqual(expected);
  expect(expected.length).toBeGreaterThan(10);
});

test('the dump names connection and heartbeat, and airplane mode breaks it', async () => {
  await using handset = handsetUnderTest(34);
  await handset.clock.advance(10 * MINUTE);
  const text = await handset.shell('dumpsys activity service com.google.android.gms/.gcm.GcmService');
  expect(text).toMatch(
    /DeviceID: \d+\n\s*connected=mtalk\.google\.com:5228\n\s*connects=1\n\s*failedLogins=0\n\s*Is client connected: true\n/,
  );
  expect(text).toMatch(
    /Heartbeat: .*\n\s*Last ping: [1-9]\d+\n\s*connectionsLimit: \d+\n\s*All stored connections: .*\n\s*Seen good heartbeat in last connection\? true\n/,
  );
  expect(text).toMatch(
    /Apps supporting client queue:\n\s*High priority quota usage:\n\s*For scheduler stats see SchedulerService dump\./,
  );
  handset.parts.settings.put('global', 'airplane_mode_on', '1');
  expect(await handset.shell('dumpsys activity service com.google.android.gms/.gcm.GcmService')).toContain(
    'Not connected',
  );
});

test('an app that registers asks for an installation id by its own uid, once', async () => {
  await using handset = handsetUnderTest(34);
  await handset.install({ version: 1, registersForPush: true }, WITH_RECEIVER);
  await handset.launch();
  await handset.clock.advance(5000);
  expect(handset.lines()).toEqual([
    expect.stringContaining('POST https://firebaseinstallations.googleapis.com/v1/projects/'),
  ]);
  expect(handset.log.filter((line) => line.tag === 'GCM').map((line) => line.uid)).toEqual([
    handset.parts.packages.get('com.google.android.gms')?.uid,
  ]);
  await handset.run(`am force-stop ${APP}`);
  await handset.launch();
  await handset.clock.advance(5000);
  expect(handset.lines()).toHaveLength(1);
});

test.each(['push', 'push send', 'push send ../x', `push send ${APP} urgent`, `push send ${APP} high 99999`])(
  'the console refuses %j',
  async (line) => {
    await using handset = handsetUnderTest(34);
    await expect(handset.console(line)).rejects.toThrow();
  },
);
