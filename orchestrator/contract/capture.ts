import { z } from 'zod';

/**
 * capture.ndjson: one record a line. Times are milliseconds of device time since the device session began.
 * Records are loose on purpose: a reader keeps the fields that it does not know.
 */
const atMs = z.number().min(0);
const bytes = z.number().int().min(0);

export const Destination = z.looseObject({
  host: z.string().min(1).max(1024),
  port: z.number().int().min(0).max(65535),
});
export type Destination = z.infer<typeof Destination>;

export const PhaseName = z.enum(['foreground', 'background', 'locked', 'doze']);
export type PhaseName = z.infer<typeof PhaseName>;

export const Protocol = z.enum(['https', 'http', 'h2', 'grpc', 'ws', 'tls', 'quic', 'tcp', 'udp']);
export type Protocol = z.infer<typeof Protocol>;

export const Attribution = z.enum(['certain', 'likely', 'unknown']);
export type Attribution = z.infer<typeof Attribution>;

export const GapKind = z.enum([
  'pinned',
  'passthrough',
  'quic-refused',
  'proxy-down',
  'push-unavailable',
  'simulated',
  'certificate-refused',
  'appium-restarted',
  'unsupported-protocol',
  'capture-bounded',
]);
export type GapKind = z.infer<typeof GapKind>;

export const StartRecord = z.looseObject({
  type: z.literal('start'),
  package: z.string(),
  windowMs: z.number().min(0),
  device: z.looseObject({
    kind: z.enum(['simulated', 'emulator', 'physical', 'unknown']),
    serial: z.string().optional(),
    apiLevel: z.number().int().optional(),
    clockRate: z.number().positive().optional(),
  }),
  uid: z.number().int().optional(),
  startedAt: z.string().optional(),
});

export const PhaseRecord = z.looseObject({ type: z.literal('phase'), atMs, phase: PhaseName });

/**
 * One exchange, or one payload burst of a connection that is not read in the clear. `upBytes` and `downBytes` are
 * what the app sent and received after any TLS handshake; `wireUpBytes`/`wireDownBytes` count everything on the socket.
 */
export const SessionRecord = z.looseObject({
  type: z.literal('session'),
  startMs: atMs,
  endMs: atMs,
  destination: Destination,
  protocol: Protocol,
  upBytes: bytes,
  downBytes: bytes,
  attribution: Attribution,
  forced: z.boolean(),
  connection: z.number().int().optional(),
  wireUpBytes: bytes.optional(),
  wireDownBytes: bytes.optional(),
  sni: z.string().optional(),
  alpn: z.array(z.string()).optional(),
  ja4: z.string().optional(),
  /** IP address of the server that answered, and SHA-256 of its leaf certificate, where they are known. */
  address: z.string().optional(),
  certificateSha256: z.string().optional(),
  method: z.string().optional(),
  path: z.string().optional(),
  status: z.number().int().optional(),
  uid: z.number().int().optional(),
});

/** One transport connection, written when it closes: the byte counts are the socket's own. */
export const ConnectionRecord = z.looseObject({
  type: z.literal('connection'),
  connection: z.number().int(),
  startMs: atMs,
  endMs: atMs,
  destination: Destination.optional(),
  protocol: Protocol,
  wireUpBytes: bytes,
  wireDownBytes: bytes,
  treatment: z.enum(['intercepted', 'passed-through', 'tunnelled', 'cleartext', 'refused', 'canary']),
  sni: z.string().optional(),
  alpn: z.array(z.string()).optional(),
  ja4: z.string().optional(),
  address: z.string().optional(),
  certificateSha256: z.string().optional(),
  failure: z.string().optional(),
  uid: z.number().int().optional(),
});

export const PushRecord = z.looseObject({
  type: z.literal('push'),
  atMs,
  messageId: z.string(),
  priority: z.enum(['high', 'normal', 'unknown']),
  bytes: bytes.optional(),
  outcome: z.enum(['delivered', 'refused-stopped', 'no-response']).optional(),
  source: z.string().optional(),
});

export const StateRecord = z.looseObject({
  type: z.literal('state'),
  atMs,
  foregroundServices: z.array(z.string()),
  standbyBucket: z.enum(['exempted', 'active', 'working', 'frequent', 'rare', 'restricted', 'never', 'unknown']),
  deviceIdle: z.string(),
  charging: z.boolean().optional(),
  screenOn: z.boolean().optional(),
});

export const ScheduleRecord = z.looseObject({
  type: z.literal('schedule'),
  kind: z.enum(['alarm', 'job']),
  intervalMs: z.number().min(0),
  source: z.string(),
  atMs: atMs.optional(),
  component: z.string().optional(),
  exact: z.boolean().optional(),
});

/** A span, or a destination, that is known but unread. */
export const GapRecord = z.looseObject({
  type: z.literal('gap'),
  fromMs: atMs,
  toMs: atMs,
  kind: GapKind,
  destination: Destination.optional(),
  count: z.number().int().min(0).optional(),
  upBytes: bytes.optional(),
  downBytes: bytes.optional(),
  because: z.string().optional(),
});

/** Something that happened to the measurement itself: an explorer error, a tool restart, a refused screen. */
export const EventRecord = z.looseObject({
  type: z.literal('event'),
  atMs,
  kind: z.string(),
  detail: z.string(),
});

/** What the exploration saw of the app's screens. */
export const CoverageRecord = z.looseObject({
  type: z.literal('coverage'),
  atMs,
  activitiesSeen: z.array(z.string()),
  activitiesDeclared: z.number().int().min(0),
  screensSeen: z.number().int().min(0),
  actions: z.number().int().min(0),
  errors: z.array(z.string()),
});

export const EndRecord = z.looseObject({ type: z.literal('end'), atMs });

export const CaptureRecord = z.discriminatedUnion('type', [
  StartRecord,
  PhaseRecord,
  SessionRecord,
  ConnectionRecord,
  PushRecord,
  StateRecord,
  ScheduleRecord,
  GapRecord,
  EventRecord,
  CoverageRecord,
  EndRecord,
]);

export type StartRecord = z.infer<typeof StartRecord>;
export type PhaseRecord = z.infer<typeof PhaseRecord>;
export type SessionRecord = z.infer<typeof SessionRecord>;
export type ConnectionRecord = z.infer<typeof ConnectionRecord>;
export type PushRecord = z.infer<typeof PushRecord>;
export type StateRecord = z.infer<typeof StateRecord>;
export type ScheduleRecord = z.infer<typeof ScheduleRecord>;
export type GapRecord = z.infer<typeof GapRecord>;
export type EventRecord = z.infer<typeof EventRecord>;
export type CoverageRecord = z.infer<typeof CoverageRecord>;
export type EndRecord = z.infer<typeof EndRecord>;
export type CaptureRecord = z.infer<typeof CaptureRecord>;

type Named<Row> = { [Key in keyof Row as string extends Key ? never : Key]: Row[Key] };

/** The named fields of a record without its type and instant: what an observer reports before the clock stamps it. */
export type Fields<Row extends CaptureRecord> = Omit<Named<Row>, 'type' | 'atMs'>;
