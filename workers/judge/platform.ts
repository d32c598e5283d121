// In: a judged channel and the timeline. Out: the finding that its period is none that the platform keeps for a
// sleeping app by itself, or null.
import type { Finding } from '../../orchestrator/contract/report.ts';
import type { JudgedChannel } from './channel.ts';
import type { Context } from './context.ts';
import type { Session } from './sessions.ts';
import { phaseAt, pushBefore, servicesAt } from './timeline.ts';
import { countWords, durationWords } from './words.ts';

/** AOSP JobInfo.MIN_PERIOD_MILLIS: a periodic job runs every 15 minutes at most. */
export const JOB_MINIMUM_MS = 900_000;
/** AOSP 12+ AlarmManagerService, ALLOW_WHILE_IDLE_QUOTA: 72 alarms an hour that may go off in Doze. */
const IDLE_ALARMS_AN_HOUR = 72;
/** A push within this time before a session explains that the app was awake. */
const PUSHED_WITHIN_MS = 60_000;
/** Timers slip, and a job may run early within its flex: what is nearer to 15 minutes than this is not said to be faster. */
const CLEARLY = 0.8;

type Draft = Pick<Finding, 'kind' | 'title' | 'sentence'> & { readonly beats: readonly Session[] };

export function fasterThanPlatform({ channel, expectation }: JudgedChannel, { timeline }: Context): Draft | null {
  const { structured, periodMs } = channel.cadence;
  if (structured !== true || periodMs === null || periodMs >= CLEARLY * JOB_MINIMUM_MS) return null;
  if (timeline.services === null || timeline.pushesUnavailable) return null;
  const alone = expectation.unlicensed.filter(({ startMs }) => {
    const phase = phaseAt(timeline, startMs);
    if (phase === 'foreground' || phase === 'unknown') return false;
    return servicesAt(timeline, startMs).length === 0 && pushBefore(timeline, startMs, PUSHED_WITHIN_MS) === null;
  });
  if (alone.length < expectation.unlicensed.length / 2 || alone.length < 3) return null;
  const inDoze = alone.filter(({ startMs }) => phaseAt(timeline, startMs) === 'doze').length;
  const perHour = 3_600_000 / periodMs;
  const how =
    inDoze > 0 && perHour > IDLE_ALARMS_AN_HOUR
      ? `the alarms that may go off in Doze come ${IDLE_ALARMS_AN_HOUR} times an hour at most, so a process is kept alive for it`
      : `a job comes every ${durationWords(JOB_MINIMUM_MS)} at most${inDoze > 0 ? ', and in Doze only in maintenance windows' : ''}, so an exact alarm or a process that is kept alive makes it`;
  return {
    kind: 'faster-than-the-platform',
    title: 'Faster than any job',
    sentence: `A period of ${durationWords(periodMs)} with no foreground service running and no push in the minute before, in ${countWords(alone.length, 'session')}: ${how}.`,
    beats: alone,
  };
}
