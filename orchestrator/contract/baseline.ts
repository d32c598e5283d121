import { z } from 'zod';
import { Destination } from './capture.ts';
import { Cadence, Grouping, ObservedPhase, Verdict } from './report.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits');
const person = z.string().trim().min(1).max(200);
/** Far above any run; a bound, since the tests sum over counts. */
const count = z.number().int().min(0).max(10_000_000);

/** Who approved a cadence, when, why, and until when. */
export const Approval = z.strictObject({
  by: person,
  /** ISO 8601 with time zone. */
  at: z.iso.datetime({ offset: true }),
  reason: z.string().trim().min(1).max(2000),
  /** Last day on which the approval counts, as 2027-06-30; null: no end. */
  until: z.iso.date().nullable(),
});
export type Approval = z.infer<typeof Approval>;

/** Bytes of the sessions of one channel in one direction; nulls where there was no session. */
export const ApprovedSizes = z.strictObject({
  sessions: count,
  median: z.number().nullable(),
  /** Median absolute deviation. */
  spread: z.number().nullable(),
  /** The session at a quarter of the way down from the largest: rank ceil(sessions / 4). */
  upperQuartile: z.number().nullable(),
  largest: z.number().nullable(),
});
export type ApprovedSizes = z.infer<typeof ApprovedSizes>;

const directions = z.strictObject({ up: ApprovedSizes, down: ApprovedSizes });

/** One approved channel. Counts and sizes are of natural sessions: what a forced firing made is not the app's. */
export const ApprovedChannel = z.strictObject({
  destination: Destination,
  grouping: Grouping.pick({ by: true, value: true }).extend({ members: z.array(Destination).min(1) }),
  role: z.string().nullable(),
  owner: z.string().nullable(),
  /** True where the profile alone explained it; false where it is the approval that does. */
  licensed: z.boolean(),
  /** True where no session could be read, so that sizes are not known. */
  unread: z.boolean(),
  cadence: Cadence.pick({ kind: true, beats: true, structured: true, periodMs: true, jitter: true }),
  phases: z.array(
    z.strictObject({
      phase: ObservedPhase,
      durationMs: z.number().min(0),
      sessions: count,
      /** Of these, sessions with no push in the minute before them. */
      unprompted: count,
      sessionsPerHour: z.number().min(0).nullable(),
      /** Median interval within the phase. */
      periodMs: z.number().nullable(),
    }),
  ),
  /** How much more the counts of sessions vary than chance makes them: 1, or more where they come in bursts. */
  dispersion: z.number().min(1),
  asleep: directions,
  foreground: directions,
  /** Pushes outside foreground, and how many it followed within so long; null where that was not tested. */
  push: z
    .strictObject({ pushes: count, followed: count, withinMs: z.number().positive(), coupled: z.boolean() })
    .nullable(),
});
export type ApprovedChannel = z.infer<typeof ApprovedChannel>;

/** The cadence of an approved version of one package and signer: what `sleeptalk approve` writes. */
export const Baseline = z.strictObject({
  schema: z.literal('sleeptalk-baseline-1'),
  package: z.string().min(1),
  /** SHA-256 of the certificates of the signers of that version; a package name alone is no identity. */
  certificates: z.array(sha256).min(1),
  versionCode: z.number().int().nullable(),
  versionName: z.string().nullable(),
  declaredFunction: z.string(),
  approval: Approval,
  /** The report that was approved. */
  report: z.strictObject({
    sha256: sha256.nullable(),
    run: z.string(),
    startedAt: z.string().nullable(),
    verdict: Verdict,
    bundleDigest: z.string().nullable(),
    captureDigest: z.string().nullable(),
  }),
  phases: z.array(z.strictObject({ phase: ObservedPhase, durationMs: z.number().min(0) })),
  channels: z.array(ApprovedChannel),
});
export type Baseline = z.infer<typeof Baseline>;
