import { readConfig, type ServiceConfig } from '../orchestrator/config.ts';
import { Fault } from '../orchestrator/contract/fault.ts';
import { abandonUnfinished } from '../orchestrator/store/abandon.ts';
import { sweepPartial } from '../orchestrator/store/bundles.ts';
import { openDatabase } from '../orchestrator/store/database.ts';
import { openFileStore, type FileStore } from '../orchestrator/store/files.ts';
import { openLedger, type Ledger } from '../orchestrator/store/ledger.ts';
import { Opened } from '../orchestrator/store/opened.ts';
import { openQueue, type JobQueue } from '../orchestrator/store/queue.ts';
import { markCrashed } from '../orchestrator/store/runs.ts';
import type { Home } from './home.ts';
import { ledgerTemplate } from './ledger-template.ts';

/** Ledger, queue and files of one home, opened together and closed in reverse. */
export interface Stand extends AsyncDisposable {
  readonly config: ServiceConfig;
  readonly ledger: Ledger;
  readonly queue: JobQueue;
  readonly files: FileStore;
}

export interface StandOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
  /**
   * What becomes of submissions that a dead process left in an embedded ledger. The service takes them up again; a
   * command that vets its own files leaves them as crashed. On shared ledgers they are others' and go on.
   */
  readonly leftovers: 'resume' | 'abandon';
  /** Told what is being opened, in a few words. */
  readonly onStep?: (step: string) => void;
}

/** Opens what everything stands on and marks what a dead process of this machine left half done. Error: `ledger-busy`, … */
export async function openStand(home: Home, options: StandOptions): Promise<Stand> {
  const { signal, warn, onStep } = options;
  const config = readConfig(options.environment);
  await using opening = new Opened();
  const { database, ledger } = await openLedgerOf(home, opening, options);
  for (const run of await markCrashed(ledger)) warn(`run ${run.id} of a process that died is marked as crashed`);
  await sweepPartial(home.evidence);
  const files = await openFileStore(config, { directory: home.files, signal });
  onStep?.(`opening the queue (${home.redisUrl === null ? 'in the ledger' : 'Redis'})`);
  const queue = opening.use(
    await openQueue({
      database,
      ledger,
      redisUrl: home.redisUrl ?? undefined,
      telemetry: config.SLEEPTALK_TRACES,
      signal,
      warn,
    }),
  );
  // Only an embedded ledger is this process's alone.
  const isOwn = home.databaseUrl === null && home.redisUrl === null;
  if (isOwn && options.leftovers === 'abandon') await abandonUnfinished(ledger, queue);
  const opened = opening.handOn();
  return { config, ledger, queue, files, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
}

/** The ledger alone, for commands that neither queue nor vet; what is opened is closed with `opening`. */
export async function openLedgerOf(
  home: Home,
  opening: Opened,
  { signal, onStep }: Pick<StandOptions, 'signal' | 'onStep'>,
) {
  onStep?.(`opening the ledger (${home.databaseUrl === null ? home.ledger : 'PostgreSQL'})`);
  const database = opening.use(
    await openDatabase({
      url: home.databaseUrl ?? undefined,
      directory: home.ledger,
      template: ledgerTemplate(),
      signal,
    }),
  );
  const ledger = opening.use(await openLedger({ database, signal }));
  return { database, ledger };
}

/** The reason of an aborted signal as a Fault: what a person who pressed Ctrl-C is told. */
export function interruption(signal: AbortSignal): Fault {
  return signal.reason instanceof Fault ? signal.reason : new Fault('cancelled', 'interrupted');
}
