import { z } from 'zod';
import { Submission, SubmissionOptions } from './job.ts';
import { Verdict } from './report.ts';
import { ReviewStanding } from './review.ts';

export const Urgency = z.enum(['high', 'normal', 'low']);
export type Urgency = z.infer<typeof Urgency>;

/** The fields beside the files in `POST /submissions`. Everything that {@link SubmissionOptions} has, and what belongs to the request. */
export const SubmissionRequest = SubmissionOptions.omit({ adbServer: true, proxyPort: true }).extend({
  priority: Urgency.default('normal'),
  /** Told when the submission ends. */
  callbackUrl: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .nullable()
    .default(null),
  /** True vets files again that were vetted with the same options before. */
  again: z.boolean().default(false),
});
export type SubmissionRequest = z.infer<typeof SubmissionRequest>;

/** A submission as lists and pages show it. Fields of the APK are null before it was inspected. */
export const SubmissionView = Submission.extend({
  package: z.string().nullable(),
  label: z.string().nullable(),
  versionCode: z.number().int().nullable(),
  versionName: z.string().nullable(),
  function: z.string().nullable(),
  urgency: Urgency,
  updatedAt: z.string(),
  submittedBy: z.strictObject({ person: z.string(), name: z.string() }).nullable(),
  callbackUrl: z.string().nullable(),
  /** The newest report. */
  report: z.string().nullable(),
  /** What reviewers say of it; null before there is one. */
  review: ReviewStanding.nullable(),
});
export type SubmissionView = z.infer<typeof SubmissionView>;

/** A report as lists show it. */
export const ReportView = z.strictObject({
  id: z.string(),
  submission: z.string(),
  run: z.string().nullable(),
  bundle: z.string().nullable(),
  /** SHA-256 of report.json in the store: its ETag. */
  sha256: z.string().nullable(),
  profileDigest: z.string().nullable(),
  engineVersion: z.string().nullable(),
  verdict: Verdict,
  sentence: z.string(),
  createdAt: z.string(),
});
export type ReportView = z.infer<typeof ReportView>;

/** A page of a list, newest first. `next` is the cursor of the one after it; null on the last. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({ items: z.array(item), next: z.string().nullable() });
}

/** RFC 9457. `code` is a row of the fault table, `type` where that row is explained. */
export const Problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string(),
  /** The request's id, as it stands in the log. */
  instance: z.string(),
});
export type Problem = z.infer<typeof Problem>;
