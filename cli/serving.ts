import type { Logger } from 'pino';
import { Fault } from '../orchestrator/contract/fault.ts';
import type { ProfileSet } from '../orchestrator/contract/profile.ts';
import { currentAllowance } from '../orchestrator/store/allowances.ts';
import { parseDevices, workerName } from '../workers/config.ts';
import { runWorker, type WorkerParts } from '../workers/main.ts';
import type { Home } from './home.ts';
import type { Stand } from './service.ts';
import { version } from './version.ts';

export interface WorkOrder {
  readonly home: Home;
  readonly stand: Stand;
  readonly profiles: ProfileSet;
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly onReady?: () => void;
  readonly onHeartbeat?: (at: Date) => void;
}

/** Runs a worker of the service with the places that the settings name, until `signal` is aborted. */
export async function serveJobs(order: WorkOrder): Promise<void> {
  const { home, stand, profiles, environment, log, signal } = order;
  const { ledger, queue, files, config } = stand;
  const parts: WorkerParts = {
    name: workerName(config.SLEEPTALK_WORKER_NAME, home.databaseUrl === null),
    places: parseDevices(config.SLEEPTALK_DEVICES),
    ledger,
    queue,
    bench: {
      files,
      profiles,
      baselineFor: async ({ packageName, signers }) =>
        (await currentAllowance(ledger, packageName, new Date(), signers))?.baseline ?? null,
      evidence: home.evidence,
      keepsEvidence: false,
      environment,
      engineVersion: version(),
    },
    log,
    ...(order.onReady === undefined ? {} : { onReady: order.onReady }),
    ...(order.onHeartbeat === undefined ? {} : { onHeartbeat: order.onHeartbeat }),
  };
  await runWorker(parts, signal);
}

/** A worker of its own shares nothing with the service but ledger, queue and files: an embedded ledger is one process's. */
export function refuseEmbedded(home: Home): void {
  if (home.databaseUrl !== null) return;
  throw new Fault(
    'usage',
    'a worker needs the ledger of a service: set DATABASE_URL (and REDIS_URL, where the service has it), or run ' +
      '`sleeptalk serve --worker`, which is both in one process',
  );
}
