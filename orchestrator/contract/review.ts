import { z } from 'zod';
import { Verdict } from './report.ts';

const reason = z.string().trim().min(1).max(4000);

/** What a reviewer says of a report. */
export const ReviewRequest = z.strictObject({
  decision: z.enum(['approve', 'reject', 'ask']),
  reason,
  /** Last day on which an approval counts, as 2027-06-30; null: no end. */
  until: z.iso.date().nullable().default(null),
});
export type ReviewRequest = z.infer<typeof ReviewRequest>;

/**
 * An appended human judgement; it never edits a report. To approve a report that is not `consistent` is an override:
 * it counts only when a second person has approved the same report too.
 */
export const Review = z.strictObject({
  id: z.string(),
  report: z.string(),
  submission: z.string(),
  by: z.strictObject({ person: z.string(), name: z.string() }),
  at: z.string(),
  decision: ReviewRequest.shape.decision,
  reason,
  until: z.iso.date().nullable(),
  override: z.boolean(),
  /** `waits-for-second`: an override that one person has approved so far. */
  effect: z.enum(['noted', 'approved', 'rejected', 'waits-for-second']),
});
export type Review = z.infer<typeof Review>;

/** Where the newest report of a submission stands with its reviewers: what they said last that was no question. */
export const ReviewStanding = z.strictObject({
  /** `undecided` and `waits-for-second` wait for a reviewer once the submission is done. */
  state: z.enum(['undecided', 'waits-for-second', 'approved', 'rejected']),
  /** A question was asked since. */
  asked: z.boolean(),
  /** Whose word it is; to give the second approval of an override is for anybody else. */
  by: Review.shape.by.nullable(),
});
export type ReviewStanding = z.infer<typeof ReviewStanding>;

/** One approved version of an app, identified by package name and signers together. Entries are added and ended, never edited. */
export const Allowance = z.strictObject({
  id: z.string(),
  package: z.string(),
  label: z.string().nullable(),
  /** SHA-256 of the signing certificates that are the app's identity. */
  signers: z.array(z.string()),
  versionCode: z.number().int().nullable(),
  versionName: z.string().nullable(),
  sha256: z.string(),
  function: z.string(),
  report: z.string(),
  verdict: Verdict,
  override: z.boolean(),
  approvedBy: z.array(z.strictObject({ person: z.string(), name: z.string() })).min(1),
  reason,
  since: z.string(),
  until: z.iso.date().nullable(),
  /** `replaced`: a later version of the same app was approved; `ended`: a person took it off. */
  state: z.enum(['active', 'expired', 'replaced', 'ended']),
  ended: z.strictObject({ at: z.string(), by: z.string(), reason: z.string() }).nullable(),
});
export type Allowance = z.infer<typeof Allowance>;
