import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { DeviceClass } from '../contract/device.ts';
import { Fault, printable } from '../contract/fault.ts';
import { FAULTS, type FaultCode } from '../contract/faults.ts';
import { AssessJob, AssessResult, ExamineJob, ExamineResult, InspectJob, InspectResult } from '../contract/job.ts';
import type { Progress, Stage } from '../contract/job.ts';

/** What a processor gets beside its message. */
export interface StageContext {
  /** Aborted, with a Fault as its reason, when the work is cancelled, its lock is lost or its deadline passes. */
  readonly signal: AbortSignal;
  /** Fencing token, larger at each start of a stage. Of two holders the one with the larger is the true one. */
  readonly token: number;
  /** Never throws and never waits; where reports come faster than the queue takes them, the latest is kept. */
  readonly progress: (progress: Progress) => void;
}

/**
 * The work of the three stages. Each reads what the earlier ones found from the ledger, since the queue may forget it,
 * and leaves its own result there. Each may run more than once for the same message: after a retryable Fault, and after
 * its worker died. A processor that computes for longer than the lock lasts without giving the event loop a turn
 * loses its lock and runs twice: heavy work belongs into a thread.
 */
export interface Processors {
  inspect(job: InspectJob, context: StageContext): Promise<InspectResult>;
  examine(job: ExamineJob, context: StageContext): Promise<ExamineResult>;
  assess(job: AssessJob, context: StageContext): Promise<AssessResult>;
}

export const STAGES = ['inspect', 'examine', 'assess'] as const satisfies readonly Stage[];

/** What travels in the queue. `cancelled` is read on the last stage's job only. */
export const Envelope = z.strictObject({
  message: z.unknown(),
  cancelled: z.boolean(),
  /** Names the queue of the submission's *examine*. */
  deviceClass: DeviceClass,
  /** Where this job may take longer, or less long, than its stage does otherwise. */
  deadlineMs: z.number().positive().optional(),
});
export type Envelope = z.infer<typeof Envelope>;

/** One job as the queue hands it out. */
export interface Delivery {
  readonly message: unknown;
  readonly token: number;
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
  /** How long an aborted processor may take to tidy up before it is left behind. */
  readonly graceMs: number;
  readonly progress: (progress: Progress) => void;
}

/** Parses the message, runs its processor under the deadline, parses the result that the queue keeps. Throws Faults only. */
export async function runStage(stage: Stage, delivery: Delivery, processors: Processors): Promise<unknown> {
  const deadline = new AbortController();
  const timer = setTimeout(() => {
    deadline.abort(new Fault('deadline-passed', `${stage} took longer than ${delivery.deadlineMs / 1000} s`));
  }, delivery.deadlineMs);
  const signal = AbortSignal.any([delivery.signal, deadline.signal]);
  const context = { signal, token: delivery.token, progress: delivery.progress };
  try {
    signal.throwIfAborted();
    return await abandonWhenStuck(
      callProcessor(stage, delivery.message, processors, context),
      signal,
      delivery.graceMs,
    );
  } catch (error) {
    throw signal.aborted ? asFault(signal.reason) : asFault(error);
  } finally {
    clearTimeout(timer);
  }
}

async function callProcessor(
  stage: Stage,
  message: unknown,
  processors: Processors,
  context: StageContext,
): Promise<unknown> {
  switch (stage) {
    case 'inspect':
      InspectResult.parse(await processors.inspect(InspectJob.parse(message), context));
      return null; // it is in the ledger: nothing large and nothing hostile travels in the queue
    case 'examine':
      return ExamineResult.parse(await processors.examine(ExamineJob.parse(message), context));
    case 'assess':
      return AssessResult.parse(await processors.assess(AssessJob.parse(message), context));
  }
}

/** Waits for `work`; once `signal` is aborted, no longer than the grace. */
async function abandonWhenStuck<Result>(work: Promise<Result>, signal: AbortSignal, graceMs: number): Promise<Result> {
  const ended = new AbortController();
  async function patience(): Promise<never> {
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true, signal: ended.signal });
    });
    await delay(graceMs, undefined, { signal: ended.signal });
    throw signal.reason;
  }
  try {
    return await Promise.race([work, patience()]);
  } finally {
    ended.abort();
  }
}

/**
 * Any error as a Fault: an abort is the Fault that the signal was aborted with, data that breaks a schema is
 * `contract-broken`, what nobody expected is `internal`.
 */
export function asFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  // What went wrong while things were closed hides what went wrong before (ECMAScript, explicit resource management).
  if (error instanceof Error && error.name === 'SuppressedError' && 'suppressed' in error) {
    return asFault(error.suppressed);
  }
  if (error instanceof Error && error.name === 'AbortError') {
    // Node's own waits throw an AbortError and put the signal's reason into its cause.
    return error.cause instanceof Fault ? error.cause : new Fault('cancelled', 'aborted', { cause: error });
  }
  if (error instanceof z.ZodError) {
    const [issue] = error.issues;
    const where = issue === undefined || issue.path.length === 0 ? 'the value' : issue.path.join('.');
    return new Fault('contract-broken', printable(`${where}: ${issue?.message ?? ''}`), { cause: error });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new Fault('internal', printable(message), { cause: error });
}

/** The queue stores only the text of an error; a Fault's begins with its code, so it comes back whole. */
export function faultFromText(text: string): Fault {
  const [, code, detail] = /^([a-z-]+): ([^]*)$/.exec(text) ?? [];
  if (code !== undefined && detail !== undefined && Object.hasOwn(FAULTS, code))
    return new Fault(code as FaultCode, detail);
  if (text.includes('stalled more than allowable limit')) return new Fault('worker-lost', 'see the log of the workers');
  return new Fault('queue-failed', printable(text));
}
