import { z } from 'zod';
import { PhaseName } from './capture.ts';

/** What a licence is tied to: traffic outside this state is not licensed by it. */
export const LicenceState = z.discriminatedUnion('when', [
  z.strictObject({ when: z.literal('phase'), phases: z.array(PhaseName).min(1) }),
  z.strictObject({ when: z.literal('foreground-service'), types: z.array(z.string()).min(1) }),
  z.strictObject({ when: z.literal('after-push'), withinSeconds: z.number().positive() }),
  z.strictObject({ when: z.literal('always') }),
]);
export type LicenceState = z.infer<typeof LicenceState>;

/** One cadence that a function licenses. Absent bounds bind nothing. */
export const Licence = z.strictObject({
  id: z.string(),
  state: LicenceState,
  /** Destination roles it covers; absent: any. */
  roles: z.array(z.string()).optional(),
  minIntervalSeconds: z.number().min(0).optional(),
  maxIntervalSeconds: z.number().positive().optional(),
  /** Up to this many sessions an hour need no regularity argument. */
  maxSessionsPerHour: z.number().min(0).optional(),
  maxDestinations: z.number().int().min(1).optional(),
  /** Largest allowed ratio bytes up / bytes down. */
  maxUpDownRatio: z.number().positive().optional(),
  maxUpBytesPerSession: z.number().positive().optional(),
  /** True: it licenses one socket that is kept open, not a new connection each time. */
  keptOpen: z.boolean().optional(),
  because: z.string(),
  source: z.string(),
});
export type Licence = z.infer<typeof Licence>;

/** A manifest signal for a function; patterns are matched against exact names, `*` allowed at the end. */
export const Signal = z.strictObject({
  kind: z.enum([
    'service-permission',
    'foreground-service-type',
    'permission',
    'feature',
    'category',
    'intent-action',
    'intent-category',
    'intent-scheme',
    'meta-data',
    'game',
    'label-word',
    'browser-filter',
    'absent-permission',
  ]),
  value: z.string(),
  weight: z.number().positive(),
  /** All signals of one group must be present for any of them to count. */
  group: z.string().optional(),
});
export type Signal = z.infer<typeof Signal>;

export const FunctionProfile = z.strictObject({
  name: z.string(),
  title: z.string(),
  /** As in "A torch has no use for that": article and noun. */
  noun: z.string(),
  /** True for functions that add to another and are never the main one. */
  adds: z.boolean(),
  signals: z.array(Signal),
  /** Weight at which the function counts as declared. */
  threshold: z.number().positive(),
  licences: z.array(Licence),
  /** What this function does not license, in words. */
  not: z.array(z.string()),
  surveillanceCapable: z.boolean().optional(),
  /**
   * True where the background batches of embedded SDKs (a role's own licences) are usual beside this function.
   * Absent means false: a torch has no use for them.
   */
  sdkInBackground: z.boolean().optional(),
  source: z.string(),
});
export type FunctionProfile = z.infer<typeof FunctionProfile>;

/** Who a destination is: `AppNetworkRoleBaseline` is the table of these with the functions that may use them. */
export const RoleProfile = z.strictObject({
  /** Identity of the row: one of the same name in a user's folder takes its place. */
  name: z.string().optional(),
  role: z.string(),
  title: z.string(),
  owner: z.string().nullable(),
  /** Exact host names, or suffixes that begin with a dot. */
  hosts: z.array(z.string()),
  ports: z.array(z.number().int()).optional(),
  /** True where the role's traffic is the platform's and never the app's own function. */
  platform: z.boolean(),
  /** What an SDK of this role may do in background, beside functions that say `sdkInBackground`. */
  licences: z.array(Licence).optional(),
  /** True where the licences above hold beside every function: registering for push, a connectivity check. */
  always: z.boolean().optional(),
  /**
   * True where anybody may open an account and send what they like there: the host then proves no more than that its
   * SDK could have been used, and the licences above bind as they stand.
   */
  selfService: z.boolean().optional(),
  because: z.string(),
  source: z.string(),
});
export type RoleProfile = z.infer<typeof RoleProfile>;

/** An SDK that an app may carry: found by the packages of its classes, it plays these roles. */
export const SdkProfile = z.strictObject({
  name: z.string().min(1).max(100),
  vendor: z.string().min(1).max(100),
  /** Java packages without a dot at the end: `com.amplitude` covers `com.amplitude.core.Amplitude`. */
  packages: z
    .array(
      z
        .string()
        .max(200)
        .regex(/^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)+$/, 'expected a Java package of two parts or more'),
    )
    .min(1),
  /** Names of destination roles; empty for what speaks to nobody by itself. */
  roles: z.array(z.string()),
  source: z.string().min(1),
});
export type SdkProfile = z.infer<typeof SdkProfile>;

/** What a user's folder put in the place of something else. */
export const ProfileOverride = z.strictObject({
  kind: z.enum(['function', 'destination', 'host', 'sdk']),
  name: z.string(),
  /** The file that holds now, and the one whose row it replaced: folder's own name and path inside it. */
  file: z.string(),
  replaced: z.string(),
});
export type ProfileOverride = z.infer<typeof ProfileOverride>;

export const ProfileSet = z.strictObject({
  functions: z.array(FunctionProfile).min(1),
  roles: z.array(RoleProfile),
  sdks: z.array(SdkProfile),
  overrides: z.array(ProfileOverride),
  /** SHA-256 over the profile files, for the provenance of a report. */
  digest: z.string(),
});
export type ProfileSet = z.infer<typeof ProfileSet>;

/** AN1681's three tunables, by their published names, and our finer ones. */
export const Tunables = z.strictObject({
  /** Acceptable deviation in polling cadence: jitter (MAD / median) up to which an interval counts as regular. */
  BeaconIntervalVarianceThreshold: z.number().min(0).max(1).default(0.5),
  /** Acceptable ratio between request and response sizes (larger / smaller). */
  PayloadSymmetryThreshold: z.number().min(1).default(10),
  /** Name of the table that maps app category to network endpoints. */
  AppNetworkRoleBaseline: z.string().default('profiles/roles'),
  /** Exchanges of one destination closer together than this are one session. */
  idleGapSeconds: z.number().positive().default(6),
  minimumBeats: z.number().int().min(3).default(5),
});
export type Tunables = z.infer<typeof Tunables>;
