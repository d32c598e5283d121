import { z } from 'zod';
import { Inspection } from './apk.ts';
import { PhaseName } from './capture.ts';
import { Tunables } from './profile.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const Stage = z.enum(['inspect', 'examine', 'assess']);
export type Stage = z.infer<typeof Stage>;

export const PhasePlan = z.array(z.strictObject({ phase: PhaseName, minutes: z.number().positive() })).min(1);
export type PhasePlan = z.infer<typeof PhasePlan>;

/** What a person may ask for with a submission. */
export const SubmissionOptions = z.strictObject({
  function: z.string().nullable().default(null),
  /** A class of devices that workers serve; on the command line also a serial or the name of an AVD. */
  device: z.string().min(1).max(200).default('simulated'),
  /** Device minutes observed, all phases together. */
  minutes: z.number().positive().max(1440).default(60),
  seed: z.number().int().min(0).max(2_147_483_647).default(1),
  apiLevel: z.number().int().min(28).max(36).default(34),
  clockRate: z.number().positive().max(1000).default(60),
  egress: z.enum(['sealed', 'recorded', 'live']).default('sealed'),
  adbServer: z.string().nullable().default(null),
  proxyPort: z.number().int().min(1).max(65535).nullable().default(null),
  tunables: Tunables.prefault({}),
  note: z.string().max(2000).nullable().default(null),
});
export type SubmissionOptions = z.infer<typeof SubmissionOptions>;

export const Submission = z.strictObject({
  id: z.string(),
  files: z.array(z.strictObject({ sha256, fileName: z.string(), sizeBytes: z.number().int() })).min(1),
  options: SubmissionOptions,
  createdAt: z.string(),
  state: z.enum(['queued', 'inspecting', 'examining', 'assessing', 'done', 'failed', 'cancelled', 'crashed']),
  verdict: z.enum(['consistent', 'inconsistent', 'inconclusive']).nullable(),
  fault: z.strictObject({ code: z.string(), detail: z.string() }).nullable(),
});
export type Submission = z.infer<typeof Submission>;

/** Job messages name things by id and digest; nothing large and nothing hostile travels in the queue. */
export const InspectJob = z.strictObject({ submission: z.string(), files: z.array(sha256).min(1) });
export type InspectJob = z.infer<typeof InspectJob>;

export const ExamineJob = z.strictObject({ submission: z.string() });
export type ExamineJob = z.infer<typeof ExamineJob>;

/** `again` numbers an assessment of sealed evidence that was judged before; absent in the first one. */
export const AssessJob = z.strictObject({ submission: z.string(), again: z.number().int().min(1).optional() });
export type AssessJob = z.infer<typeof AssessJob>;

export const InspectResult = z.strictObject({ inspection: Inspection });
export type InspectResult = z.infer<typeof InspectResult>;

/** `bundle` is the SHA-256 of the sealed bundle's manifest. */
export const ExamineResult = z.strictObject({ run: z.string(), bundle: sha256, directory: z.string() });
export type ExamineResult = z.infer<typeof ExamineResult>;

export const AssessResult = z.strictObject({
  verdict: z.enum(['consistent', 'inconsistent', 'inconclusive']),
  sentence: z.string(),
  reportJson: z.string(),
  reportHtml: z.string(),
});
export type AssessResult = z.infer<typeof AssessResult>;

/** What long work says of itself while it runs; shown in the terminal and in the page. */
export const Progress = z.strictObject({
  stage: Stage,
  step: z.string(),
  phase: PhaseName.nullable().default(null),
  /** 0…1 of the stage where it can be known. */
  done: z.number().min(0).max(1).nullable().default(null),
  sessions: z.number().int().nullable().default(null),
  pushes: z.number().int().nullable().default(null),
  secondsLeft: z.number().nullable().default(null),
});
export type Progress = z.input<typeof Progress>;
