import { Fault } from '../orchestrator/contract/fault.ts';
import type { FaultCode } from '../orchestrator/contract/faults.ts';
import { isQuarantined, markBusy, markIdle } from '../orchestrator/store/devices.ts';
import type { Ledger } from '../orchestrator/store/ledger.ts';
import type { JobQueue, Workers } from '../orchestrator/store/queue.ts';
import { asFault, type Processors } from '../orchestrator/store/stage.ts';
import type { PlaceConfig } from './config.ts';

/** One place for a device session: takes one examination after the other of its class, and none in quarantine. */
export interface Place extends AsyncDisposable {
  readonly id: string;
  readonly config: PlaceConfig;
  /** Looks whether the place is in quarantine, and stops or begins to take jobs accordingly. */
  look(): Promise<void>;
  /** Gives the present job back to the queue and takes no more. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface PlaceParts {
  readonly id: string;
  readonly config: PlaceConfig;
  readonly ledger: Pick<Ledger, 'db'>;
  readonly queue: Pick<JobQueue, 'work'>;
  /** Those of this place: its *examine* leases the place's target. */
  readonly processors: Processors;
  readonly log: PlaceLog;
}

export interface PlaceLog {
  info(about: object, message: string): void;
  warn(about: object, message: string): void;
}

/** Opens a place; it takes jobs from the first {@link Place.look} on. */
export function openPlace({ id, config, ledger, queue, processors, log }: PlaceParts): Place {
  let workers: Workers | null = null;
  let closing: Promise<void> = Promise.resolve();
  let isOver = false;
  let looking: Promise<void> = Promise.resolve();

  /** No further job is taken from here on; the present one goes on. */
  function takeNoMore(): void {
    const present = workers;
    workers = null;
    if (present === null) return;
    closing = present.finish().catch((error: unknown) => {
      log.warn({ place: id, fault: asFault(error).toJSON() }, 'a place could not be closed');
    });
  }

  const examine: Processors['examine'] = async (job, context) => {
    const about = { place: id, submission: job.submission };
    // Between two looks a person may have put the place away: a job that came all the same waits for another place.
    if (await isQuarantined(ledger, id)) {
      log.warn(about, 'in quarantine: sends a job back');
      takeNoMore();
      throw new Fault('device-quarantined', id);
    }
    await markBusy(ledger, id, { submission: job.submission, run: null });
    log.info(about, 'examination begins');
    let fault: FaultCode | null = null;
    try {
      const result = await processors.examine(job, context);
      log.info({ ...about, run: result.run, bundle: result.bundle }, 'examination sealed');
      return result;
    } catch (error) {
      const found = asFault(context.signal.aborted ? context.signal.reason : error);
      fault = found.code;
      log.warn({ ...about, fault: found.toJSON() }, 'examination ended in a fault');
      throw error;
    } finally {
      await markIdle(ledger, id, fault).catch((error: unknown) => {
        log.warn({ ...about, fault: asFault(error).toJSON() }, 'the end of an examination could not be recorded');
      });
      // Before the job ends: the next one must not be taken by a place that this one put into quarantine.
      if (fault !== null && (await isQuarantined(ledger, id).catch(() => false))) takeNoMore(); // asked again at the next look
    }
  };

  async function lookOnce(): Promise<void> {
    const quarantined = await isQuarantined(ledger, id);
    if (isOver) return;
    if (quarantined && workers !== null) {
      log.warn({ place: id }, 'in quarantine: takes no job');
      takeNoMore();
    } else if (!quarantined && workers === null) {
      await closing; // a place serves one session at a time
      workers = await queue.work({ ...processors, examine }, { stages: ['examine'], classes: { [config.class]: 1 } });
      log.info({ place: id, target: config.target }, 'takes jobs');
    }
  }

  return {
    id,
    config,
    look() {
      looking = looking.catch(() => undefined).then(lookOnce); // each look tells its own caller
      return looking;
    },
    async [Symbol.asyncDispose]() {
      isOver = true;
      await looking.catch(() => undefined); // told to who asked for it
      await workers?.[Symbol.asyncDispose]();
      await closing;
    },
  };
}
