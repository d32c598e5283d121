import { z } from 'zod';

/** What the APK reader found: facts only, every string hostile. Names of permissions and components are full names. */
export const IntentFilter = z.strictObject({
  actions: z.array(z.string()),
  categories: z.array(z.string()),
  schemes: z.array(z.string()),
  hosts: z.array(z.string()),
  mimeTypes: z.array(z.string()),
  /** Ports beside the hosts, and paths as `path`, `prefix*` or `~pattern`. Absent where there is none. */
  ports: z.array(z.string()).optional(),
  paths: z.array(z.string()).optional(),
  /** Other than 0 only. */
  priority: z.number().int().optional(),
  autoVerify: z.boolean().optional(),
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
  /** Of a provider. */
  authorities: z.array(z.string()).optional(),
  readPermission: z.string().optional(),
  writePermission: z.string().optional(),
  isolatedProcess: z.boolean().optional(),
  directBootAware: z.boolean().optional(),
});
export type Component = z.infer<typeof Component>;

export const SigningCertificate = z.strictObject({
  /** Lower-case hex SHA-256 of the DER certificate, as apksigner prints it. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  subject: z.string(),
  scheme: z.enum(['v1', 'v2', 'v3', 'v3.1']),
  /** True where the signature over the file's content was checked and holds. */
  verified: z.boolean(),
  /** Lower-case hex digests of the DER certificate, as apksigner prints them beside SHA-256. */
  sha1: z.string().optional(),
  md5: z.string().optional(),
  /** `RSA`, `EC` or `DSA`, with the size of the key in bits: the modulus, or the order of the curve. */
  keyAlgorithm: z.string().optional(),
  keyBits: z.number().int().optional(),
  /** ISO 8601. A signing certificate that has run out is installed all the same. */
  notBefore: z.string().optional(),
  notAfter: z.string().optional(),
});
export type SigningCertificate = z.infer<typeof SigningCertificate>;

/** One signature scheme of the file, whether or not a device would look at it. */
export const SignatureCheck = z.strictObject({
  scheme: z.enum(['v1', 'v2', 'v3', 'v3.1']),
  /** `holds`; `broken`: a device that uses it refuses the file; `unchecked`: no device that the app runs on uses it. */
  state: z.enum(['holds', 'broken', 'unchecked']),
  /** Why it is not `holds`. */
  reason: z.string().nullable(),
  /** SHA-256 of the certificates of its signers. */
  signers: z.array(z.string()),
  /** Platforms for which the signers are meant, where the scheme says so (v3 and later). */
  fromApi: z.number().int().nullable(),
  toApi: z.number().int().nullable(),
});
export type SignatureCheck = z.infer<typeof SignatureCheck>;

/** How the file is signed, scheme by scheme, and what each Android makes of it. */
export const Signing = z.strictObject({
  schemes: z.array(SignatureCheck),
  /** Ranges of API levels from minSdk on: the scheme that decides there, and its signers; null where it is refused. */
  platforms: z.array(
    z.strictObject({
      fromApi: z.number().int(),
      toApi: z.number().int().nullable(),
      scheme: z.enum(['v1', 'v2', 'v3', 'v3.1']).nullable(),
      signers: z.array(z.string()),
    }),
  ),
  /** Certificates of the proof of rotation, oldest first; each one signed the next. Empty without a rotation. */
  lineage: z.array(z.strictObject({ sha256: z.string(), subject: z.string(), flags: z.number().int() })),
  /** Other blocks beside the signatures: source stamp, verity padding, dependency data, or an unknown id in hex. */
  otherBlocks: z.array(z.string()),
});
export type Signing = z.infer<typeof Signing>;

/**
 * A place where the file departs from what build tools write. None of it proves intent, but tools for hiding from
 * analysts leave such marks, so a reviewer sees them.
 */
export const Oddity = z.strictObject({
  /** From the table of docs/apk-reader.md, such as `zip-encrypted-flag`. */
  kind: z.string(),
  /** Entry, chunk or part. */
  where: z.string(),
  detail: z.string(),
});
export type Oddity = z.infer<typeof Oddity>;

/** Network security configuration of one scope: the base, the debug overrides, or one `<domain-config>`. */
export const NetworkRule = z.strictObject({
  scope: z.enum(['base', 'debug', 'domain']),
  /** Lower case; empty but for `domain`. */
  domains: z.array(z.strictObject({ host: z.string(), includeSubdomains: z.boolean() })),
  /** null: not said here, so inherited. */
  cleartext: z.boolean().nullable(),
  /** `system`, `user`, or the path of certificates inside the APK; null: inherited. */
  trustAnchors: z.array(z.strictObject({ source: z.string(), overridesPins: z.boolean() })).nullable(),
  pins: z.array(z.string()),
  /** Day from which the pins count no longer, as written; null: never. */
  pinsExpire: z.string().nullable(),
});
export type NetworkRule = z.infer<typeof NetworkRule>;

/** What the manifest says beside components and permissions' names. */
export const ManifestDetails = z.strictObject({
  /** Every text of the label: the default (null) first. */
  labels: z.array(z.strictObject({ locale: z.string().nullable(), text: z.string() })),
  /** Locales that the resource table has anything for. */
  locales: z.array(z.string()),
  permissions: z.array(
    z.strictObject({
      name: z.string(),
      /** Not requested above this API level. */
      maxSdk: z.number().int().nullable(),
      /** Requested by `uses-permission-sdk-23`. */
      fromApi23: z.boolean(),
      /** `neverForLocation` and the like. */
      flags: z.array(z.string()),
    }),
  ),
  definedPermissions: z.array(
    z.strictObject({ name: z.string(), protection: z.string(), group: z.string().nullable() }),
  ),
  queries: z.strictObject({
    packages: z.array(z.string()),
    intents: z.array(IntentFilter),
    providers: z.array(z.string()),
  }),
  libraries: z.array(
    z.strictObject({
      name: z.string(),
      kind: z.enum(['java', 'native', 'static', 'sdk']),
      required: z.boolean(),
    }),
  ),
  /** Default-app roles for which the components qualify: browser, dialer, sms, home, assistant, … */
  roles: z.array(z.string()),
  allowBackup: z.boolean().nullable(),
  dataExtractionRules: z.string().nullable(),
  localeConfig: z.string().nullable(),
  profileable: z.boolean(),
  hasCode: z.boolean(),
  largeHeap: z.boolean(),
  extractNativeLibs: z.boolean().nullable(),
  targetSandboxVersion: z.number().int(),
  isFeatureSplit: z.boolean(),
  splitTypes: z.array(z.string()),
  requiredSplitTypes: z.array(z.string()),
  sharedUserMaxSdk: z.number().int().nullable(),
  /** True where an accessibility service says that it is a tool for people with disabilities. */
  isAccessibilityTool: z.boolean(),
});
export type ManifestDetails = z.infer<typeof ManifestDetails>;

/** What the code shows without being run: context for a reviewer, never evidence of behaviour. */
export const CodeFacts = z.strictObject({
  dexFiles: z.number().int(),
  classes: z.number().int(),
  /** Java packages that hold classes, by number of classes; bounded. */
  packages: z.array(z.strictObject({ name: z.string(), classes: z.number().int() })),
  /** Hosts in URLs and in strings that are host names; bounded. */
  hosts: z.array(z.strictObject({ host: z.string(), inUrl: z.boolean() })),
  /** Flutter, React Native, Unity, Cordova, …, by the files they leave. */
  frameworks: z.array(z.string()),
  nativeLibraries: z.array(z.strictObject({ name: z.string(), abis: z.array(z.string()) })),
  /** False where a bound ended the scan, so that what is absent here may still be in the code. */
  complete: z.boolean(),
});
export type CodeFacts = z.infer<typeof CodeFacts>;

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
  /** The reader always fills the fields below; they are absent from inspections of before there were such. */
  oddities: z.array(Oddity).optional(),
  details: ManifestDetails.optional(),
  networkSecurity: z.array(NetworkRule).optional(),
  signing: Signing.optional(),
  code: CodeFacts.optional(),
  /** Files that were containers, with their kind: the files of {@link ApkFacts.files} came out of them. */
  containers: z.array(z.strictObject({ fileName: z.string(), kind: z.string(), sha256: z.string() })).optional(),
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
  /** Where the submitter named the function: whether the manifest alone would declare it, and what it declares instead. */
  claim: z.strictObject({ backed: z.boolean(), manifest: z.string().nullable() }).optional(),
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
