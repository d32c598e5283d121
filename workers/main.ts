import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../orchestrator/contract/fault.ts';
import { sweepPartial } from '../orchestrator/store/bundles.ts';
import { reportDevices } from '../orchestrator/store/devices.ts';
import type { Ledger } from '../orchestrator/store/ledger.ts';
import { Opened } from '../orchestrator/store/opened.ts';
import type { JobQueue } from '../orchestrator/store/queue.ts';
import { removeExpiredFolders } from '../orchestrator/store/evidence-folders.ts';
import { markCrashed } from '../orchestrator/store/runs.ts';
import { asFault } from '../orchestrator/store/stage.ts';
import type { PlaceConfig } from './config.ts';
import { openPlace, type Place, type PlaceLog } from './place.ts';
import { createProcessors, type Bench } from './processors.ts';

export interface WorkerParts {
  /** Name in the list of devices. */
  readonly name: string;
  readonly places: readonly PlaceConfig[];
  readonly ledger: Ledger;
  readonly queue: JobQueue;
  readonly bench: Omit<Bench, 'ledger' | 'deviceFor' | 'warn'>;
  readonly log: PlaceLog;
  /** Told once the worker takes jobs. */
  readonly onReady?: () => void;
  /** Told after each word to the ledger: the worker lives, and the ledger answers. */
  readonly onHeartbeat?: (at: Date) => void;
}

/** A worker that is not heard of for a minute counts as gone. */
const HEARTBEAT_MS = 10_000;
/** How soon a place that was put into quarantine by a person stops taking jobs. */
const LOOK_MS = 2_000;
/** Evidence whose retention ended goes from this machine within so long. */
const TIDY_MS = 3_600_000;
/** Short stages are let finish when the worker stops; an examination is given back to the queue. */
const FINISH_MS = 10_000;

/**
 * Takes jobs until `signal` is aborted: inspections and assessments beside each other, examinations one for each place.
 * Sweeps first what dead processes of this machine left. On abort short stages finish, examinations are given back with
 * their devices clean, and everything is closed.
 */
export async function runWorker(parts: WorkerParts, signal: AbortSignal): Promise<void> {
  const { name, ledger, queue, log } = parts;
  signal.throwIfAborted();
  for (const run of await markCrashed(ledger))
    log.warn({ run: run.id, submission: run.submission }, 'its process died');
  for (const run of await sweepPartial(parts.bench.evidence)) log.warn({ run }, 'half a bundle is kept as crashed');
  await tidy(parts);

  await using opened = new Opened();
  const places = openPlaces(parts, opened);
  const described = places.map(({ id, config }) => ({
    id,
    class: config.class,
    kind: config.kind,
    target: config.target,
    apiLevel: null,
  }));
  const report = async (): Promise<void> => {
    const at = new Date();
    await reportDevices(ledger, name, described, at);
    parts.onHeartbeat?.(at);
  };
  await report();
  const warn = (message: string): void => log.warn({}, message);
  const processors = createProcessors({
    ...parts.bench,
    ledger,
    warn,
    deviceFor: () => {
      throw new Fault('internal', 'an examination came without a place');
    },
  });
  const stages = await queue.work(processors, {
    stages: ['inspect', 'assess'],
    concurrency: { inspect: 2, assess: 1 },
  });
  opened.defer(() => stages[Symbol.asyncDispose]());
  for (const place of places) await place.look();
  parts.onReady?.();

  const heartbeat = every(HEARTBEAT_MS, report, 'the ledger could not be told of the devices', log, signal);
  const looks = every(LOOK_MS, () => lookAt(places), 'a place could not be looked at', log, signal);
  const tidying = every(TIDY_MS, () => tidy(parts), 'expired evidence could not be removed here', log, signal);
  await Promise.all([heartbeat, looks, tidying]);
  log.info({ worker: name }, 'stopping');
  const patience = new AbortController();
  await Promise.race([
    stages.finish(),
    sleep(FINISH_MS, undefined, { signal: patience.signal }).catch(() => undefined), // it finished first
  ]);
  patience.abort();
}

function openPlaces(parts: WorkerParts, opened: Opened): Place[] {
  const { name, ledger, queue, log, bench } = parts;
  const warn = (message: string): void => log.warn({}, message);
  const count = new Map<string, number>();
  return parts.places.map((config) => {
    const number = (count.get(config.class) ?? 0) + 1;
    count.set(config.class, number);
    const processors = createProcessors({ ...bench, ledger, warn, deviceFor: () => config.target });
    return opened.use(openPlace({ id: `${name}/${config.class}/${number}`, config, ledger, queue, processors, log }));
  });
}

async function tidy({ ledger, bench, log }: WorkerParts): Promise<void> {
  for (const run of await removeExpiredFolders(ledger, bench.evidence)) log.info({ run }, 'expired evidence is gone');
}

async function lookAt(places: readonly Place[]): Promise<void> {
  for (const place of places) await place.look();
}

/** Repeats until aborted. A failure is logged, and the next turn tried all the same: the ledger may come back. */
async function every(
  milliseconds: number,
  act: () => Promise<void>,
  failure: string,
  log: PlaceLog,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await sleep(milliseconds, undefined, { signal }).catch(() => undefined); // aborted: the loop ends
    if (signal.aborted) return;
    try {
      await act();
    } catch (error) {
      log.warn({ fault: asFault(error).toJSON() }, failure);
    }
  }
}
