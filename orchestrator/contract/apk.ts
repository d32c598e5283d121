import { z } from 'zod';

/** What the APK reader found: facts only, every string hostile. Names of permissions and components are full names. */
export const IntentFilter = z.strictObject({
  actions: z.array(z.string()),
  categories: z.array(z.string()),
  schemes: z.array(z.string()),
  hosts: z.array(z.string()),
  mimeTypes: z.array(z.string()),
});
export type IntentFilter = z.infer<typeof IntentFilter>;

export const Component = z.strictObject({
  kind: z.enum(['activity', 'activity-alias', 'service', 'receiver', 'provider']),
  name: z.string(),
  exported: z.boolean().nullable(),
  enabled: z.boolean(),
  permission: z.string().nullable(),
  process: z.string().nullable(),
  /** Names of foreground-service types: location, mediaPlayback, dataSync, … */
  foregroundServiceTypes: z.array(z.string()),
  targetActivity: z.string().nullable(),
  intentFilters: z.array(IntentFilter),
  metaData: z.record(z.string(), z.string()),
});
export type Component = z.infer<typeof Component>;

export const SigningCertificate = z.strictObject({
  /** Lower-case hex SHA-256 of the DER certificate, as apksigner prints it. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  subject: z.string(),
  scheme: z.enum(['v1', 'v2', 'v3', 'v3.1']),
  /** True where the signature over the file's content was checked and holds. */
  verified: z.boolean(),
});
export type SigningCertificate = z.infer<typeof SigningCertificate>;

export const ApkFile = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  sizeBytes: z.number().int().min(0),
  fileName: z.string(),
  /** null for the base APK. */
  split: z.string().nullable(),
});
export type ApkFile = z.infer<typeof ApkFile>;

export const ApkFacts = z.strictObject({
  files: z.array(ApkFile).min(1),
  packageName: z.string(),
  versionCode: z.number().int(),
  versionName: z.string().nullable(),
  label: z.string().nullable(),
  minSdk: z.number().int(),
  targetSdk: z.number().int(),
  debuggable: z.boolean(),
  testOnly: z.boolean(),
  appCategory: z.string().nullable(),
  isGame: z.boolean(),
  sharedUserId: z.string().nullable(),
  usesCleartextTraffic: z.boolean().nullable(),
  permissions: z.array(z.string()),
  features: z.array(z.strictObject({ name: z.string(), required: z.boolean() })),
  components: z.array(Component),
  launchActivity: z.string().nullable(),
  instrumentations: z.array(z.strictObject({ name: z.string(), targetPackage: z.string() })),
  metaData: z.record(z.string(), z.string()),
  /** ABIs of native libraries; empty where the APK has none and so runs on any. */
  abis: z.array(z.string()),
  requiredSplits: z.boolean(),
  certificates: z.array(SigningCertificate),
  /** Hosts that the network security configuration pins. */
  pinnedHosts: z.array(z.string()),
  hasScriptedBehaviour: z.boolean(),
  warnings: z.array(z.string()),
});
export type ApkFacts = z.infer<typeof ApkFacts>;

/** The manifest fact behind a claim, in words and in the place where it stands. */
export const Evidence = z.strictObject({
  fact: z.string(),
  where: z.string(),
  strength: z.enum(['component', 'permission', 'feature', 'category', 'label', 'stated']),
  weight: z.number(),
});
export type Evidence = z.infer<typeof Evidence>;

export const DeclaredFunction = z.strictObject({
  /** Name of a profile in profiles/functions. */
  name: z.string(),
  title: z.string(),
  confidence: z.number().min(0).max(1),
  evidence: z.array(Evidence),
  /** Further functions that also license traffic, such as ad-supported or push-consuming. */
  also: z.array(z.strictObject({ name: z.string(), title: z.string(), evidence: z.array(Evidence) })),
});
export type DeclaredFunction = z.infer<typeof DeclaredFunction>;

/** What a device must offer to run this APK. */
export const Needs = z.strictObject({
  abis: z.array(z.string()),
  minSdk: z.number().int(),
  targetSdk: z.number().int(),
  playServices: z.boolean(),
  features: z.array(z.string()),
});
export type Needs = z.infer<typeof Needs>;

/** The result of *inspect*: input of *examine* and *assess*. */
export const Inspection = z.strictObject({
  facts: ApkFacts,
  declaredFunction: DeclaredFunction,
  needs: Needs,
});
export type Inspection = z.infer<typeof Inspection>;
