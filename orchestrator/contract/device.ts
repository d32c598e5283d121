import { z } from 'zod';

/** A class of devices: the name of a queue. `simulated` is always one; others are named by who runs the workers. */
export const DeviceClass = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected letters, digits and dashes');
export type DeviceClass = z.infer<typeof DeviceClass>;

/** One place for a device session, as its worker reports it. */
export const Device = z.strictObject({
  /** `<worker>/<class>/<n>`. */
  id: z.string(),
  class: DeviceClass,
  worker: z.string(),
  kind: z.enum(['simulated', 'emulator', 'physical']),
  /** What is leased for it: `simulated`, a serial, or the name of an AVD. */
  target: z.string(),
  apiLevel: z.number().int().nullable(),
  /** `gone`: its worker has not been heard of for a minute. */
  state: z.enum(['idle', 'busy', 'quarantined', 'gone']),
  submission: z.string().nullable(),
  run: z.string().nullable(),
  lastSeenAt: z.string(),
  sessions: z.number().int(),
  /** Faults of the device in a row; three put it in quarantine, an unclean one does so at once. */
  faultsInARow: z.number().int(),
  quarantine: z.strictObject({ reason: z.string(), by: z.string(), at: z.string() }).nullable(),
});
export type Device = z.infer<typeof Device>;
