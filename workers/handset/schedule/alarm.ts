import type { StandbyBucket } from '../system.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Limits of AOSP AlarmManagerService.Constants (android14; the same numbers since Android 12 unless said). */
export const ALARM_LIMITS = {
  minFuturityMs: 5000,
  minRepeatMs: 60_000,
  minWindowMs: 600_000,
  mostWindowMs: HOUR,
  mostPerUid: 500,
  /** Up to Android 11: one alarm that is allowed while idle per nine minutes and app. */
  whileIdleGapMs: 9 * 60_000,
  /** Since Android 12, an hour's quota of exact alarms while idle, and of inexact ones or of older apps. */
  whileIdleQuota: 72,
  whileIdleLowQuota: 7,
  /** How long Doze leaves an app its network after an alarm that is allowed while idle. */
  whileIdleAllowMs: 10_000,
} as const;

/** Alarms an app may get in a window, by standby bucket; 50 (never) gets none. */
export function standbyQuota(bucket: StandbyBucket): { readonly most: number; readonly windowMs: number } {
  switch (bucket) {
    case 5:
      return { most: Infinity, windowMs: HOUR };
    case 10:
      return { most: 720, windowMs: HOUR };
    case 20:
      return { most: 10, windowMs: HOUR };
    case 30:
      return { most: 2, windowMs: HOUR };
    case 40:
      return { most: 1, windowMs: HOUR };
    case 45:
      return { most: 1, windowMs: DAY };
    case 50:
      return { most: 0, windowMs: DAY };
  }
}

export interface AlarmRequest {
  readonly packageName: string;
  readonly uid: number;
  /** `*walarm*:` and the intent's action or component. */
  readonly tag: string;
  /** Elapsed device time. */
  readonly triggerAtMs: number;
  /** 0: exact. `heuristic`: the system chooses. */
  readonly windowMs: number | 'heuristic';
  /** 0: once. */
  readonly repeatMs: number;
  readonly allowWhileIdle: boolean;
  /** Why an exact alarm is allowed: `permission`, `policy_permission`, `compat`; null where it is inexact. */
  readonly exactReason: string | null;
  readonly targetSdk: number;
  /** Runs on delivery; `count` is above 1 where repeats were skipped. */
  readonly run: (count: number) => void;
}

export interface Alarm {
  readonly id: string;
  readonly request: AlarmRequest;
  /** When the app asked for, and the latest it accepts. */
  requesterMs: number;
  windowMs: number;
  readonly repeatMs: number;
  count: number;
}

/** When an alarm may be delivered, by each policy (null: no say), and the two together. */
export interface AlarmTimes {
  readonly requesterMs: number;
  readonly standbyMs: number | null;
  readonly idleMs: number | null;
  readonly whenMs: number;
  readonly maxWhenMs: number;
  /** Held by Doze without a date: until the next maintenance or the end. */
  readonly held: boolean;
}

/**
 * The window of an inexact alarm: three quarters of the time until it (or of its interval), none below 10 s, an hour
 * at most for a single one (AlarmManagerService.maxTriggerTime).
 */
export function heuristicWindowMs(nowMs: number, triggerAtMs: number, repeatMs: number): number {
  const futurityMs = repeatMs === 0 ? triggerAtMs - nowMs : repeatMs;
  if (futurityMs < 10_000) return 0;
  const windowMs = Math.floor(futurityMs * 0.75);
  return repeatMs === 0 ? Math.min(windowMs, ALARM_LIMITS.mostWindowMs) : windowMs;
}

/** The window that the platform grants for a request made now. Apps for Android 12 get no window under 10 minutes. */
export function grantedWindowMs(request: AlarmRequest, nowMs: number, apiLevel: number): number {
  const { windowMs, triggerAtMs, repeatMs } = request;
  if (windowMs === 'heuristic') return heuristicWindowMs(nowMs, triggerAtMs, repeatMs);
  if (windowMs === 0) return 0;
  const capped = Math.min(windowMs, 24 * HOUR);
  if (apiLevel < 31 || request.targetSdk < 31) return capped;
  const leastMs = Math.min(Math.floor(Math.max(0, triggerAtMs - nowMs) * 0.75), ALARM_LIMITS.minWindowMs);
  return Math.max(capped, leastMs);
}

/** How many alarms allowed while idle an app gets in an hour of Doze. */
export function whileIdleQuota(request: AlarmRequest): number {
  const exact = request.exactReason !== null;
  return request.targetSdk >= 31 && exact ? ALARM_LIMITS.whileIdleQuota : ALARM_LIMITS.whileIdleLowQuota;
}

/** AlarmManager's flags: standalone (exact) and allowed while idle. */
export function alarmFlags(request: AlarmRequest): number {
  return (request.windowMs === 0 ? 0x1 : 0) | (request.allowWhileIdle ? 0x4 : 0);
}
