import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Database } from './database.ts';
import { Fault, printable } from '../contract/fault.ts';
import { isPresent, syncToDisk, writeDurably } from './durable.ts';
import type { FileStore } from './files.ts';
import { asDiskFault } from './intake.ts';
import type { LedgerLike } from './ledger.ts';
import { PglitePool } from './pglite-pool.ts';

/**
 * Writes the whole embedded ledger, as it stands between two transactions, into the new file `to`: a gzipped tar of its
 * data directory, which {@link restoreEmbedded} takes. The service may go on working meanwhile.
 * @returns bytes written
 * @throws Fault `usage` for a server (pg_dump does that) and where `to` exists: no backup is ever written over
 */
export async function backupEmbedded(database: Database, to: string): Promise<number> {
  if (!(database.pool instanceof PglitePool)) {
    throw new Fault('usage', `${database.place} is a PostgreSQL server: pg_dump makes its backup`);
  }
  if (await isPresent(to)) throw new Fault('usage', `${printable(to)} exists, and a backup is never written over`);
  await mkdir(path.dirname(to), { recursive: true });
  const dump = Buffer.from(await (await database.pool.dump()).arrayBuffer());
  try {
    await writeDurably(to, dump);
  } catch (error) {
    throw asDiskFault(error, `writing the backup ${printable(to)}`);
  }
  return dump.length;
}

/**
 * Makes a new embedded ledger in `directory` from such a file, whole or not at all.
 * @throws Fault `usage` where there is a ledger already, `ledger-failed` where the file is no backup
 */
export async function restoreEmbedded(from: string, directory: string): Promise<void> {
  const data = path.join(directory, 'data');
  if (await isPresent(data)) throw new Fault('usage', `${printable(directory)} holds a ledger already`);
  const draft = `${data}.restoring`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  const { PGlite } = await import('@electric-sql/pglite');
  try {
    const tar = new Blob([await promisify(gunzip)(await readFile(from))], { type: 'application/x-tar' });
    const restored = await PGlite.create({ dataDir: draft, loadDataDir: tar });
    await restored.close();
    await rename(draft, data);
    await syncToDisk(directory);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    const said = error instanceof Error ? error.message : String(error);
    throw new Fault('ledger-failed', `${printable(from)} cannot be restored: ${printable(said)}`, { cause: error });
  }
}

/** What of the files that the ledger names the store does not have, or has otherwise. */
export interface StoreCheck {
  readonly checked: number;
  readonly missing: readonly string[];
  readonly broken: readonly string[];
}

/** Reads every file that is not known to be removed and checks its digest: whether a ledger and a store belong together. */
export async function checkStore(
  ledger: LedgerLike,
  files: FileStore,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress?: (checked: number) => void },
): Promise<StoreCheck> {
  const missing: string[] = [];
  const broken: string[] = [];
  let checked = 0;
  for await (const sha256 of storedDigests(ledger)) {
    signal.throwIfAborted();
    const state = await stateOf(files, sha256, signal);
    if (state === 'missing') missing.push(sha256);
    if (state === 'broken') broken.push(sha256);
    checked += 1;
    onProgress?.(checked);
  }
  return { checked, missing, broken };
}

const PAGE = 1000;

async function* storedDigests(ledger: LedgerLike): AsyncGenerator<string> {
  let after = '';
  for (;;) {
    const page = await ledger.db
      .selectFrom('artefacts')
      .select('sha256')
      .distinct()
      .where('removed_at', 'is', null)
      .where('sha256', '>', after)
      .orderBy('sha256')
      .limit(PAGE)
      .execute();
    for (const { sha256 } of page) yield sha256;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.sha256;
  }
}

async function stateOf(files: FileStore, sha256: string, signal: AbortSignal): Promise<'whole' | 'missing' | 'broken'> {
  try {
    for await (const _chunk of await files.open(sha256, signal)) signal.throwIfAborted();
    return 'whole';
  } catch (error) {
    if (error instanceof Fault && /^artefact-(missing|removed)$/.test(error.code)) return 'missing';
    if (error instanceof Fault && error.code === 'artefact-broken') return 'broken';
    throw error;
  }
}
