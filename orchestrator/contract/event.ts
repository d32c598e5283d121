import { z } from 'zod';
import { Attribution, Destination, PhaseName, Protocol } from './capture.ts';
import { Progress, Submission } from './job.ts';
import { Verdict } from './report.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A session as it arrives while the app is watched; times in milliseconds of the device session. */
export const LiveSession = z.strictObject({
  startMs: z.number(),
  endMs: z.number(),
  destination: Destination,
  protocol: Protocol,
  upBytes: z.number(),
  downBytes: z.number(),
  attribution: Attribution,
  phase: PhaseName.nullable(),
});
export type LiveSession = z.infer<typeof LiveSession>;

/** What happens to a submission, in order; kept in the ledger, so that whoever watches can resume where they were. */
export const SubmissionEvent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('state'),
    state: Submission.shape.state,
    verdict: Verdict.nullable(),
    fault: z.strictObject({ code: z.string(), detail: z.string() }).nullable(),
  }),
  z.strictObject({ type: z.literal('progress'), progress: Progress }),
  /** `dropped` counts sessions left out of this event because they came faster than a person can read. */
  z.strictObject({ type: z.literal('sessions'), sessions: z.array(LiveSession), dropped: z.number().int() }),
  z.strictObject({
    type: z.literal('screen'),
    sha256,
    contentType: z.enum(['image/png', 'image/jpeg']),
    atMs: z.number(),
    phase: PhaseName.nullable(),
  }),
  z.strictObject({ type: z.literal('report'), report: z.string(), verdict: Verdict, sentence: z.string() }),
]);
export type SubmissionEvent = z.infer<typeof SubmissionEvent>;

/** `id` grows with time within a submission: the `id:` of server-sent events and of `Last-Event-ID`. */
export const StoredEvent = z.strictObject({
  id: z.string(),
  submission: z.string(),
  at: z.string(),
  event: SubmissionEvent,
});
export type StoredEvent = z.infer<typeof StoredEvent>;
