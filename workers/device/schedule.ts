import type { Fields, ScheduleRecord } from '../../orchestrator/contract/capture.ts';
import { parseAlarms, parseAlarmHistory } from './alarms.ts';
import { medianGap } from './duration.ts';
import { parseJobHistory, parseJobs } from './jobs.ts';
import { readTogether } from './power-state.ts';
import type { Shell } from './shell.ts';

/** A schedule record without its time. */
export type Schedule = Fields<ScheduleRecord>;

/** What the app has asked the system to do again and again: evidence of intent beside the traffic itself. */
export async function readSchedules(shell: Shell, packageName: string, signal?: AbortSignal): Promise<Schedule[]> {
  const [alarms = '', jobs = ''] = await readTogether(shell, ['dumpsys alarm', 'dumpsys jobscheduler'], signal);
  return [...alarmSchedules(alarms, packageName), ...jobSchedules(jobs, packageName)];
}

/**
 * Repeating alarms by their stated interval. An alarm that is set anew each time it fires (the usual form of an exact
 * one) states none: there the median distance of the deliveries in the App Alarm history is the interval.
 */
export function alarmSchedules(text: string, packageName: string): Schedule[] {
  const alarms = parseAlarms(text).filter((alarm) => alarm.packageName === packageName);
  const schedules: Schedule[] = alarms
    .filter((alarm) => alarm.repeatMs > 0)
    .map((alarm) => ({
      kind: 'alarm',
      intervalMs: alarm.repeatMs,
      source: 'dumpsys alarm, repeatInterval',
      exact: alarm.exact,
      ...(alarm.tag === null ? {} : { component: alarm.tag }),
    }));
  const single = alarms.filter((alarm) => alarm.repeatMs === 0);
  const intervalMs = medianGap(parseAlarmHistory(text, packageName));
  if (intervalMs !== null && schedules.length === 0) {
    const tags = new Set(single.map((alarm) => alarm.tag));
    const [tag] = tags;
    schedules.push({
      kind: 'alarm',
      intervalMs,
      source: 'dumpsys alarm, App Alarm history',
      ...(single.length === 0 ? {} : { exact: single.some((alarm) => alarm.exact) }),
      ...(tags.size === 1 && tag !== null && tag !== undefined ? { component: tag } : {}),
    });
  }
  return unique(schedules);
}

/** Periodic jobs by their interval; one-shots that follow each other (WorkManager) by the starts in the history. */
export function jobSchedules(text: string, packageName: string): Schedule[] {
  const jobs = parseJobs(text).filter((job) => job.packageName === packageName);
  const schedules: Schedule[] = [];
  for (const job of jobs) {
    const observed = medianGap(parseJobHistory(text, job.key));
    const intervalMs = job.periodMs ?? observed;
    if (intervalMs === null) continue;
    schedules.push({
      kind: 'job',
      intervalMs,
      source: job.periodMs === null ? 'dumpsys jobscheduler, job history' : 'dumpsys jobscheduler, PERIODIC',
      ...(job.service === null ? {} : { component: job.service }),
    });
  }
  return unique(schedules);
}

function unique(schedules: readonly Schedule[]): Schedule[] {
  return [...new Map(schedules.map((one) => [JSON.stringify(one), one])).values()].slice(0, 500);
}
