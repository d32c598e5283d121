import type { AssessJob, ExamineJob, InspectJob, Stage, Submission } from '../contract/job.ts';
import type { Urgency } from '../contract/api.ts';
import { examineDeadlineMs, type Watching } from './deadline.ts';
import { classOf } from './device-class.ts';
import type { Envelope } from './stage.ts';

/** Jobs without a priority run before all that have one, so every job gets one. Smaller numbers run first. */
const PRIORITY: Readonly<Record<Urgency, number>> = { high: 1, normal: 2, low: 3 };
/** Evidence that was judged before is judged again when nothing fresh waits. */
const AGAIN_PRIORITY = 4;

/**
 * How long the queue remembers what has ended, for those who wait for it and for people who look at the queue. The
 * ledger keeps it for ever.
 */
const KEEP_COMPLETED = { age: 24 * 3600, count: 2_000 };
const KEEP_FAILED = { age: 7 * 24 * 3600, count: 2_000 };

/** What the queue needs to know of a submission. */
export type Planned = Pick<Submission, 'id'> & {
  readonly files: readonly Pick<Submission['files'][number], 'sha256'>[];
  readonly options: Watching;
};

export interface PlanOptions {
  readonly attempts?: number | undefined;
  readonly backoffMs?: number | undefined;
}

interface PlannedJob {
  readonly name: Stage;
  readonly queueName: string;
  readonly data: Envelope;
  readonly opts: Record<string, unknown>;
}
/** A job and those that it waits for. */
export type PlannedTree = PlannedJob & { readonly children?: PlannedTree[] };

/** Name of the queue of a stage; *examine* has one for each class of devices. */
export type QueueName = (stage: Stage, deviceClass: string) => string;

/**
 * The jobs of a submission: *assess* waits for *examine*, which waits for *inspect*; where one fails, those that wait
 * for it fail. Each has the submission's id as its own, so that submitting twice makes no second job.
 * @param from the first stage that is still to do: the results of those before it are in the ledger
 */
export function planOf(
  submission: Planned,
  queueName: QueueName,
  options: PlanOptions & { readonly urgency: Urgency; readonly from: Stage },
): PlannedTree {
  const deviceClass = classOf(submission.options.device);
  const common = { jobId: submission.id, priority: PRIORITY[options.urgency], ...lasting(options) };
  function job(stage: Stage, message: InspectJob | ExamineJob | AssessJob, opts: Record<string, unknown>): PlannedJob {
    const data = { message, cancelled: false, deviceClass };
    return { name: stage, queueName: queueName(stage, deviceClass), data, opts };
  }
  const message = { submission: submission.id };
  const assess = job('assess', message, common);
  if (options.from === 'assess') return assess;
  const child = { ...common, failParentOnFailure: true };
  const examine = job('examine', message, child);
  const timed = { ...examine, data: { ...examine.data, deadlineMs: examineDeadlineMs(submission.options) } };
  if (options.from === 'examine') return { ...assess, children: [timed] };
  const files = submission.files.map((file) => file.sha256);
  return { ...assess, children: [{ ...timed, children: [job('inspect', { ...message, files }, child)] }] };
}

/** Id of the job that judges the evidence of a submission for the `again`th time after the first. */
export function againId(submission: string, again: number): string {
  return `${submission}-again-${again}`;
}

/** The one job of a further assessment. */
export function planAgain(submission: Planned, again: number, queueName: QueueName, options: PlanOptions): PlannedTree {
  const deviceClass = classOf(submission.options.device);
  return {
    name: 'assess',
    queueName: queueName('assess', deviceClass),
    data: { message: { submission: submission.id, again }, cancelled: false, deviceClass },
    opts: { jobId: againId(submission.id, again), priority: AGAIN_PRIORITY, ...lasting(options) },
  };
}

function lasting(options: PlanOptions): Record<string, unknown> {
  return {
    attempts: options.attempts ?? 3,
    backoff: { type: 'exponential', delay: options.backoffMs ?? 5_000, jitter: 0.5 },
    removeOnComplete: KEEP_COMPLETED,
    removeOnFail: KEEP_FAILED,
  };
}
