import type { AssessJob, ExamineJob, InspectJob, Stage, Submission } from '../contract/job.ts';
import type { Envelope } from './stage.ts';

/** Jobs without a priority run before all that have one, so every job gets one. Smaller numbers run first. */
const PRIORITY = { high: 1, normal: 2, low: 3 } as const;
export type Urgency = keyof typeof PRIORITY;

export interface PlanOptions {
  readonly urgency: Urgency;
  readonly attempts?: number;
  readonly backoffMs?: number;
}

interface PlannedJob {
  readonly name: Stage;
  readonly queueName: string;
  readonly data: Envelope;
  readonly opts: Record<string, unknown>;
}

/**
 * The jobs of a submission: *assess* waits for *examine*, which waits for *inspect*; where one fails, those that wait
 * for it fail. Each has the submission's id as its own, so that submitting twice makes no second job.
 */
export function planOf(
  submission: Pick<Submission, 'id' | 'files'>,
  queueNames: Readonly<Record<Stage, string>>,
  options: PlanOptions,
): PlannedJob & { children: (PlannedJob & { children: PlannedJob[] })[] } {
  const common = {
    jobId: submission.id,
    priority: PRIORITY[options.urgency],
    attempts: options.attempts ?? 3,
    backoff: { type: 'exponential', delay: options.backoffMs ?? 5_000, jitter: 0.5 },
  };
  function job(stage: Stage, message: InspectJob | ExamineJob | AssessJob, opts: Record<string, unknown>): PlannedJob {
    return { name: stage, queueName: queueNames[stage], data: { message, cancelled: false }, opts };
  }
  const message = { submission: submission.id };
  const files = submission.files.map((file) => file.sha256);
  const child = { ...common, failParentOnFailure: true };
  const inspect = job('inspect', { ...message, files }, child);
  const examine = { ...job('examine', message, child), children: [inspect] };
  return { ...job('assess', message, common), children: [examine] };
}
