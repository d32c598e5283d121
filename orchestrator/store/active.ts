import type { Fault } from '../contract/fault.ts';
import type { Stage } from '../contract/job.ts';

export interface ActiveJob {
  /** Of the job in the queue. */
  readonly id: string;
  readonly submission: string;
  readonly stage: Stage;
  readonly signal: AbortSignal;
}

/** The jobs that this process works on now, so that they can be stopped from outside their processors. */
export class ActiveJobs {
  readonly #jobs = new Map<ActiveJob, AbortController>();
  readonly #waiting: (() => void)[] = [];

  /** Counts a job as active until disposed. */
  begin(begun: Omit<ActiveJob, 'signal'>): ActiveJob & Disposable {
    const controller = new AbortController();
    const job = {
      ...begun,
      signal: controller.signal,
      [Symbol.dispose]: () => this.#end(job),
    };
    this.#jobs.set(job, controller);
    return job;
  }

  /** Resolves as soon as none is active. */
  async idle(): Promise<void> {
    while (this.#jobs.size > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #end(job: ActiveJob): void {
    this.#jobs.delete(job);
    if (this.#jobs.size > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  abort(which: (job: ActiveJob) => boolean, reason: Fault): void {
    for (const [job, controller] of this.#jobs) if (which(job)) controller.abort(reason);
  }
}
