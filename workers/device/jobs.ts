import { boundedLines } from './alarms.ts';
import { parseDuration } from './duration.ts';

export interface PendingJob {
  readonly packageName: string;
  /** `u0a80/1024` as the history names it. */
  readonly key: string;
  readonly service: string | null;
  /** null for a one-shot, which is how WorkManager's periodic work appears. */
  readonly periodMs: number | null;
  readonly minimumLatencyMs: number | null;
}

/**
 * Jobs in `dumpsys jobscheduler`. Heads of Android 9 to 13: `JOB #u0a80/1024: hash PKG/.Service`; of 14 and later:
 * `JOB [NAMESPACE:]u0a233/1: hash [#trace#][@NAMESPACE@]PKG/Service`. `Source:` names the app for whom another asked.
 */
export function parseJobs(text: string): PendingJob[] {
  const jobs: {
    packageName: string;
    key: string;
    service: string | null;
    periodMs: number | null;
    minimumLatencyMs: number | null;
  }[] = [];
  let current: (typeof jobs)[number] | null = null;
  for (const line of boundedLines(text)) {
    const head = /^\s*JOB (?:#|\S{1,200}:)?(\w{1,20}\/-?\d{1,11}): \S+ (.*)$/.exec(line);
    if (head !== null) {
      const service = serviceOf(head[2] ?? '');
      current = {
        packageName: service?.split('/')[0] ?? '',
        key: head[1] ?? '',
        service,
        periodMs: null,
        minimumLatencyMs: null,
      };
      jobs.push(current);
      continue;
    }
    if (current === null) continue;
    if (/^\S/.test(line)) {
      current = null; // a section at the left margin ends the list
      continue;
    }
    const source = /^\s+Source: uid=\S+ user=\d+ pkg=([\w.]+)/.exec(line)?.[1];
    if (source !== undefined) current.packageName = source;
    const period = /^\s+PERIODIC: interval=(\S+)/.exec(line)?.[1];
    if (period !== undefined) current.periodMs = positive(period);
    const latency = /^\s+Minimum latency: (\S+)/.exec(line)?.[1];
    if (latency !== undefined) current.minimumLatencyMs = positive(latency);
  }
  return jobs;
}

/** Offsets of the starts of one job in the history: `-19m40s688ms START-P: #u0a80/1024 …` (`-P`: periodic). */
export function parseJobHistory(text: string, key: string): number[] {
  const offsets: number[] = [];
  for (const line of boundedLines(text)) {
    const start = /^\s+(-\S+)\s+START(?:-P)?: #?(\S+) /.exec(line);
    if (start === null || start[2] !== key) continue;
    const offset = parseDuration(start[1] ?? '');
    if (offset !== null) offsets.push(offset);
  }
  return offsets;
}

/** `#trace#@namespace@pkg/service` -> `pkg/service`. */
function serviceOf(text: string): string | null {
  return /([A-Za-z][\w.]*\/[\w.$]+)\s*$/.exec(text)?.[1] ?? null;
}

function positive(text: string): number | null {
  const durationMs = parseDuration(text);
  return durationMs === null || durationMs <= 0 ? null : durationMs;
}
