import { duration, localTimeMs } from '../android/device-time.ts';
import type { DeviceClock, Properties } from '../system.ts';
import { alarmFlags, type Alarm } from './alarm.ts';
import type { Alarms } from './alarms.ts';

export interface AlarmTextParts {
  readonly alarms: Alarms;
  readonly clock: DeviceClock;
  readonly properties: Properties;
  readonly apiLevel: number;
}

/** `dumpsys alarm`: batches up to Android 11, one list since 12 (AOSP AlarmManagerService.dumpImpl). */
export function alarmText(parts: AlarmTextParts): string {
  const { alarms, clock, properties, apiLevel } = parts;
  const nowMs = clock.elapsedMs();
  const byTime = alarms.pending().sort((a, b) => alarms.times(a).whenMs - alarms.times(b).whenMs);
  const wall = localTimeMs(clock.nowMs(), properties);
  const lines = [
    'Current Alarm Manager state:',
    `  nowRTC=${Math.floor(clock.nowMs())}=${wall} nowELAPSED=${Math.floor(nowMs)}`,
    '',
  ];
  if (apiLevel >= 31) {
    lines.push(`  ${byTime.length} pending alarms: `);
    byTime.forEach((alarm, index) => lines.push(...modernAlarm(parts, alarm, byTime.length - index)));
  } else {
    lines.push(`  Pending alarm batches: ${byTime.length}`);
    for (const alarm of byTime) lines.push(...batchOfOne(parts, alarm));
  }
  lines.push('', '  App Alarm history:', ...history(parts, nowMs));
  lines.push('  Past-due non-wakeup alarms: (none)');
  if (apiLevel >= 31) lines.push('  Removal history:', ...removals(parts, nowMs));
  return `${lines.join('\n')}\n`;
}

function modernAlarm(parts: AlarmTextParts, alarm: Alarm, number: number): string[] {
  const nowMs = parts.clock.elapsedMs();
  const times = parts.alarms.times(alarm);
  const when = Math.floor(times.requesterMs);
  const { packageName } = alarm.request;
  const head = `Alarm{${alarm.id} type 2 origWhen ${when} whenElapsed ${Math.floor(times.whenMs)} ${packageName}}`;
  return [`    ELAPSED_WAKEUP #${number}: ${head}`, ...alarmLines(parts, alarm, nowMs).map((line) => `      ${line}`)];
}

function alarmLines(parts: AlarmTextParts, alarm: Alarm, nowMs: number): string[] {
  const times = parts.alarms.times(alarm);
  const at = (ms: number | null): string => (ms === null ? '--' : duration(ms - nowMs));
  const { request } = alarm;
  const reason = request.windowMs === 0 ? ` exactAllowReason=${request.exactReason ?? 'N/A'}` : '';
  const window = `window=${duration(alarm.windowMs)}${reason}`;
  const rest = `repeatInterval=${alarm.repeatMs} count=${alarm.count} flags=0x${alarmFlags(request).toString(16)}`;
  return [
    `tag=${request.tag}`,
    `type=ELAPSED_WAKEUP origWhen=${at(times.requesterMs)} ${window} ${rest}`,
    `policyWhenElapsed: requester=${at(times.requesterMs)} app_standby=${at(times.standbyMs)} ` +
      `device_idle=${at(times.idleMs)} battery_saver=--`,
    `whenElapsed=${at(times.whenMs)} maxWhenElapsed=${at(times.maxWhenMs)}`,
    `operation=PendingIntent{${alarm.id}: PendingIntentRecord{${alarm.id} ${request.packageName} broadcastIntent}}`,
  ];
}

function batchOfOne(parts: AlarmTextParts, alarm: Alarm): string[] {
  const nowMs = parts.clock.elapsedMs();
  const times = parts.alarms.times(alarm);
  const { request } = alarm;
  const at = (ms: number): string => duration(ms - nowMs);
  const flags = alarmFlags(request).toString(16);
  const start = Math.floor(times.whenMs);
  const standalone = request.windowMs === 0 ? ' STANDALONE' : '';
  return [
    `Batch{${alarm.id} num=1 start=${start} end=${Math.floor(times.maxWhenMs)}${standalone} flgs=0x${flags}}:`,
    `    ELAPSED_WAKEUP #0: Alarm{${alarm.id} type 2 when ${Math.floor(times.requesterMs)} ${request.packageName}}`,
    `      tag=${request.tag}`,
    `      type=2 expectedWhenElapsed=${at(times.requesterMs)} ` +
      `expectedMaxWhenElapsed=${at(times.requesterMs + alarm.windowMs)} ` +
      `whenElapsed=${at(times.whenMs)} maxWhenElapsed=${at(times.maxWhenMs)} when=${at(times.requesterMs)}`,
    `      window=${duration(alarm.windowMs)} repeatInterval=${alarm.repeatMs} count=${alarm.count} flags=0x${flags}`,
    `      operation=PendingIntent{${alarm.id}: PendingIntentRecord{${alarm.id} ${request.packageName} broadcastIntent}}`,
  ];
}

/** One offset for each delivered wake-up, newest first, a hundred at most (AppWakeupHistory.dump). */
function history({ alarms }: AlarmTextParts, nowMs: number): string[] {
  return [...alarms.wakeups()].map(([name, atMs]) => {
    const offsets = atMs.slice(-100).reverse();
    return `    ${name}, u0: ${offsets.map((ms) => `${duration(ms - nowMs)}, `).join('')}`;
  });
}

function removals(parts: AlarmTextParts, nowMs: number): string[] {
  const lines: string[] = [];
  for (const [uid, ring] of parts.alarms.removals()) {
    lines.push(`    ${uid}:`);
    ring.forEach((each, index) => {
      const rtc = localTimeMs(each.atWallMs, parts.properties);
      lines.push(`      #${index + 1}: Reason=${each.reason} elapsed=${duration(each.atMs - nowMs)} rtc=${rtc}`);
      lines.push(
        '        Snapshot:',
        ...alarmLines(parts, each.alarm, nowMs)
          .slice(0, 1)
          .map((line) => `          ${line}`),
      );
    });
  }
  return lines;
}
