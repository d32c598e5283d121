import type { StandbyBucket } from '../system.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Limits of AOSP JobInfo and QuotaController (android14). */
export const JOB_LIMITS = {
  minPeriodMs: 15 * MINUTE,
  minFlexMs: 5 * MINUTE,
  mostPerApp: 150,
  /** A job may run for ten minutes before it is stopped. */
  mostRunMs: 10 * MINUTE,
} as const;

/** Jobs an app may start in a window, by standby bucket; null: none at all. */
export function jobQuota(bucket: StandbyBucket): { readonly most: number; readonly windowMs: number } | null {
  switch (bucket) {
    case 5:
      return { most: Infinity, windowMs: HOUR };
    case 10:
      return { most: 75, windowMs: 10 * MINUTE };
    case 20:
      return { most: 120, windowMs: 2 * HOUR };
    case 30:
      return { most: 200, windowMs: 8 * HOUR };
    case 40:
      return { most: 48, windowMs: 24 * HOUR };
    case 45:
      return { most: 1, windowMs: 24 * HOUR };
    case 50:
      return null;
  }
}

export interface JobRequest {
  readonly packageName: string;
  readonly uid: number;
  readonly jobId: number;
  /** Full class name of the job service. */
  readonly service: string;
  readonly periodMs: number;
  readonly flexMs: number;
  /** When it runs first, in elapsed device time: the middle of the first window. */
  readonly firstAtMs: number;
  readonly needsNetwork: boolean;
  /** The moment inside each later window at which the device gets round to the job. */
  readonly pickMs: (earliestMs: number, latestMs: number) => number;
  /** The work; it ends when the promise settles. */
  readonly run: (how: { forced: boolean }) => Promise<void>;
}

export interface Job {
  readonly hash: string;
  readonly request: JobRequest;
  readonly periodMs: number;
  readonly flexMs: number;
  readonly enqueuedAtMs: number;
  earliestMs: number;
  latestMs: number;
  dueMs: number;
  running: boolean;
}

export type JobBlock = 'stopped' | 'dozing' | 'quota' | 'network' | 'early' | null;

/**
 * The window after the one that this run used. A run that comes late uses up the windows it has missed, and the coming
 * one too where it has begun already (AOSP JobSchedulerService.getRescheduleJobForPeriodic).
 */
export function nextWindow(job: Job, nowMs: number): { earliestMs: number; latestMs: number } {
  const lateMs = Math.max(0, nowMs - job.latestMs);
  const missed = Math.floor(lateMs / job.periodMs);
  const tooClose = lateMs % job.periodMs > job.periodMs - job.flexMs ? 1 : 0;
  const latestMs = job.latestMs + job.periodMs * (1 + missed + tooClose);
  return { earliestMs: latestMs - job.flexMs, latestMs };
}
