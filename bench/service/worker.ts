/**
 * A worker of the service whose device sessions are recorded ones: everything else is what `sleeptalk worker` does.
 * Settings come from the environment, as there.
 */
import { mkdirSync } from 'node:fs';
import { pino } from 'pino';
import { readConfig } from '../../orchestrator/config.ts';
import { findHome } from '../../cli/home.ts';
import { openStand } from '../../cli/service.ts';
import { parseDevices, workerName } from '../../workers/config.ts';
import { giveWay } from '../../workers/give-way.ts';
import { runWorker } from '../../workers/main.ts';
import { loadProfiles } from '../../workers/profiles.ts';
import { recordedExamine } from './recorded-examine.ts';

const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stopping.abort());
const environment = process.env;
const config = readConfig(environment);
giveWay(config.SLEEPTALK_WORKER_NICE);
const home = findHome(environment);
mkdirSync(home.directory, { recursive: true });
const log = pino({ level: config.SLEEPTALK_LOG_LEVEL });
// What waits for a server that is gone must not keep a worker that was told to stop.
stopping.signal.addEventListener('abort', () => setTimeout(() => process.exit(), 30_000).unref());
await using stand = await openStand(home, {
  environment,
  signal: stopping.signal,
  warn: (message) => log.warn(message),
  leftovers: 'resume',
});
await runWorker(
  {
    name: workerName(config.SLEEPTALK_WORKER_NAME, false),
    places: parseDevices(config.SLEEPTALK_DEVICES),
    ledger: stand.ledger,
    queue: stand.queue,
    bench: {
      files: stand.files,
      profiles: await loadProfiles(),
      baselineFor: () => Promise.resolve(null),
      evidence: home.evidence,
      keepsEvidence: false,
      environment,
      engineVersion: '0.0.0-bench',
      examine: recordedExamine,
    },
    log,
    onReady: () => process.stdout.write('ready\n'),
  },
  stopping.signal,
);
