import type { ServiceConfig } from '../config.ts';
import type { Artefact } from '../contract/artefact.ts';
import { countOldEvents, removeOldEvents } from './event-retention.ts';
import { expired, type KeepDays } from './expired.ts';
import type { FileStore } from './files.ts';
import type { LedgerLike } from './ledger.ts';
import { isInUse, putOnRecord, removeUnused, unusedFiles, type RemovedFile } from './removal.ts';
import { recordSamples } from './sample-uses.ts';

/** What retention would remove now. */
export interface RetentionPlan {
  readonly at: string;
  /** Uses that are over. */
  readonly uses: readonly Pick<
    Artefact,
    'sha256' | 'class' | 'submission' | 'run' | 'name' | 'sizeBytes' | 'createdAt'
  >[];
  /** Files of which no use is left then, with those that an earlier run of retention could not remove. */
  readonly files: readonly { readonly sha256: string; readonly sizeBytes: number }[];
  /** Bytes of those files. */
  readonly bytes: number;
  /** Progress events: rows of the ledger, not files. */
  readonly events: number;
}

/** What retention removed. Each file was looked for afterwards and found absent. */
export interface RetentionProof {
  readonly uses: number;
  readonly files: readonly RemovedFile[];
  readonly bytes: number;
  readonly events: number;
  /** Files that stay until the next time, because somebody stored them again within the last day. */
  readonly inUse: readonly string[];
}

export interface RetentionOptions {
  readonly now: Date;
  /** Who removes, for the audit log. */
  readonly who: string;
  readonly signal: AbortSignal;
}

/** Files of one audit entry. */
const BATCH = 1000;

/** The days that the settings name. Reports are kept for ever. */
export function keepDaysOf(config: ServiceConfig): KeepDays {
  return {
    sample: config.SLEEPTALK_KEEP_SAMPLE_DAYS,
    evidence: config.SLEEPTALK_KEEP_EVIDENCE_DAYS,
    screen: config.SLEEPTALK_KEEP_SCREEN_DAYS,
    report: 0,
    event: config.SLEEPTALK_KEEP_EVENT_DAYS,
  };
}

/** The dry run: what {@link applyRetention} would remove at `now`. */
export async function planRetention(ledger: LedgerLike, keep: KeepDays, now: Date): Promise<RetentionPlan> {
  await recordSamples(ledger);
  const rows = await ledger.db.selectFrom('artefacts').selectAll().where(expired(keep, now)).orderBy('id').execute();
  const files = await ledger.db
    .selectFrom('artefacts')
    .select(['sha256', (row) => row.fn.max('size_bytes').as('size_bytes')])
    .where('sha256', 'in', (row) =>
      row
        .selectFrom('artefacts')
        .select('sha256')
        .where((use) =>
          use.or([expired(keep, now)(use), use.and([use('removed_at', 'is not', null), use('absent_at', 'is', null)])]),
        ),
    )
    .groupBy('sha256')
    // Every use is over: ended before, or ending now; and the bytes are not known to be gone.
    .having(
      (row) => row.fn.agg<boolean>('bool_and', [row.or([row('removed_at', 'is not', null), expired(keep, now)(row)])]),
      '=',
      true,
    )
    .having((row) => row.fn.agg<boolean>('bool_or', [row('absent_at', 'is', null)]), '=', true)
    .orderBy('sha256')
    .execute();
  const going = files.map((file) => ({ sha256: file.sha256, sizeBytes: Number(file.size_bytes) }));
  return {
    at: now.toISOString(),
    uses: rows.map((row) => ({
      sha256: row.sha256,
      class: row.class,
      submission: row.submission,
      run: row.run,
      name: row.name,
      sizeBytes: Number(row.size_bytes),
      createdAt: row.created_at.toISOString(),
    })),
    files: going,
    bytes: going.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    events: await countOldEvents(ledger, keep.event, now),
  };
}

/**
 * Ends the uses that are over, then removes each file whose last use ended, looks whether it is gone, and writes digests,
 * sizes and times into the audit log. Rows of the ledger remain. Interrupted at any point, the next run finishes the work.
 * @throws Fault `store-failed` where a file could not be removed; what was removed before is on record
 */
export async function applyRetention(
  ledger: LedgerLike,
  files: FileStore,
  keep: KeepDays,
  { now, who, signal }: RetentionOptions,
): Promise<RetentionProof> {
  await recordSamples(ledger);
  const uses = await endUses(ledger, keep, now);
  const gone: RemovedFile[] = [];
  const inUse: string[] = [];
  const unused = await unusedFiles(ledger);
  for (let from = 0; from < unused.length; from += BATCH) {
    signal.throwIfAborted();
    const isUsed = (sha256: string): Promise<boolean> => isInUse(ledger, sha256);
    const batch = await removeUnused(files, unused.slice(from, from + BATCH), { now, signal, isUsed });
    if (batch.gone.length > 0) await putOnRecord(ledger, batch.gone, { keep, who, now });
    gone.push(...batch.gone);
    inUse.push(...batch.inUse);
    if (batch.failure !== null) throw batch.failure;
  }
  const events = await removeOldEvents(ledger, keep.event, now);
  return { uses, files: gone, bytes: gone.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0), events, inUse };
}

async function endUses(ledger: LedgerLike, keep: KeepDays, now: Date): Promise<number> {
  let ended = 0n;
  for (const [kind, days] of Object.entries(keep)) {
    const { numUpdatedRows } = await ledger.db
      .updateTable('artefacts')
      .set({ removed_at: now, removed_because: `${kind}: kept for ${days} days` })
      .where('class', '=', kind as Artefact['class'])
      .where(expired(keep, now) as never)
      .executeTakeFirst();
    ended += numUpdatedRows;
  }
  return Number(ended);
}
