import { z } from 'zod';

/** How a version can depart from the cadence that was approved. A slower or smaller channel is no departure. */
export const DifferenceKind = z.enum([
  'new-channel',
  'new-phase',
  'faster-period',
  'more-sessions',
  'larger-payload',
  'push-coupling-lost',
]);
export type DifferenceKind = z.infer<typeof DifferenceKind>;

/** One departure from the approved version, beyond chance and measurement error. */
export const Difference = z.strictObject({
  kind: DifferenceKind,
  /** Id of the channel in the report. */
  channel: z.string(),
  /** True where it makes the verdict by itself, whatever the profile allows: repeated, and outside foreground. */
  decides: z.boolean(),
  sentence: z.string(),
});
export type Difference = z.infer<typeof Difference>;

/** What became of the baseline that a judgement was given. */
export const BaselineComparison = z.strictObject({
  /** Only `matched` counts: in every other state the app is judged as if there were no baseline. */
  state: z.enum(['matched', 'expired', 'other-certificate', 'certificate-unknown', 'other-package']),
  approvedBy: z.string(),
  approvedAt: z.string(),
  /** Last day on which it counts; null: no end. */
  until: z.string().nullable(),
  reason: z.string(),
  /** The approved version. */
  versionCode: z.number().int().nullable(),
  /** SHA-256 of the report.json that was approved. */
  reportDigest: z.string().nullable(),
  /** The state in words: whose approval it is, or why it does not count. */
  sentence: z.string(),
  differences: z.array(Difference),
  /** Channels that no profile explains and the approval does. */
  approvedChannels: z.array(z.strictObject({ channel: z.string(), sentence: z.string() })),
  /** What could not be compared, and why. */
  notCompared: z.array(z.string()),
});
export type BaselineComparison = z.infer<typeof BaselineComparison>;

/** What changed between two runs. */
export const RunComparison = z.strictObject({
  same: z.boolean(),
  differences: z.array(
    z.strictObject({
      /** `verdict`, `package`, `signer`, `declared-function`, `explanation`, or a kind of change of a channel. */
      kind: z.string(),
      /** Id of the channel in the run that the sentence begins with; null where it is of the whole run. */
      channel: z.string().nullable(),
      sentence: z.string(),
    }),
  ),
  notCompared: z.array(z.string()),
});
export type RunComparison = z.infer<typeof RunComparison>;
