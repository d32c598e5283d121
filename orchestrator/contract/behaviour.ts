import { z } from 'zod';

/**
 * assets/behaviour.json: what a scripted sample does. The simulated handset interprets it; on a real device the
 * sample's own classes.dex does the same. All times are device time, all jitter comes from {@link jitterSequence}.
 */

/**
 * When a schedule is active. foreground: the app is in front, screen on and unlocked; background: anything else,
 * whatever the screen, so also while locked and in Doze; screen-off: the display is off; locked: the keyguard is up;
 * doze: the handset is in deep or light idle.
 */
const condition = z.enum(['always', 'foreground', 'background', 'screen-off', 'locked', 'doze']);

export const Schedule = z.strictObject({
  id: z.string().min(1).max(64),
  /** http, https, or for `via: socket` tls:// and tcp:// addresses; host names only. */
  url: z.string().max(2048),
  method: z.enum(['GET', 'POST']).default('GET'),
  everySeconds: z.number().positive(),
  /** Share of the interval, uniform in ±jitter. */
  jitter: z.number().min(0).max(1).default(0),
  /** Seconds after the schedule becomes active at which it first fires; absent: one interval. */
  firstAfterSeconds: z.number().min(0).optional(),
  /** Share of beats that are left out. */
  dropRate: z.number().min(0).max(1).default(0),
  requestBytes: z.number().int().min(0).max(8_388_608).default(0),
  responseBytes: z.number().int().min(0).max(8_388_608).default(0),
  phase: condition.default('always'),
  /**
   * timer: a live process; lost when the process dies, held back while the process is frozen.
   * alarm / exact-alarm: AlarmManager under the platform's limits. job: JobScheduler, at least 15 minutes.
   * foreground-service: a timer that runs only while the declared service runs.
   */
  via: z.enum(['timer', 'alarm', 'exact-alarm', 'job', 'foreground-service']).default('timer'),
  service: z.string().optional(),
  /** fresh: a new connection each time; keep-alive: one connection held open. */
  connection: z.enum(['fresh', 'keep-alive']).default('fresh'),
  transport: z.enum(['http', 'ws', 'tls', 'tcp', 'udp', 'quic']).default('http'),
  /** The app accepts one server key only: any other ends the handshake (tls, ws) or the connection after it (http). */
  pinned: z.boolean().default(false),
  /** That key as SHA-256 of its SubjectPublicKeyInfo; absent: a key that no interceptor has. */
  pinSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  headers: z.record(z.string(), z.string()).default({}),
});
export type Schedule = z.infer<typeof Schedule>;

/** A request made a fixed time after a push arrives. */
export const OnPush = z.strictObject({
  url: z.string().max(2048),
  method: z.enum(['GET', 'POST']).default('GET'),
  afterSeconds: z.number().min(0).default(1),
  requestBytes: z.number().int().min(0).max(8_388_608).default(0),
  responseBytes: z.number().int().min(0).max(8_388_608).default(0),
});

/** Pushes that the sample's server sends: delivered by Play Services, never on a socket of the app. */
export const PushPlan = z.strictObject({
  everySeconds: z.number().positive(),
  jitter: z.number().min(0).max(1).default(0.5),
  priority: z.enum(['high', 'normal']).default('high'),
  bytes: z.number().int().min(0).max(4096).default(120),
});

/** A screen of the scripted UI. Buttons lead to screens or make one request. */
export const Screen = z.strictObject({
  id: z.string().min(1).max(64),
  activity: z.string().optional(),
  title: z.string().max(200),
  texts: z.array(z.string().max(200)).max(50).default([]),
  buttons: z
    .array(
      z.strictObject({
        text: z.string().max(200),
        goto: z.string().optional(),
        request: z
          .strictObject({
            url: z.string().max(2048),
            requestBytes: z.number().int().min(0).max(8_388_608).default(0),
            responseBytes: z.number().int().min(0).max(8_388_608).default(0),
          })
          .optional(),
      }),
    )
    .max(50)
    .default([]),
  fields: z
    .array(z.strictObject({ hint: z.string().max(200), password: z.boolean().default(false) }))
    .max(10)
    .default([]),
});

export const Behaviour = z.strictObject({
  version: z.literal(1),
  seed: z.number().int().min(1).default(1),
  schedules: z.array(Schedule).max(100).default([]),
  onPush: z.array(OnPush).max(10).default([]),
  pushes: PushPlan.optional(),
  /** Seconds after the first launch in which the app registers with FCM (installations request by its own uid). */
  registersForPush: z.boolean().default(false),
  screens: z.array(Screen).max(50).default([]),
});
export type Behaviour = z.infer<typeof Behaviour>;

/**
 * Numbers in [0, 1) that Java and TypeScript agree on tick by tick: xorshift32 (Marsaglia, "Xorshift RNGs", 2003,
 * shifts 13, 17, 5), the state taken as an unsigned 32-bit integer and divided by 2^32.
 */
export function* jitterSequence(seed: number): Generator<number, never> {
  let state = seed >>> 0 || 1;
  for (;;) {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    yield state / 4294967296;
  }
}
