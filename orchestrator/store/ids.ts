import { randomBytes } from 'node:crypto';

/**
 * A name that is unique everywhere and sorts by time: `sub-` or `run-`, milliseconds in base 36, 48 random bits.
 * It never is all digits and holds no colon, both of which BullMQ refuses in a job id.
 */
export function newId(kind: 'sub' | 'run' | 'report', nowMs: number = Date.now()): string {
  return `${kind}-${nowMs.toString(36).padStart(9, '0')}-${randomBytes(6).toString('hex')}`;
}
