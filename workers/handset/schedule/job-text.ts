import { shortUid } from '../android/base-processes.ts';
import { shortComponent } from '../android/component.ts';
import { duration } from '../android/device-time.ts';
import type { DevicePower } from '../power/power.ts';
import type { DeviceClock, StandbyBucket } from '../system.ts';
import type { Job } from './job.ts';
import type { Jobs } from './jobs.ts';

export interface JobTextParts {
  readonly jobs: Jobs;
  readonly power: DevicePower;
  readonly clock: DeviceClock;
  readonly apiLevel: number;
}

const BUCKETS: Readonly<Record<StandbyBucket, string>> = {
  5: 'EXEMPTED',
  10: 'ACTIVE',
  20: 'WORKING_SET',
  30: 'FREQUENT',
  40: 'RARE',
  45: 'RESTRICTED',
  50: 'NEVER',
};

/** `dumpsys jobscheduler [PKG]` (AOSP JobSchedulerService.dumpInternal, JobStatus.dump). */
export function jobText(parts: JobTextParts, packageName: string | null): string {
  const { jobs, clock } = parts;
  const nowMs = clock.elapsedMs();
  const wanted = (name: string): boolean => packageName === null || name === packageName;
  const shown = jobs.list().filter((job) => wanted(job.request.packageName));
  const lines = ['Settings:', '  min_ready_non_active_jobs_count=5', ''];
  lines.push(`Registered ${jobs.list().length} jobs:`);
  for (const job of shown) lines.push(...jobLines(parts, job, nowMs));
  lines.push('', 'Job history:');
  const events = jobs.history.filter((each) => wanted(each.job.request.packageName)).reverse();
  for (const each of events) {
    const reason = each.reason === null ? '' : ` ${each.reason}`;
    const offset = duration(each.atMs - nowMs).padStart(16);
    lines.push(`${offset} ${each.kind}: ${uniqueId(each.job)} ${componentOf(each.job)}${reason}`);
  }
  lines.push('', 'Active jobs:');
  const active = shown.filter((job) => job.running);
  active.forEach((job, slot) => lines.push(`  Slot #${slot}: ${job.hash} ${uniqueId(job)} ${componentOf(job)}`));
  return `${lines.join('\n')}\n`;
}

const uniqueId = (job: Job): string => `#${shortUid(job.request.uid)}/${job.request.jobId}`;
const componentOf = (job: Job): string =>
  shortComponent({ packageName: job.request.packageName, className: job.request.service });

function jobLines({ jobs, power, apiLevel }: JobTextParts, job: Job, nowMs: number): string[] {
  const { request } = job;
  const uid = shortUid(request.uid);
  const block = jobs.block(job);
  const inWindow = nowMs >= job.earliestMs;
  const dozing = block === 'dozing';
  const connected = block !== 'network';
  const required = ['TIMING_DELAY', 'DEADLINE', ...(request.needsNetwork ? ['CONNECTIVITY'] : [])];
  const satisfied = [
    ...(inWindow ? ['TIMING_DELAY'] : []),
    ...(request.needsNetwork && connected ? ['CONNECTIVITY'] : []),
    ...(dozing ? [] : ['DEVICE_NOT_DOZING']),
    'BACKGROUND_NOT_RESTRICTED',
    ...(apiLevel >= 29 && block !== 'quota' ? ['WITHIN_QUOTA'] : []),
  ];
  const unsatisfied = required.filter((name) => !satisfied.includes(name));
  return [
    `  JOB ${uniqueId(job)}: ${job.hash} ${componentOf(job)}`,
    `    ${uid} tag=*job*/${componentOf(job)}`,
    `    Source: uid=${uid} user=0 pkg=${request.packageName}`,
    '    JobInfo:',
    `      Service: ${componentOf(job)}`,
    `      PERIODIC: interval=${duration(job.periodMs)} flex=${duration(job.flexMs)}`,
    '      Requires: charging=false batteryNotLow=false deviceIdle=false',
    ...(request.needsNetwork ? [networkLine(request.uid)] : []),
    '      Backoff: policy=1 initial=+30s0ms',
    '      Has early constraint',
    '      Has late constraint',
    `    Required constraints: ${required.join(' ')}`,
    `    Satisfied constraints: ${satisfied.join(' ')}`,
    `    Unsatisfied constraints: ${unsatisfied.join(' ')}`,
    ...(dozing ? ['    Doze whitelisted: false'] : []),
    `    Tracking: ${request.needsNetwork ? 'CONNECTIVITY ' : ''}TIME`,
    `    Standby bucket: ${BUCKETS[power.bucket(request.packageName)]}`,
    `    Enqueue time: ${duration(job.enqueuedAtMs - nowMs)}`,
    `    Run time: earliest=${duration(job.earliestMs - nowMs)}, latest=${duration(job.latestMs - nowMs)}`,
    `    Ready: ${block === null} (job=${block === null} user=true !pending=true !active=${!job.running} ` +
      '!backingup=true comp=true)',
  ];
}

const networkLine = (uid: number): string =>
  '      Network type: NetworkRequest [ NONE id=0, [ Capabilities: ' +
  `INTERNET&NOT_RESTRICTED&TRUSTED&VALIDATED&NOT_VCN_MANAGED Uid: ${uid}] ]`;
