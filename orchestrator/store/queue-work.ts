import { DelayedError, UnrecoverableError, WaitingError, type Worker } from 'bullmq';
import { Fault } from '../contract/fault.ts';
import type { Progress, Stage } from '../contract/job.ts';
import type { ActiveJobs } from './active.ts';
import { DEADLINES_MS } from './deadline.ts';
import { latestOnly } from './latest.ts';
import { cancelled } from './outcome.ts';
import { postponedMs } from './postpone.ts';
import type { QueueBackend } from './queue-backend.ts';
import type { QueueJobs, StageJob } from './queue-jobs.ts';
import type { QueueNews } from './queue-news.ts';
import { asFault, Envelope, runStage, STAGES, type Processors } from './stage.ts';
import type { StageRecord } from './stage-record.ts';

export interface WorkOptions {
  /** Stages that this process works on; all of them unless said otherwise. */
  readonly stages?: readonly Stage[];
  /** Examinations at a time in this process, for each class of devices that it serves. */
  readonly classes?: Readonly<Record<string, number>>;
  /** Jobs at a time of the stages that need no device, 1 unless said otherwise. */
  readonly concurrency?: Partial<Record<Exclude<Stage, 'examine'>, number>>;
  /** Instead of those that the submission and its stage ask for. */
  readonly deadlinesMs?: Partial<Record<Stage, number>>;
  /** How long an aborted processor may take to tidy up before it is left behind. */
  readonly graceMs?: number;
  /** Without renewal for so long, a job counts as its worker's no more. */
  readonly lockMs?: number;
  /** How often jobs of dead workers are looked for; only what two looks find is taken from them. */
  readonly stalledCheckMs?: number;
}

export interface WorkParts {
  readonly backend: QueueBackend;
  readonly jobs: QueueJobs;
  readonly active: ActiveJobs;
  /** Absent: tokens count the starts of a job in the queue, and nobody is told of a submission's end. */
  readonly record: StageRecord | null;
  readonly nameOf: (stage: Stage, deviceClass: string) => string;
  readonly news: Pick<QueueNews, 'step' | 'ended'>;
  readonly heed: (error: unknown) => void;
}

export const GIVEN_BACK = new Fault('cancelled', 'its worker is stopping and gives it back');

/** Work goes on so soon after the database is back, at the latest. */
const RETRY_MS = 1_000;

/** The BullMQ workers of one process, one for each stage or class. They take jobs at once. */
export function startWorkers(parts: WorkParts, processors: Processors, work: WorkOptions): Worker[] {
  return STAGES.filter((stage) => (work.stages ?? STAGES).includes(stage)).flatMap((stage) => {
    if (stage !== 'examine') return [startWorker(parts, processors, work, stage, '', work.concurrency?.[stage] ?? 1)];
    return Object.entries(work.classes ?? {}).map(([deviceClass, places]) =>
      startWorker(parts, processors, work, stage, deviceClass, places),
    );
  });
}

function startWorker(
  parts: WorkParts,
  processors: Processors,
  work: WorkOptions,
  stage: Stage,
  deviceClass: string,
  concurrency: number,
): Worker {
  const { backend, active, heed } = parts;
  async function process(job: StageJob, lock: string | undefined): Promise<unknown> {
    try {
      return await take(parts, stage, job, processors, work);
    } catch (error) {
      throw await afterFault(parts, job, lock, asFault(error));
    }
  }
  const worker = new backend.bull.Worker<Envelope, unknown>(parts.nameOf(stage, deviceClass), process, {
    ...backend.consuming,
    concurrency,
    lockDuration: work.lockMs ?? 30_000,
    stalledInterval: work.stalledCheckMs ?? 15_000,
    // Each outage of the queue may stall a job once; an app that kills its worker every time is given up after so many.
    maxStalledCount: 5,
    runRetryDelay: RETRY_MS,
  });
  worker.on('error', heed);
  // A submission ends with its last stage, or with the failure of any.
  const tell = (job: StageJob | undefined): void => void parts.news.ended(job?.id ?? '').catch(heed); // who waits looks anyway
  worker.on('failed', tell);
  if (stage === 'assess') worker.on('completed', tell);
  worker.on('lockRenewalFailed', (ids) => {
    const lost = new Fault('lease-lost', `the lock on ${stage} could not be renewed`);
    active.abort((job) => job.stage === stage && ids.includes(job.id), lost);
  });
  return worker as Worker;
}

async function take(
  { jobs, active, record, news, heed }: WorkParts,
  stage: Stage,
  job: StageJob,
  processors: Processors,
  work: WorkOptions,
): Promise<unknown> {
  const id = job.id ?? '';
  const { message, deviceClass, deadlineMs } = Envelope.parse(job.data);
  const submission = submissionOf(job);
  using held = active.begin({ id, submission, stage });
  // Looked at only now that it counts as active: a cancel is either written here by now or will find it there.
  if ((await jobs.find('assess', id, deviceClass))?.data.cancelled === true) throw cancelled();
  const token = record === null ? job.attemptsStarted : await record.begin(submission);
  const delivery = {
    message,
    token,
    signal: held.signal,
    deadlineMs: work.deadlinesMs?.[stage] ?? deadlineMs ?? DEADLINES_MS[stage],
    graceMs: work.graceMs ?? 30_000,
    progress: latestOnly((progress: Progress) => news.step(submission, progress), heed),
  };
  return await runStage(stage, delivery, processors); // awaited here: it is active until it ends
}

/** What BullMQ is to be told, after the job was put where its fault sends it. */
async function afterFault(parts: WorkParts, job: StageJob, lock: string | undefined, fault: Fault): Promise<Error> {
  if (fault === GIVEN_BACK) {
    await job.moveToWait(lock);
    return new WaitingError();
  }
  const waitMs = postponedMs(fault, job.attemptsStarted - job.attemptsMade);
  if (waitMs !== null) {
    await job.moveToDelayed(Date.now() + waitMs, lock);
    return new DelayedError();
  }
  const isLast = !fault.retryable || job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
  // A job whose lease was lost is another worker's to end. What cannot be written now the reconciler writes later.
  if (isLast && fault.code !== 'lease-lost') {
    await parts.record?.fail(submissionOf(job), fault, isAgain(job)).catch(parts.heed);
  }
  return fault.retryable ? fault : new UnrecoverableError(fault.message);
}

function submissionOf(job: StageJob): string {
  const { submission } = job.data.message as { submission?: unknown };
  return typeof submission === 'string' ? submission : (job.id ?? '');
}

function isAgain(job: StageJob): boolean {
  return (job.data.message as { again?: unknown }).again !== undefined;
}
