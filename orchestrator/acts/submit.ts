import type { SubmissionRequest, SubmissionView } from '../contract/api.ts';
import { Fault, printable } from '../contract/fault.ts';
import { SubmissionOptions, type Submission } from '../contract/job.ts';
import type { Actor } from '../contract/person.ts';
import type { Service } from '../service.ts';
import { recordArtefacts } from '../store/artefacts.ts';
import { servedClasses } from '../store/devices.ts';
import type { SubmitOptions } from '../store/queue.ts';
import { viewOfNew, viewSubmission } from '../store/submission-views.ts';
import { samplesOf } from '../store/sample-uses.ts';
import { createSubmission, type NewSubmission } from '../store/submissions.ts';
import { noted } from './noted.ts';
import { permit } from './permit.ts';
import { recordNew } from './record-together.ts';
import { checkCallback } from './webhooks/address.ts';

export interface Submitted {
  readonly submission: SubmissionView;
  /** False where the same files with the same options were submitted before. */
  readonly created: boolean;
}

/**
 * Records a submission of stored files, then queues it. Where the queue is away the record stays: the service queues it
 * as soon as it can, and the same request finds the same submission.
 * @throws Fault `function-unknown`, `device-class-unknown`, `callback-refused`, `queue-failed`
 */
export async function submitFiles(
  service: Service,
  actor: Actor | null,
  { files, request }: { readonly files: Submission['files']; readonly request: SubmissionRequest },
): Promise<Submitted> {
  permit(actor, 'submitter');
  await checkRequest(service, request);
  const { priority, callbackUrl, again, ...given } = request;
  const options = SubmissionOptions.parse(given);
  const wanted = { files, options, again, actor, urgency: priority, callbackUrl };
  const made = await recordNew(service, wanted);
  if (made !== null) {
    await queueIt(service, made, { urgency: priority, fresh: true });
    return { submission: viewOfNew(made, wanted), created: true };
  }
  const { submission, created } = await recordAgain(service, wanted);
  // A record whose request ended before it was queued is queued by its repeat; one that is queued stays as it is.
  if (submission.state === 'queued') await queueIt(service, submission, { urgency: priority });
  return { submission: await viewSubmission(service.ledger, submission.id, actor), created };
}

/** There was one of the same files and options a moment ago: it becomes the actor's too, unless it failed meanwhile. */
async function recordAgain(
  service: Service,
  wanted: NewSubmission & { readonly actor: Actor },
): Promise<{ submission: Submission; created: boolean }> {
  return await noted(service, wanted.actor, async (inside) => {
    const found = await createSubmission(inside, wanted);
    // What retention had removed is stored once more: a use again, which retention counts.
    if (!found.created) await recordArtefacts(inside, samplesOf(found.submission));
    const detail = { files: wanted.files.map((file) => file.sha256) };
    return [found, { act: found.created ? 'submitted' : 'submitted-again', subject: found.submission.id, detail }];
  });
}

/** What of a request can be refused before anything of it is stored. */
export async function checkRequest(service: Service, request: SubmissionRequest): Promise<void> {
  const functions = service.judge.functions.map((one) => one.name);
  if (request.function !== null && !functions.includes(request.function)) {
    throw new Fault(
      'function-unknown',
      `${printable(request.function)}; known are ${[...functions].sort().join(', ')}`,
    );
  }
  if (request.device !== 'simulated') await refuseUnserved(service, request.device);
  if (request.callbackUrl !== null) await checkCallback(request.callbackUrl, service.config.SLEEPTALK_WEBHOOK_ALLOW);
}

/** `simulated` always exists: a worker for it can be had everywhere, so it waits for one. */
async function refuseUnserved(service: Service, device: string): Promise<void> {
  const classes = await servedClasses(service.ledger, service.now());
  if (classes.includes(device)) return;
  const known = [...new Set(['simulated', ...classes])].sort().join(', ');
  throw new Fault('device-class-unknown', `${printable(device)}; those that exist are ${known}`);
}

async function queueIt(service: Service, submission: Submission, options: SubmitOptions): Promise<void> {
  try {
    await service.queue.submit(submission, options);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'queue-failed') throw error;
    const detail = `${submission.id} is recorded and will be queued when the queue is back`;
    throw new Fault('queue-failed', detail, { cause: error });
  }
}
