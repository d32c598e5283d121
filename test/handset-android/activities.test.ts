import { describe, expect, test } from 'vitest';
import type { ApkDescription } from '../support/apk/description.ts';
import { launcher } from '../support/apk/description.ts';
import { androidUnderTest } from './android-under-test.ts';

const MAIL: ApkDescription = {
  packageName: 'org.example.mail',
  label: 'Mail',
  minSdk: 24,
  targetSdk: 34,
  components: [
    launcher('.Inbox'),
    { kind: 'activity', name: '.Hidden', exported: false },
    {
      kind: 'activity',
      name: '.Reader',
      exported: true,
      intentFilters: [
        {
          actions: ['android.intent.action.VIEW'],
          categories: ['android.intent.category.DEFAULT', 'android.intent.category.BROWSABLE'],
          schemes: ['https'],
          hosts: ['mail.example'],
        },
      ],
    },
    { kind: 'service', name: '.Sync', exported: true, foregroundServiceTypes: ['dataSync'] },
    {
      kind: 'receiver',
      name: '.Push',
      exported: true,
      permission: 'com.google.android.c2dm.permission.SEND',
      intentFilters: [{ actions: ['com.google.android.c2dm.intent.RECEIVE'] }],
    },
  ],
};
const START =
  'am start -W -n org.example.mail/.Inbox -a android.intent.action.MAIN -c android.intent.category.LAUNCHER';

async function installed(apiLevel = 34) {
  const handset = androidUnderTest(apiLevel);
  await handset.install(MAIL);
  return handset;
}

/** `am start -W` waits for the first frame in device time. */
async function launched(handset: Awaited<ReturnType<typeof installed>>, line = START) {
  const running = handset.run(line);
  await handset.clock.advance(2000);
  return running;
}

describe('am start', () => {
  test('a first start is COLD, then HOT from the background, and names what was reused', async () => {
    await using handset = await installed();
    const cold = await launched(handset);
    expect(cold.out).toMatch(
      /^Starting: Intent \{ act=android\.intent\.action\.MAIN cat=\[android\.intent\.category\.LAUNCHER\] cmp=org\.example\.mail\/\.Inbox \}\nStatus: ok\nLaunchState: COLD\nActivity: org\.example\.mail\/\.Inbox\nTotalTime: (\d+)\nWaitTime: \d+\nComplete\n$/,
    );
    await handset.run('input keyevent 3');
    expect(handset.parts.front()?.packageName).toBe('com.android.launcher3');
    const hot = await launched(handset);
    expect(hot.out).toContain('LaunchState: HOT\n');
    expect(hot.err).toBe('Warning: Activity not started, its current task has been brought to the front\n');
    expect((await launched(handset)).err).toContain('intent has been delivered to currently running top-most instance');
  });

  test('Android 9 prints ThisTime and no LaunchState', async () => {
    await using handset = await installed(28);
    const { out } = await launched(handset);
    expect(out).not.toContain('LaunchState');
    expect(out).toMatch(/Status: ok\nActivity: org\.example\.mail\/\.Inbox\nThisTime: (\d+)\nTotalTime: \1\n/);
  });

  test('a class that does not exist is error type 3 on stderr with status 1', async () => {
    await using handset = await installed();
    const ran = await handset.run('am start -n org.example.mail/.Nowhere');
    expect(ran.err).toBe(
      'Error type 3\nError: Activity class {org.example.mail/org.example.mail.Nowhere} does not exist.\n',
    );
    expect(ran.status).toBe(1);
  });

  test('an activity that is not exported is refused to the shell with status 255, and root may start it', async () => {
    await using handset = await installed();
    const refused = await handset.run('am start -n org.example.mail/.Hidden');
    expect(refused.status).toBe(255);
    expect(refused.err).toContain('java.lang.SecurityException: Permission Denial: starting Intent');
    expect((await handset.run('am start -n org.example.mail/.Hidden', { uid: 0 })).status).toBe(0);
  });

  test('a link finds the activity whose filter names its host', async () => {
    await using handset = await installed();
    expect((await handset.run('am start -a android.intent.action.VIEW -d https://mail.example/inbox?x=1')).out).toBe(
      'Starting: Intent { act=android.intent.action.VIEW dat=https://mail.example/... }\n',
    );
    expect(handset.parts.front()?.activity).toBe('org.example.mail.Reader');
    expect((await handset.run('am start -a android.intent.action.VIEW -d https://other.example/')).err).toContain(
      'unable to resolve Intent',
    );
  });

  test('monkey launches the app, and aborts with 252 for an app that is not there', async () => {
    await using handset = await installed();
    expect((await handset.run('monkey -p org.example.mail -c android.intent.category.LAUNCHER 1')).out).toMatch(
      /^Events injected: 1\n/,
    );
    expect(handset.parts.front()?.packageName).toBe('org.example.mail');
    expect(await handset.run('monkey -p org.example.none -c android.intent.category.LAUNCHER 1')).toMatchObject({
      status: 252,
    });
  });
});

describe('stopping', () => {
  test('force-stop ends the process, removes the task and leaves the stopped state until the next launch', async () => {
    await using handset = await installed();
    await launched(handset);
    const [process] = handset.parts.processes.ofPackage('org.example.mail');
    expect(await handset.run('am force-stop org.example.mail')).toEqual({ out: '', err: '', status: 0 });
    expect(handset.parts.packages.get('org.example.mail')?.stopped).toBe(true);
    expect(handset.parts.front()?.packageName).toBe('com.android.launcher3');
    expect(handset.eventLog()).toContain(
      `am_kill: [0,${process?.pid},org.example.mail,0,stop org.example.mail due to from pid ${process ? process.pid + 1 : ''}]`,
    );
    expect((await launched(handset)).out).toContain('LaunchState: COLD\n');
    expect(handset.parts.packages.get('org.example.mail')?.stopped).toBe(false);
    expect(await handset.run('am force-stop org.example.none')).toEqual({ out: '', err: '', status: 0 });
  });

  test('am kill spares the app in front and ends it in the background without stopping it', async () => {
    await using handset = await installed();
    await launched(handset);
    await handset.run('am kill org.example.mail');
    expect(handset.parts.processes.ofPackage('org.example.mail')).toHaveLength(1);
    await handset.run('input keyevent HOME');
    await handset.run('am kill org.example.mail');
    expect(handset.parts.processes.ofPackage('org.example.mail')).toHaveLength(0);
    expect(handset.parts.packages.get('org.example.mail')?.stopped).toBe(false);
  });

  test('pm clear stops the app and takes its runtime permissions', async () => {
    await using handset = androidUnderTest();
    await handset.install({ ...MAIL, permissions: ['android.permission.CAMERA'] }, '-g');
    expect(handset.parts.packages.get('org.example.mail')?.granted.has('android.permission.CAMERA')).toBe(true);
    expect(await handset.run('pm clear org.example.mail')).toMatchObject({ out: 'Success\n', status: 0 });
    expect(handset.parts.packages.get('org.example.mail')?.granted.has('android.permission.CAMERA')).toBe(false);
    expect(await handset.run('pm clear org.example.none')).toMatchObject({ out: 'Failed\n', status: 1 });
  });
});

describe('processes', () => {
  test('a start is logged with its reason and component', async () => {
    await using handset = await installed();
    await launched(handset);
    const [process] = handset.parts.processes.ofPackage('org.example.mail');
    expect(handset.eventLog()).toContain(
      `am_proc_start: [0,${process?.pid},10100,org.example.mail,next-top-activity,{org.example.mail/.Inbox}]`,
    );
    expect(handset.log.map((one) => one.text)).toContain(
      `Start proc ${process?.pid}:org.example.mail/u0a100 for next-top-activity {org.example.mail/.Inbox}`,
    );
    expect((await handset.run('pidof org.example.mail')).out).toBe(`${process?.pid}\n`);
    expect(await handset.run('pidof org.example.none')).toEqual({ out: '', err: '', status: 1 });
    expect((await handset.run(`ps -A -o PID,PPID,USER,NAME`)).out).toContain('u0_a100      org.example.mail\n');
  });

  test.each([
    [34, true],
    [31, true],
    [30, false],
  ])('on API %i a cached app freezes after 10 s: %s', async (apiLevel, freezes) => {
    await using handset = await installed(apiLevel);
    await launched(handset);
    await handset.run('input keyevent 3');
    await handset.clock.advance(9_999);
    expect(handset.eventNames()).not.toContain('process-frozen');
    await handset.clock.advance(1);
    expect(handset.parts.processes.ofPackage('org.example.mail')[0]?.frozen).toBe(freezes);
    await launched(handset);
    expect(handset.parts.processes.ofPackage('org.example.mail')[0]?.frozen).toBe(false);
    expect(handset.eventLog().some((line) => line.startsWith('am_unfreeze'))).toBe(freezes);
  });

  test('what holds a process keeps it from freezing, and letting go starts the ten seconds', async () => {
    await using handset = await installed();
    await launched(handset);
    const release = handset.parts.processes.hold('org.example.mail', 'job');
    await handset.run('input keyevent 3');
    await handset.clock.advance(60_000);
    expect(handset.eventNames()).not.toContain('process-frozen');
    release();
    release();
    await handset.clock.advance(10_000);
    expect(handset.eventNames()).toContain('process-frozen');
  });

  test('a foreground service keeps the app awake in the background and shows its types', async () => {
    await using handset = await installed();
    await launched(handset);
    await handset.run('am start-foreground-service -n org.example.mail/.Sync');
    await handset.run('input keyevent 3');
    await handset.clock.advance(120_000);
    expect(handset.eventNames()).not.toContain('process-frozen');
    const { out } = await handset.run('dumpsys activity services org.example.mail');
    expect(out).toMatch(/\n {2}\* ServiceRecord\{[0-9a-f]+ u0 org\.example\.mail\/\.Sync\}\n/);
    expect(out).toContain('isForeground=true foregroundId=1 types=0x00000001');
    await handset.run('am stopservice -n org.example.mail/.Sync');
    expect((await handset.run('dumpsys activity services org.example.mail')).out).toContain('(nothing)');
  });

  test('a background service ends a minute after the app left the front', async () => {
    await using handset = await installed();
    await launched(handset);
    await handset.run('am startservice -n org.example.mail/.Sync');
    await handset.run('input keyevent 3');
    await handset.clock.advance(59_999);
    expect(handset.parts.services.running('org.example.mail')).toHaveLength(1);
    await handset.clock.advance(1);
    expect(handset.parts.services.running('org.example.mail')).toHaveLength(0);
  });

  test('each process has a folder in /proc, gone with it', async () => {
    await using handset = await installed();
    await launched(handset);
    const pid = handset.parts.processes.ofPackage('org.example.mail')[0]?.pid ?? 0;
    expect(handset.files.read(`/proc/${pid}/cmdline`).toString()).toBe('org.example.mail\0');
    expect(handset.files.read(`/proc/${pid}/status`).toString()).toContain('\nUid:\t10100\t10100\t');
    expect(await handset.run(`kill -9 ${pid}`)).toMatchObject({
      status: 1,
      err: `kill: ${pid}: Operation not permitted\n`,
    });
    expect((await handset.run(`kill -9 ${pid}`, { uid: 0 })).status).toBe(0);
    expect(handset.files.stat(`/proc/${pid}`)).toBeUndefined();
  });

  test('an app that crashes in front leaves the launcher in front, and starts COLD again', async () => {
    await using handset = await installed();
    await launched(handset);
    await handset.run('am start -n org.example.mail/.Reader');
    await handset.run('am crash org.example.mail');
    expect(handset.parts.front()?.packageName).toBe('com.android.launcher3');
    expect((await launched(handset)).out).toContain('LaunchState: COLD\n');
    expect(handset.parts.front()?.activity).toBe('org.example.mail.Inbox');
  });

  test('a reboot ends every process and starts those of the image', async () => {
    await using handset = await installed();
    await launched(handset);
    handset.parts.bus.emit('rebooting');
    expect(handset.parts.processes.list()).toEqual([]);
    expect(handset.parts.front()).toBeNull();
    handset.parts.bus.emit('booted');
    expect(handset.parts.processes.list().map((one) => one.name)).toEqual(
      expect.arrayContaining(['zygote64', 'system_server', 'com.android.systemui']),
    );
    expect(handset.parts.front()?.packageName).toBe('com.android.launcher3');
  });
});

describe('broadcasts', () => {
  test('a push receiver refuses the shell and takes it from root', async () => {
    await using handset = await installed();
    const line =
      'am broadcast -a com.google.android.c2dm.intent.RECEIVE -p org.example.mail --es google.message_id 0:1';
    expect((await handset.run(line)).out).toMatch(/\nBroadcast completed: result=0\n$/);
    expect(handset.sent).toEqual([]);
    expect(handset.log.at(-1)?.text).toMatch(
      /^Permission Denial: broadcasting Intent .* requires com\.google\.android\.c2dm\.permission\.SEND due to receiver org\.example\.mail\/\.Push$/,
    );
    await handset.run(line, { uid: 0 });
    expect(handset.sent[0]?.broadcast).toMatchObject({
      packageName: 'org.example.mail',
      extras: { 'google.message_id': '0:1' },
      fromUid: 0,
      includeStopped: false,
    });
  });

  test.each([
    [33, 'Historical Broadcast background #0:'],
    [34, 'Historical Broadcast modern #0:'],
    [36, 'Historical Broadcast #0:'],
  ])('on API %i a record of the history starts with "%s"', async (apiLevel, heading) => {
    await using handset = await installed(apiLevel);
    await handset.run('am broadcast -a org.example.PING -p org.example.mail');
    const { out } = await handset.run('dumpsys activity broadcasts history');
    expect(out).toContain(`  ${heading}\n    BroadcastRecord{`);
    expect(out).toContain('act=org.example.PING flg=0x400000 pkg=org.example.mail');
  });

  test('only the system may say that the device has booted', async () => {
    await using handset = await installed();
    expect(await handset.run('am broadcast -a android.intent.action.BOOT_COMPLETED')).toMatchObject({ status: 255 });
  });
});
