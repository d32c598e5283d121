import { Fault } from '../contract/fault.ts';
import { AssessResult, type Stage } from '../contract/job.ts';
import { faultFromText, STAGES } from './stage.ts';

/** Where a submission stands in the queue; `unknown`: it was never queued, or forgotten, and the ledger may know more. */
export type Outcome =
  | { readonly state: 'unknown' }
  | { readonly state: 'waiting' | 'active'; readonly stage: Stage }
  | { readonly state: 'done'; readonly result: AssessResult }
  | { readonly state: 'failed'; readonly stage: Stage; readonly fault: Fault };

export interface JobSnapshot {
  readonly state: string;
  readonly failedReason: string | undefined;
  readonly result: unknown;
  readonly cancelled: boolean;
}

/**
 * The outcome by the jobs of the three stages: the first stage that failed tells why, since the later ones fail only
 * because it did. A cancelled submission has failed as soon as no worker has it. An earlier stage without a job is done:
 * its result is in the ledger, or it ended so long ago that the queue forgot it.
 */
export function outcomeOf(jobs: Readonly<Record<Stage, JobSnapshot | null>>): Outcome {
  const { assess } = jobs;
  if (assess === null) return { state: 'unknown' };
  // It waits for a job that is not there: nobody will ever wake it.
  if (assess.state === 'waiting-children' && jobs.examine === null) return { state: 'unknown' };
  if (jobs.examine?.state === 'waiting-children' && jobs.inspect === null) return { state: 'unknown' };
  for (const stage of STAGES) {
    const job = jobs[stage];
    if (job === null || job.state === 'completed') continue;
    if (job.state === 'failed') return { state: 'failed', stage, fault: faultFromText(job.failedReason ?? '') };
    if (job.state === 'active') return { state: 'active', stage };
    if (assess.cancelled) return { state: 'failed', stage, fault: cancelled() };
    return { state: 'waiting', stage };
  }
  return { state: 'done', result: AssessResult.parse(assess.result) };
}

export function cancelled(): Fault {
  return new Fault('cancelled', 'as was asked');
}
