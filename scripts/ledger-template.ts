import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ledgerTemplate } from '../cli/ledger-template.ts';
import { openDatabase } from '../orchestrator/store/database.ts';
import { openLedger } from '../orchestrator/store/ledger.ts';
import { openQueue } from '../orchestrator/store/queue.ts';

/** Makes the template of the embedded ledger, if it is not there yet. */
const template = ledgerTemplate();
if (!existsSync(join(template, 'data'))) {
  await mkdir(dirname(template), { recursive: true });
  const draft = await mkdtemp(`${template}.`);
  const { signal } = new AbortController();
  {
    await using database = await openDatabase({ directory: draft, signal });
    await using _ledger = await openLedger({ database, signal });
    await using _queue = await openQueue({ database, signal });
  }
  await rm(join(draft, 'lock.json'), { force: true });
  await rename(draft, template).catch(() => rm(draft, { recursive: true, force: true })); // another was first
}
