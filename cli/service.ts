import { Fault } from '../orchestrator/contract/fault.ts';
import { abandonUnfinished } from '../orchestrator/store/abandon.ts';
import { sweepPartial } from '../orchestrator/store/bundles.ts';
import { openDatabase } from '../orchestrator/store/database.ts';
import { openFiles, type FileStore } from '../orchestrator/store/files.ts';
import { openLedger, type Ledger } from '../orchestrator/store/ledger.ts';
import { Opened } from '../orchestrator/store/opened.ts';
import { openQueue, type JobQueue } from '../orchestrator/store/queue.ts';
import { markCrashed } from '../orchestrator/store/runs.ts';
import type { Home } from './home.ts';
import { ledgerTemplate } from './ledger-template.ts';

/** Ledger, queue and files of one home, opened together and closed in reverse. */
export interface Service extends AsyncDisposable {
  readonly ledger: Ledger;
  readonly queue: JobQueue;
  readonly files: FileStore;
}

/** Opens the service and marks what a dead process of this machine left half done. Error: `ledger-busy`, … */
export async function openService(
  home: Home,
  options: { readonly signal: AbortSignal; readonly warn: (message: string) => void },
): Promise<Service> {
  const { signal, warn } = options;
  await using opening = new Opened();
  const database = opening.use(
    await openDatabase({
      url: home.databaseUrl ?? undefined,
      directory: home.ledger,
      template: ledgerTemplate(),
      signal,
    }),
  );
  const ledger = opening.use(await openLedger({ database, signal }));
  for (const run of await markCrashed(ledger)) warn(`run ${run.id} of a process that died is marked as crashed`);
  await sweepPartial(home.evidence);
  const files = await openFiles(home.files);
  const queue = opening.use(await openQueue({ database, redisUrl: home.redisUrl ?? undefined, signal, warn }));
  // Only an embedded ledger is this process's alone: what waits in it was left by a process that died.
  if (home.databaseUrl === null && home.redisUrl === null) await abandonUnfinished(ledger, queue);
  const opened = opening.handOn();
  return { ledger, queue, files, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
}

/** The reason of an aborted signal as a Fault: what a person who pressed Ctrl-C is told. */
export function interruption(signal: AbortSignal): Fault {
  return signal.reason instanceof Fault ? signal.reason : new Fault('cancelled', 'interrupted');
}
