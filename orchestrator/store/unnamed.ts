import { sql } from 'kysely';
import { appendAudit } from './audit.ts';
import type { WalkableFiles, WalkedFile } from './files.ts';
import type { LedgerLike } from './ledger.ts';
import { GRACE_MS, removeUnused, type RemovedFile, type StoredBytes } from './removal.ts';
import { recordSamples } from './sample-uses.ts';

/** Files that nothing in the ledger names: of uploads whose submission was never recorded. */
export interface UnnamedFiles {
  readonly files: readonly StoredBytes[];
  readonly bytes: number;
}

/** What was removed of them, each looked for afterwards and found absent. */
export interface UnnamedProof {
  readonly files: readonly RemovedFile[];
  readonly bytes: number;
  /** Those that somebody stored again, or named, since they were found. */
  readonly inUse: readonly string[];
}

/** Files that the ledger is asked about at once, and of one audit entry. */
const BATCH = 1000;

/**
 * The dry run: files that no submission, artefact or report names, and that nobody stored within the last day. What lay
 * there before this ledger began is not its to judge: a service that was started on the wrong database finds nothing.
 */
export async function planUnnamed(
  ledger: LedgerLike,
  files: WalkableFiles,
  { now, signal }: { readonly now: Date; readonly signal: AbortSignal },
): Promise<UnnamedFiles> {
  await recordSamples(ledger);
  const since = await beginning(ledger);
  const before = new Date(now.getTime() - GRACE_MS);
  const found: StoredBytes[] = [];
  let batch: WalkedFile[] = [];
  const judge = async (): Promise<void> => {
    const named = await namedOf(
      ledger,
      batch.map(({ sha256 }) => sha256),
    );
    for (const { sha256, sizeBytes } of batch.filter((file) => !named.has(file.sha256))) {
      const usedAt = await files.usedAt(sha256);
      if (usedAt !== null && usedAt < before) found.push({ sha256, sizeBytes });
    }
    batch = [];
  };
  for await (const file of files.walk(signal)) {
    if (file.storedAt < since || file.storedAt >= before) continue;
    batch.push(file);
    if (batch.length === BATCH) await judge();
  }
  await judge();
  return { files: found, bytes: bytesOf(found) };
}

/**
 * Removes them, each asked about once more just before; one that is being uploaded at that moment stays. What was
 * removed stands in the audit log.
 * @throws Fault `store-failed` where a file could not be removed; what was removed before is on record
 */
export async function removeUnnamed(
  ledger: LedgerLike,
  files: WalkableFiles,
  { now, who, signal }: { readonly now: Date; readonly who: string; readonly signal: AbortSignal },
): Promise<UnnamedProof> {
  const { files: planned } = await planUnnamed(ledger, files, { now, signal });
  const isUsed = async (sha256: string): Promise<boolean> => (await namedOf(ledger, [sha256])).has(sha256);
  const gone: RemovedFile[] = [];
  const inUse: string[] = [];
  for (let from = 0; from < planned.length; from += BATCH) {
    signal.throwIfAborted();
    const batch = await removeUnused(files, planned.slice(from, from + BATCH), { now, signal, isUsed });
    if (batch.gone.length > 0) {
      const detail = { class: 'unnamed', files: batch.gone };
      await appendAudit(ledger, { who, act: 'removed-by-retention', subject: null, detail, at: now });
    }
    gone.push(...batch.gone);
    inUse.push(...batch.inUse);
    if (batch.failure !== null) throw batch.failure;
  }
  return { files: gone, bytes: bytesOf(gone), inUse };
}

/**
 * Which of these files something names. A use whose end was proved by the absence of the file names it no more: who
 * stored it since must have named it anew.
 */
async function namedOf(ledger: LedgerLike, digests: readonly string[]): Promise<Set<string>> {
  if (digests.length === 0) return new Set();
  const { rows } = await sql<{ sha256: string }>`
    select file.sha256 from unnest(${[...digests]}::text[]) as file (sha256)
    where exists (select from sleeptalk.artefacts a where a.sha256 = file.sha256 and a.absent_at is null)
      or exists (select from sleeptalk.submission_files s where s.sha256 = file.sha256 and not exists (
        select from sleeptalk.artefacts a
          where a.submission = s.submission and a.class = 'sample' and a.sha256 = s.sha256))
      or not exists (select from sleeptalk.artefacts a where a.sha256 = file.sha256) and (
        exists (select from sleeptalk.reports r where r.json_sha256 = file.sha256)
        or exists (select from sleeptalk.runs r where r.bundle = file.sha256))`.execute(ledger.db);
  return new Set(rows.map((row) => row.sha256));
}

/** When the ledger got its first tables. */
async function beginning(ledger: LedgerLike): Promise<Date> {
  const { rows } = await sql<{ at: string }>`select min(timestamp) as at from sleeptalk.kysely_migration`.execute(
    ledger.db,
  );
  return new Date(rows[0]?.at ?? Number.NaN);
}

function bytesOf(files: readonly StoredBytes[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
