import { createHash } from 'node:crypto';
import { shortComponent } from '../android/component.ts';
import type { DevicePower } from '../power/power.ts';
import type { DeviceClock, Packages, Processes } from '../system.ts';
import { JOB_LIMITS, jobQuota, nextWindow, type Job, type JobBlock, type JobRequest } from './job.ts';

const DAY = 24 * 3_600_000;
const HISTORY_KEPT = 100;
const STARTS_KEPT = 250;

export interface JobNeeds {
  readonly clock: DeviceClock;
  readonly power: DevicePower;
  readonly packages: Packages;
  readonly processes: Processes;
  /** Whether a network is there at all (airplane mode). */
  readonly connected: () => boolean;
}

export interface JobEvent {
  readonly atMs: number;
  readonly kind: 'START-P' | 'STOP-P';
  readonly job: Job;
  readonly reason: string | null;
}

/** JobScheduler for periodic jobs: minimum period and flex, Doze, quotas by bucket, the network constraint. */
export class Jobs {
  readonly history: JobEvent[] = [];
  readonly #needs: JobNeeds;
  readonly #jobs = new Map<string, Job>();
  readonly #starts = new Map<string, number[]>();
  #cancelTimer: (() => void) | null = null;

  constructor(needs: JobNeeds) {
    this.#needs = needs;
  }

  schedule(request: JobRequest): Job | null {
    const { packageName, jobId } = request;
    const key = `${packageName}/${jobId}`;
    const ofApp = this.list().filter((each) => each.request.packageName === packageName).length;
    if (ofApp >= JOB_LIMITS.mostPerApp && !this.#jobs.has(key)) return null;
    const periodMs = Math.max(request.periodMs, JOB_LIMITS.minPeriodMs);
    const flexMs = Math.min(periodMs, Math.max(request.flexMs, JOB_LIMITS.minFlexMs));
    const nowMs = this.#needs.clock.elapsedMs();
    const latestMs = Math.max(nowMs, request.firstAtMs) + flexMs / 2;
    const earliestMs = Math.max(nowMs, latestMs - flexMs);
    const job: Job = {
      hash: createHash('sha256').update(`${key} ${nowMs}`).digest('hex').slice(0, 7),
      request,
      periodMs,
      flexMs,
      enqueuedAtMs: nowMs,
      earliestMs,
      latestMs,
      dueMs: Math.max(nowMs, request.firstAtMs),
      running: false,
    };
    this.#jobs.set(key, job);
    this.rearm();
    return job;
  }

  cancel(packageName: string, jobId: number): void {
    this.#jobs.delete(`${packageName}/${jobId}`);
    this.rearm();
  }

  removePackage(packageName: string): void {
    for (const [key, job] of this.#jobs) if (job.request.packageName === packageName) this.#jobs.delete(key);
    this.rearm();
  }

  find(packageName: string, jobId: number): Job | undefined {
    return this.#jobs.get(`${packageName}/${jobId}`);
  }

  list(): Job[] {
    return [...this.#jobs.values()];
  }

  /** What keeps a job from running now. */
  block(job: Job): JobBlock {
    const { power, packages, clock } = this.#needs;
    const { packageName, uid } = job.request;
    const found = packages.get(packageName);
    if (found === undefined || found.stopped) return 'stopped';
    if (clock.elapsedMs() + 0.5 < job.dueMs) return 'early';
    if (power.idling && !power.isExempt(uid)) return 'dozing';
    if (job.request.needsNetwork && !this.#needs.connected()) return 'network';
    return this.#quotaFreeAtMs(packageName) > clock.elapsedMs() ? 'quota' : null;
  }

  /** Runs what is due and free to run, and waits for the next instant. Called after whatever may free a job. */
  rearm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    const { clock } = this.#needs;
    let nextMs = Infinity;
    for (const job of this.list()) {
      if (job.running) continue;
      const block = this.block(job);
      if (block === null) this.#start(job, false);
      else if (block === 'early') nextMs = Math.min(nextMs, job.dueMs);
      else if (block === 'quota') nextMs = Math.min(nextMs, this.#quotaFreeAtMs(job.request.packageName));
    }
    if (nextMs !== Infinity) {
      this.#cancelTimer = clock.after(Math.max(0, nextMs - clock.elapsedMs()), () => this.rearm());
    }
  }

  /** `cmd jobscheduler run -f`: at once, whatever the constraints say. */
  force(job: Job): void {
    if (!job.running) this.#start(job, true);
  }

  close(): void {
    this.#cancelTimer?.();
    this.#jobs.clear();
  }

  #quotaFreeAtMs(packageName: string): number {
    const { power } = this.#needs;
    if (power.charging) return 0;
    const quota = jobQuota(power.bucket(packageName));
    if (quota === null) return Infinity;
    if (quota.most === Infinity) return 0;
    const starts = this.#starts.get(packageName) ?? [];
    const oldest = starts[starts.length - quota.most];
    return oldest === undefined ? 0 : oldest + quota.windowMs;
  }

  #start(job: Job, forced: boolean): void {
    const { clock, processes } = this.#needs;
    const { packageName, service } = job.request;
    const nowMs = clock.elapsedMs();
    job.running = true;
    this.#note({ atMs: nowMs, kind: 'START-P', job, reason: null });
    const starts = (this.#starts.get(packageName) ?? []).filter((atMs) => atMs > nowMs - DAY);
    this.#starts.set(packageName, [...starts, nowMs].slice(-STARTS_KEPT));
    processes.ensure(packageName, 'service', shortComponent({ packageName, className: service }));
    const release = processes.hold(packageName, 'job');
    let ended = false;
    const end = (reason: string): void => {
      if (ended) return;
      ended = true;
      cancelLimit();
      release();
      job.running = false;
      this.#note({ atMs: clock.elapsedMs(), kind: 'STOP-P', job, reason });
      Object.assign(job, nextWindow(job, nowMs));
      job.dueMs = job.request.pickMs(job.earliestMs, job.latestMs);
      if (this.find(packageName, job.request.jobId) === job) this.rearm();
    };
    const cancelLimit = clock.after(JOB_LIMITS.mostRunMs, () => end('timeout'));
    job.request.run({ forced }).then(
      () => end('app called jobFinished'),
      () => end('app called jobFinished'), // the app has logged why its work failed; the job itself is over
    );
  }

  #note(event: JobEvent): void {
    this.history.push(event);
    if (this.history.length > HISTORY_KEPT) this.history.shift();
  }
}
