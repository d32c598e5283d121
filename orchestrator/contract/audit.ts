import { z } from 'zod';

/**
 * One act of a person or of the service, append-only. `hash` is the SHA-256 of the canonical JSON of the other fields,
 * `previous` the hash of the entry before it (64 zeros for the first), so that no entry can be changed, left out or
 * reordered without breaking all that follow.
 */
export const AuditEntry = z.strictObject({
  seq: z.number().int().min(1),
  at: z.string(),
  who: z.string(),
  act: z.string(),
  subject: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
  previous: z.string().regex(/^[0-9a-f]{64}$/),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});
export type AuditEntry = z.infer<typeof AuditEntry>;
