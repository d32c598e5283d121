import { z } from 'zod';
import { Evidence } from './apk.ts';
import { Attribution, Destination, GapKind, PhaseName } from './capture.ts';
import { BaselineComparison, DifferenceKind } from './difference.ts';
import { PushCoupling } from './push-coupling.ts';

export const Verdict = z.enum(['consistent', 'inconsistent', 'inconclusive']);
export type Verdict = z.infer<typeof Verdict>;

/** A phase, or `unknown` where the capture names none and nobody stated one. */
export const ObservedPhase = z.enum([...PhaseName.options, 'unknown']);
export type ObservedPhase = z.infer<typeof ObservedPhase>;

const interval = z.strictObject({ low: z.number(), high: z.number() });

/** A statistic with the null it was held against: what a reader needs to check it. */
export const Statistic = z.strictObject({
  name: z.string(),
  value: z.number().nullable(),
  threshold: z.number().nullable(),
  n: z.number().int(),
  because: z.string(),
});
export type Statistic = z.infer<typeof Statistic>;

/** Cadence of one channel. `reason` is set and numbers are null where there is nothing to judge. */
export const Cadence = z.strictObject({
  kind: z.enum(['periodic', 'back-off', 'on-off', 'continuous', 'irregular', 'too-few-beats']),
  beats: z.number().int(),
  score: z.number().nullable(),
  structured: z.boolean().nullable(),
  periodMs: z.number().nullable(),
  jitter: z.number().nullable(),
  missedRate: z.number().nullable(),
  coverage: z.number().nullable(),
  dutyCycle: z.number().nullable(),
  /** Share of beats that are off the rhythm; null where no rhythm is claimed. */
  clutter: z.number().nullable(),
  /** Where it works and pauses in turn: median length of both; null where it does not. */
  cycle: z.strictObject({ onMs: z.number(), offMs: z.number() }).nullable(),
  /** Every period found, strongest first; none where no rhythm is claimed. */
  periodsMs: z.array(z.number()),
  reason: z.string().optional(),
  /** Which beats were judged: all natural ones, or those that nothing licenses. */
  of: z.enum(['natural', 'unlicensed']).optional(),
  evidence: z.array(Statistic),
  rita: z.number().nullable(),
});
export type Cadence = z.infer<typeof Cadence>;

/** Cadence apart by phase: what happened while the app was in each. */
export const PhaseUse = z.strictObject({
  phase: ObservedPhase,
  durationMs: z.number(),
  beats: z.number().int(),
  periodMs: z.number().nullable(),
  forced: z.number().int(),
});
export type PhaseUse = z.infer<typeof PhaseUse>;

export const Beat = z.strictObject({
  atMs: z.number(),
  endMs: z.number(),
  phase: ObservedPhase,
  upBytes: z.number(),
  downBytes: z.number(),
  forced: z.boolean(),
  /** Line numbers in capture.ndjson, from 1. */
  lines: z.array(z.number().int()),
  afterPush: z.string().nullable(),
  /** In a channel of several destinations, the one that the beat began with. */
  destination: Destination.optional(),
});
export type Beat = z.infer<typeof Beat>;

/**
 * What makes a channel one: a destination alone, or what several destinations share whose beats form one rhythm that
 * none of them carries alone. `value` is that domain, pattern, address or digest; for one destination `host:port`.
 */
export const Grouping = z.strictObject({
  by: z.enum(['destination', 'registrable-domain', 'address', 'certificate', 'name-pattern']),
  value: z.string(),
  /** `beats` that began with this member; those of all members add up to the channel's. */
  members: z.array(z.strictObject({ host: z.string(), port: z.number().int(), beats: z.number().int() })).min(1),
});
export type Grouping = z.infer<typeof Grouping>;

/**
 * One aspect of a channel from 0 (unlike a beacon) to 1 (like one), kept apart from all others: it informs and never
 * decides. `value` is null where it cannot be said, and `because` then says why.
 */
export const SubScore = z.strictObject({
  name: z.enum(['interval-regularity', 'size-homogeneity', 'payload-asymmetry', 'phase-persistence', 'low-volume']),
  value: z.number().min(0).max(1).nullable(),
  /** What was measured, in words with units: "jitter 2 %". */
  measured: z.string(),
  /** The tunable that it is held against, with its value; null where there is none. */
  threshold: z.string().nullable(),
  because: z.string(),
});
export type SubScore = z.infer<typeof SubScore>;

export const Channel = z.strictObject({
  id: z.string(),
  /** Of several destinations the one with the most beats: `grouping` names them all. */
  destination: Destination,
  grouping: Grouping,
  role: z.string().nullable(),
  owner: z.strictObject({
    kind: z.enum(['app', 'sdk', 'platform', 'unknown']),
    name: z.string().nullable(),
    knownBy: z.string(),
  }),
  protocols: z.array(z.string()),
  attribution: Attribution,
  sni: z.array(z.string()),
  ja4: z.array(z.string()),
  phases: z.array(PhaseUse),
  beats: z.array(Beat),
  cadence: Cadence,
  subScores: z.array(SubScore),
  bytes: z.strictObject({
    up: z.number(),
    down: z.number(),
    medianUp: z.number().nullable(),
    medianDown: z.number().nullable(),
    upSpread: z.number().nullable(),
    downSpread: z.number().nullable(),
    upDownRatio: z.number().nullable(),
  }),
  expectation: z.strictObject({
    sentence: z.string(),
    licences: z.array(z.strictObject({ id: z.string(), because: z.string(), source: z.string() })),
  }),
  explained: z.boolean().nullable(),
  suspicion: z.number().min(0).max(1),
  /**
   * What the suspicion is worth by what was measured: with c the lower end of `confidence`, from c s to 1 - c (1 - s)
   * (belief and plausibility after Shafer's discounting, A Mathematical Theory of Evidence, 1976, ch. 11).
   */
  suspicionInterval: interval.optional(),
  confidence: interval,
  because: z.string(),
});
export type Channel = z.infer<typeof Channel>;

/** A pointer into the bundle: a file and, where it is a text file, its lines. */
export const Pointer = z.strictObject({
  file: z.string(),
  lines: z.array(z.number().int()),
  text: z.string(),
});
export type Pointer = z.infer<typeof Pointer>;

export const Finding = z.strictObject({
  id: z.string(),
  channel: z.string().nullable(),
  kind: z.enum([
    'structured-cadence-unlicensed',
    'ignores-device-state',
    'uniform-small-payloads',
    'background-traffic-unlicensed',
    'push-coupled-unlicensed',
    'schedule-unlicensed',
    'upload-heavy',
    'faster-than-the-platform',
    'spread-over-strangers',
    'unusual-archive',
    ...DifferenceKind.options,
  ]),
  title: z.string(),
  sentence: z.string(),
  evidence: z.array(Pointer),
});
export type Finding = z.infer<typeof Finding>;

export const Report = z.strictObject({
  schema: z.literal('sleeptalk-report-1'),
  verdict: Verdict,
  /** The one sentence that opens the page. */
  sentence: z.string(),
  confidence: interval,
  /** Present, and shown first, whenever the device was simulated. */
  notice: z.string().nullable(),
  sample: z.strictObject({
    sha256: z.string(),
    files: z.array(z.strictObject({ sha256: z.string(), fileName: z.string(), split: z.string().nullable() })),
    package: z.string(),
    label: z.string().nullable(),
    versionCode: z.number().int().nullable(),
    versionName: z.string().nullable(),
    certificates: z.array(z.string()),
    /**
     * Of the certificates, those of the signers that the newest platform takes: with the package name, the identity of
     * the app. null where no APK was given, and in reports of before there was this field.
     */
    signers: z.array(z.string()).nullable().default(null),
  }),
  declaredFunction: z.strictObject({
    name: z.string(),
    title: z.string(),
    confidence: z.number(),
    evidence: z.array(Evidence),
    /** Where the submitter named it: whether the manifest alone would declare it, and what it declares instead. */
    claim: z.strictObject({ backed: z.boolean(), manifest: z.string().nullable() }).optional(),
    also: z.array(z.strictObject({ name: z.string(), title: z.string() })),
  }),
  analytic: z.strictObject({
    id: z.literal('AN1681'),
    version: z.string(),
    release: z.string(),
    hash: z.string(),
    technique: z.string(),
    text: z.string(),
    notice: z.string(),
    BeaconIntervalVarianceThreshold: z.number(),
    PayloadSymmetryThreshold: z.number(),
    AppNetworkRoleBaseline: z.string(),
  }),
  phases: z.array(z.strictObject({ phase: ObservedPhase, fromMs: z.number(), toMs: z.number() })),
  windowMs: z.number(),
  channels: z.array(Channel),
  pushCoupling: PushCoupling,
  findings: z.array(Finding),
  /** The approved version that it was compared with; null where no baseline was given. */
  baseline: BaselineComparison.nullable().default(null),
  gaps: z.array(
    z.strictObject({
      kind: GapKind,
      destination: Destination.nullable(),
      fromMs: z.number(),
      toMs: z.number(),
      count: z.number().int(),
      sentence: z.string(),
    }),
  ),
  visibility: z.strictObject({
    sessions: z.number().int(),
    decryptedShare: z.number().nullable(),
    passedThroughShare: z.number().nullable(),
    unattributedShare: z.number().nullable(),
    quicRefused: z.number().int(),
    longestNaturalWindowMs: z.number(),
    /** The slowest period that this window could have shown with the minimum number of beats. */
    slowestPeriodMs: z.number().nullable(),
    sentences: z.array(z.string()),
  }),
  benignExplanations: z.array(
    z.strictObject({
      name: z.string(),
      result: z.enum(['explains', 'ruled-out', 'unlikely', 'not-testable']),
      sentence: z.string(),
    }),
  ),
  playbook: z.array(z.strictObject({ title: z.string(), sentence: z.string() })),
  questions: z.array(z.string()),
  coverage: z
    .strictObject({
      activitiesSeen: z.number().int(),
      activitiesDeclared: z.number().int(),
      screensSeen: z.number().int(),
      actions: z.number().int(),
      errors: z.array(z.string()),
    })
    .nullable(),
  provenance: z.strictObject({
    run: z.string(),
    startedAt: z.string().nullable(),
    bundleDigest: z.string().nullable(),
    profileDigest: z.string(),
    /** Each shipped profile that another of the same name stood in for: `kind name: file`. */
    profileOverrides: z.array(z.string()),
    seed: z.number().int().nullable(),
    device: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    tools: z.record(z.string(), z.string()),
    captureDigest: z.string().nullable(),
    /** Lines, packets or entries of the capture that were passed over: damaged, or of a kind not known here. */
    skippedLines: z.number().int(),
    /** Bytes of the capture file that could not be read. */
    unreadBytes: z.number().int(),
  }),
  engine: z.strictObject({
    name: z.literal('sleeptalk'),
    version: z.string(),
    tunables: z.record(z.string(), z.unknown()),
  }),
});
export type Report = z.infer<typeof Report>;
