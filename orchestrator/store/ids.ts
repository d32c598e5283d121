import { randomBytes } from 'node:crypto';

/** Submission, run, report, person, token, session of the pages, review, allowance, delivery. */
export type IdKind = 'sub' | 'run' | 'report' | 'usr' | 'tok' | 'ses' | 'rev' | 'alw' | 'del';

/**
 * A name that is unique everywhere and sorts by time: its kind, milliseconds in base 36, 48 random bits.
 * It never is all digits and holds no colon, both of which BullMQ refuses in a job id.
 */
export function newId(kind: IdKind, nowMs: number = Date.now()): string {
  return `${kind}-${nowMs.toString(36).padStart(9, '0')}-${randomBytes(6).toString('hex')}`;
}
