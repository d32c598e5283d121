import { Fault } from '../contract/fault.ts';
import { appendAudit } from './audit.ts';
import { inTransaction } from './custody.ts';
import type { KeepDays } from './expired.ts';
import type { FileStore } from './files.ts';
import type { LedgerLike } from './ledger.ts';

/** A file that was stored this shortly ago may belong to a submission that is being written. */
export const GRACE_MS = 86_400_000;

/** A file that was removed, with the time at which it was looked for and not found. */
export interface RemovedFile {
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly absentAt: string;
}

export interface StoredBytes {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Files of which every use has ended and whose absence nobody has checked. */
export async function unusedFiles(ledger: LedgerLike): Promise<StoredBytes[]> {
  const rows = await ledger.db
    .selectFrom('artefacts')
    .select(['sha256', (row) => row.fn.max('size_bytes').as('size_bytes')])
    .where('removed_at', 'is not', null)
    .where('absent_at', 'is', null)
    .where((row) =>
      row.not(
        row.exists(
          row
            .selectFrom('artefacts as live')
            .select('live.id')
            .whereRef('live.sha256', '=', 'artefacts.sha256')
            .where('live.removed_at', 'is', null),
        ),
      ),
    )
    .groupBy('sha256')
    .orderBy('sha256')
    .execute();
  return rows.map((row) => ({ sha256: row.sha256, sizeBytes: Number(row.size_bytes) }));
}

/**
 * Removes files one by one, unless they are used at that moment, and looks whether each is gone.
 * @returns what is gone, what is used again, and the failure that ended it early, for the caller to throw once what is
 *   gone is on record
 */
export async function removeUnused(
  files: FileStore,
  unused: readonly StoredBytes[],
  {
    now,
    signal,
    isUsed,
  }: { readonly now: Date; readonly signal: AbortSignal; readonly isUsed: (sha256: string) => Promise<boolean> },
): Promise<{ gone: RemovedFile[]; inUse: string[]; failure: Error | null }> {
  const gone: RemovedFile[] = [];
  const inUse: string[] = [];
  const unlessUsedSince = new Date(now.getTime() - GRACE_MS);
  try {
    for (const { sha256, sizeBytes } of unused) {
      if (signal.aborted) break;
      const stays = (await isUsed(sha256)) || (await files.remove(sha256, { unlessUsedSince })) === 'in-use';
      if (stays) inUse.push(sha256);
      else if (await files.has(sha256)) throw new Fault('store-failed', `${sha256} was removed and is still there`);
      else gone.push({ sha256, sizeBytes, absentAt: new Date().toISOString() });
    }
    return { gone, inUse, failure: null };
  } catch (failure) {
    return { gone, inUse, failure: failure as Error }; // thrown by the caller, after what was removed is on record
  }
}

/** Whether there is a use of it that has not ended. */
export async function isInUse(ledger: LedgerLike, sha256: string): Promise<boolean> {
  const row = await ledger.db
    .selectFrom('artefacts')
    .select('id')
    .where('sha256', '=', sha256)
    .where('removed_at', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Writes one entry into the audit log for all of them, and when they were found absent into their rows. */
export async function putOnRecord(
  ledger: LedgerLike,
  gone: readonly RemovedFile[],
  { keep, who, now }: { keep: KeepDays; who: string; now: Date },
): Promise<void> {
  await inTransaction(ledger, async (inside) => {
    await inside.db
      .updateTable('artefacts')
      .set({ absent_at: now })
      .where(
        'sha256',
        'in',
        gone.map(({ sha256 }) => sha256),
      )
      .where('removed_at', 'is not', null)
      .execute();
    await appendAudit(inside, {
      who,
      act: 'removed-by-retention',
      subject: null,
      detail: { keepDays: keep, files: gone },
      at: now,
    });
  });
}
