import { rm } from 'node:fs/promises';
import path from 'node:path';
import { MANIFEST_FILE } from './bundles.ts';
import { isPresent, namesIn } from './durable.ts';
import { Fault } from '../contract/fault.ts';
import type { LedgerLike } from './ledger.ts';

/**
 * Removes, under `root` on this machine, the folders of sealed runs whose evidence retention removed from the store of
 * files: a copy that stayed would outlive what was proven gone. Folders of other runs, open or crashed, are left.
 * @returns the runs whose folder was removed; each was looked for afterwards
 * @throws Fault `store-failed` where a folder is still there
 */
export async function removeExpiredFolders(ledger: LedgerLike, root: string): Promise<string[]> {
  const names = await namesIn(root);
  if (names.length === 0) return [];
  const rows = await ledger.db
    .selectFrom('artefacts')
    .innerJoin('runs', 'runs.id', 'artefacts.run')
    .select('runs.id')
    .where('artefacts.class', '=', 'evidence')
    .where('artefacts.name', '=', MANIFEST_FILE)
    .where('artefacts.removed_at', 'is not', null)
    .where('runs.state', '=', 'sealed')
    .where('runs.id', 'in', names)
    .orderBy('runs.id')
    .execute();
  for (const { id } of rows) {
    const folder = path.join(root, id);
    await rm(folder, { recursive: true, force: true });
    if (await isPresent(folder)) throw new Fault('store-failed', `${folder} was removed and is still there`);
  }
  return rows.map(({ id }) => id);
}
