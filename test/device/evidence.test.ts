import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAlarmHistory, parseAlarms } from '../../workers/device/alarms.ts';
import { medianGap, parseDuration } from '../../workers/device/duration.ts';
import { parseJobHistory, parseJobs } from '../../workers/device/jobs.ts';
import { alarmSchedules, jobSchedules } from '../../workers/device/schedule.ts';

describe('durations as the dumps print them', () => {
  it.each([
    ['+9s809ms', 9_809],
    ['-19m22s759ms', -(19 * 60_000 + 22_000 + 759)],
    ['+15m0s0ms', 900_000],
    ['-2d20h9m7s216ms', -(((2 * 24 + 20) * 60 + 9) * 60_000 + 7_216)],
    ['+45s0ms', 45_000],
    ['+5ms', 5],
    ['0', 0],
  ])('%s is %d ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(['--', '', '+', 'soon', '+1x', '15m', '-'])('"%s" is no duration', (text) => {
    expect(parseDuration(text)).toBeNull();
  });

  it('one gap shows no repetition; the median of several is the interval', () => {
    expect(medianGap([])).toBeNull();
    expect(medianGap([-600_000, -300_000])).toBeNull();
    // gaps 300, 300, 310 s: the middle one is 300 s
    expect(medianGap([-910_000, -600_000, -300_000, 0])).toBe(300_000);
    // gaps 10 and 20: (10 + 20) / 2
    expect(medianGap([0, 10, 30])).toBe(15);
  });
});

const ALARMS_36 = `Current Alarm Manager state:
  App Alarm history:
    com.android.providers.calendar, u0: -19m22s759ms,
    com.example.torch, u0: -20m1s0ms, -15m0s500ms, -10m0s0ms, -4m59s900ms,

  57 pending alarms: 
    RTC_WAKEUP #2: Alarm{2ef432f type 0 origWhen 1788419520000 whenElapsed 42731645 com.kynviora.app}
      tag=*walarm*:expo.modules.notifications.NOTIFICATION_EVENT
      type=RTC_WAKEUP origWhen=2026-09-03 12:42:00.000 window=0 exactAllowReason=policy_permission repeatInterval=0 count=0 flags=0x5
      policyWhenElapsed: requester=+1m42s567ms app_standby=-54s377ms device_idle=-- battery_saver=--
      operation=PendingIntent{bb21d3c: PendingIntentRecord{826eac5 com.kynviora.app broadcastIntent}}
    ELAPSED_WAKEUP #1: Alarm{aaaa type 2 origWhen 4000 whenElapsed 4000 com.example.torch}
      tag=*walarm*:com.example.torch/.Tick
      type=ELAPSED_WAKEUP origWhen=+1m0s0ms window=0 exactAllowReason=permission repeatInterval=0 count=0 flags=0x5
    ELAPSED #0: Alarm{bbbb type 3 origWhen 4000 whenElapsed 4000 com.example.poll}
      tag=*alarm*:com.example.poll/.Poll
      type=ELAPSED origWhen=+9s0ms window=+45s0ms repeatInterval=60000 count=3 flags=0x0

  Pending user blocked background alarms: none
    tag=*walarm*:not.of.any.alarm
`;

/** Until Android 11 the alarms stand in batches, and the head says `when` alone. */
const ALARMS_29 = `Pending alarm batches: 2
Batch{f1d6c4e num=1 start=1805122 end=1850122 flgs=0x8}:
    ELAPSED_WAKEUP #0: Alarm{9b8c1a2 type 2 when 1805122 com.example.poll}
      tag=*walarm*:com.example.poll/.Poll
      type=2 expectedWhenElapsed=+9s809ms expectedMaxWhenElapsed=+17s309ms whenElapsed=+9s809ms maxWhenElapsed=+17s309ms when=+9s809ms
      window=+45s0ms repeatInterval=600000 count=1 flags=0x0
      operation=PendingIntent{5a7: PendingIntentRecord{9cc com.example.poll broadcastIntent}}
Batch{aaaa num=1 start=1 end=2}:
    RTC #0: Alarm{9b8c1a3 type 1 when 1788419520000 android}
      tag=*alarm*:android.intent.action.TIME_TICK
      type=1 whenElapsed=+9s809ms when=2026-09-03 12:42:00.000 window=0 repeatInterval=0 count=0 flags=0x1
`;

describe('alarms', () => {
  it('are read from the form of Android 16', () => {
    expect(parseAlarms(ALARMS_36)).toEqual([
      {
        packageName: 'com.kynviora.app',
        tag: '*walarm*:expo.modules.notifications.NOTIFICATION_EVENT',
        repeatMs: 0,
        exact: true,
      },
      { packageName: 'com.example.torch', tag: '*walarm*:com.example.torch/.Tick', repeatMs: 0, exact: true },
      { packageName: 'com.example.poll', tag: '*alarm*:com.example.poll/.Poll', repeatMs: 60_000, exact: false },
    ]);
  });

  it('are read from the batches of Android 9 to 11', () => {
    expect(parseAlarms(ALARMS_29)).toEqual([
      { packageName: 'com.example.poll', tag: '*walarm*:com.example.poll/.Poll', repeatMs: 600_000, exact: false },
      { packageName: 'android', tag: '*alarm*:android.intent.action.TIME_TICK', repeatMs: 0, exact: true },
    ]);
  });

  it('that are set anew each time show their interval in the history of deliveries', () => {
    expect(parseAlarmHistory(ALARMS_36, 'com.example.torch')).toEqual([-1_201_000, -900_500, -600_000, -299_900]);
    // gaps 300.5, 300.5 and 300.1 s
    expect(alarmSchedules(ALARMS_36, 'com.example.torch')).toEqual([
      {
        kind: 'alarm',
        intervalMs: 300_500,
        source: 'dumpsys alarm, App Alarm history',
        exact: true,
        component: '*walarm*:com.example.torch/.Tick',
      },
    ]);
  });

  it('that repeat state their interval', () => {
    expect(alarmSchedules(ALARMS_36, 'com.example.poll')).toEqual([
      {
        kind: 'alarm',
        intervalMs: 60_000,
        source: 'dumpsys alarm, repeatInterval',
        exact: false,
        component: '*alarm*:com.example.poll/.Poll',
      },
    ]);
  });

  it('of other packages are not the app’s, and one delivery is no interval', () => {
    expect(alarmSchedules(ALARMS_36, 'com.android.providers.calendar')).toEqual([]);
    expect(alarmSchedules(ALARMS_36, 'com.example')).toEqual([]);
  });
});

const JOBS_29 = `JOB SCHEDULER
Registered 2 jobs:
  JOB #u0a80/1024: e61d7bf com.sunmi.toolbox/.antirush.ScheduleService
    u0a80 tag=*job*/com.sunmi.toolbox/.antirush.ScheduleService
    Source: uid=u0a80 user=0 pkg=com.sunmi.toolbox
    JobInfo:
      Service: com.sunmi.toolbox/.antirush.ScheduleService
      PERIODIC: interval=+15m0s0ms flex=+5m0s0ms
      PERSISTED
    Run time: earliest=+13m17s891ms, latest=+18m17s891ms
`;

const JOBS_37 = `JOB SCHEDULER (dumpsys jobscheduler)
  Registered 1 jobs:
  JOB androidx.work.systemjobscheduler:u0a233/1: 258ed68 #SampleSyncWorker#@androidx.work.systemjobscheduler@com.companyname.mauitodo/androidx.work.impl.background.systemjob.SystemJobService
    u0a233 tag=*job*r/#SampleSyncWorker#@androidx.work.systemjobscheduler@com.companyname.mauitodo/androidx.work.impl.background.systemjob.SystemJobService
    Source: uid=u0a233 user=0 pkg=com.companyname.mauitodo
    JobInfo:
      Service: com.companyname.mauitodo/androidx.work.impl.background.systemjob.SystemJobService
      Minimum latency: +12m0s0ms
  Job history:
     -46m40s0ms START-P: #u0a233/1 @androidx.work.systemjobscheduler@com.companyname.mauitodo/androidx.work.impl.background.systemjob.SystemJobService
     -46m39s0ms  STOP-P: #u0a233/1 @androidx.work.systemjobscheduler@com.companyname.mauitodo/androidx.work.impl.background.systemjob.SystemJobService app called jobFinished
     -31m40s0ms   START: #u0a233/1 com.companyname.mauitodo/androidx.work.impl.background.systemjob.SystemJobService
     -30m0s0ms START: #u0a233/11 other
     -16m40s0ms   START: #u0a233/1 com.companyname.mauitodo/androidx.work.impl.background.systemjob.SystemJobService
`;

describe('jobs', () => {
  it('with a period are read from the form of Android 10', () => {
    expect(jobSchedules(JOBS_29, 'com.sunmi.toolbox')).toEqual([
      {
        kind: 'job',
        intervalMs: 900_000,
        source: 'dumpsys jobscheduler, PERIODIC',
        component: 'com.sunmi.toolbox/.antirush.ScheduleService',
      },
    ]);
  });

  it('of WorkManager are one-shots whose starts show the interval (form of Android 14 and later)', () => {
    expect(parseJobs(JOBS_37)).toMatchObject([
      { packageName: 'com.companyname.mauitodo', key: 'u0a233/1', periodMs: null, minimumLatencyMs: 720_000 },
    ]);
    expect(parseJobHistory(JOBS_37, 'u0a233/1')).toEqual([-2_800_000, -1_900_000, -1_000_000]);
    // gaps of 15 minutes
    expect(jobSchedules(JOBS_37, 'com.companyname.mauitodo')).toMatchObject([{ kind: 'job', intervalMs: 900_000 }]);
  });

  it('of other packages are not the app’s', () => {
    expect(jobSchedules(JOBS_29, 'com.sunmi')).toEqual([]);
  });
});

describe('a hostile dump', () => {
  it('never throws and never takes long', () => {
    const line = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.constantFrom(
        '    ELAPSED #0: Alarm{',
        '  JOB #u0a1/',
        '      tag=',
        'App Alarm history:',
        ' a, u0: -1m',
        'PERIODIC: interval=',
      ),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const text = lines.join('\n');
        alarmSchedules(text, 'a');
        jobSchedules(text, 'a');
      }),
      { numRuns: 200 },
    );
  });

  it('of a very long line or very many lines is read within bounds', () => {
    const began = performance.now();
    const long = `    ELAPSED #0: Alarm{${'x '.repeat(500_000)}a}\n`;
    const many = '    ELAPSED #0: Alarm{a type 3 when 1 a.b}\n      tag=x\n'.repeat(200_000);
    expect(parseAlarms(long)).toEqual([]);
    expect(parseAlarms(many).length).toBeLessThanOrEqual(200_000);
    expect(parseJobs(`  JOB ${'x:'.repeat(300_000)}\n`)).toEqual([]);
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});
