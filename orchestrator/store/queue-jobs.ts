import type { Job, Queue } from 'bullmq';
import type { Stage } from '../contract/job.ts';
import type { JobSnapshot } from './outcome.ts';
import { asked, type QueueBackend } from './queue-backend.ts';
import type { Envelope } from './stage.ts';

export type StageJob = Job<Envelope, unknown>;
export type StageQueue = Queue<Envelope, unknown>;

/**
 * The queues of the stages, opened as they are needed: *examine* has one for each class of devices. Where the queue's
 * store is away each of these throws a Fault `queue-failed`, so that an outage is never taken for a fault of a job.
 */
export interface QueueJobs extends AsyncDisposable {
  readonly open: (stage: Stage, deviceClass: string) => Promise<StageQueue>;
  /** Those that are open. */
  readonly all: () => StageQueue[];
  readonly find: (stage: Stage, id: string, deviceClass: string) => Promise<StageJob | undefined>;
  /** The jobs of a submission, or of a further assessment, by stage. */
  readonly snapshots: (id: string) => Promise<Record<Stage, JobSnapshot | null>>;
  /** Removes the jobs of a submission; where a worker has one of them, all stay. */
  readonly remove: (id: string) => Promise<void>;
}

export function openJobs(
  { bull, producing }: QueueBackend,
  nameOf: (stage: Stage, deviceClass: string) => string,
  heed: (error: unknown) => void,
): QueueJobs {
  const opening = new Map<string, Promise<StageQueue>>();
  const ready = new Map<string, StageQueue>();

  function open(stage: Stage, deviceClass: string): Promise<StageQueue> {
    const name = nameOf(stage, deviceClass);
    const known = opening.get(name);
    if (known !== undefined) return known;
    const made = asked(make(name));
    opening.set(name, made);
    return made;
  }

  /** One that could not be opened never recovers, so the next call makes another. */
  async function make(name: string): Promise<StageQueue> {
    const queue = new bull.Queue<Envelope>(name, producing) as StageQueue;
    queue.on('error', heed);
    try {
      await queue.waitUntilReady();
      ready.set(name, queue);
      return queue;
    } catch (error) {
      opening.delete(name);
      await queue.close().catch(heed);
      throw error;
    }
  }

  async function find(stage: Stage, id: string, deviceClass: string): Promise<StageJob | undefined> {
    const queue = await open(stage, deviceClass);
    return await asked(queue.getJob(id));
  }

  async function snapshot(stage: Stage, id: string, deviceClass: string): Promise<[JobSnapshot, Envelope] | null> {
    // The state first: a job read before it may not yet have the result or the reason that the state promises.
    const queue = await open(stage, deviceClass);
    const state = await asked(queue.getJobState(id));
    const job = await find(stage, id, deviceClass);
    if (job === undefined) return null;
    const { failedReason, returnvalue: result, data } = job;
    return [{ state, failedReason, result, cancelled: data.cancelled }, data];
  }

  async function snapshots(id: string): Promise<Record<Stage, JobSnapshot | null>> {
    const [assess, data] = (await snapshot('assess', id, '')) ?? [null, null];
    if (data === null) return { inspect: null, examine: null, assess };
    const [inspect, examine] = await Promise.all([
      snapshot('inspect', id, data.deviceClass),
      snapshot('examine', id, data.deviceClass),
    ]);
    return { inspect: inspect?.[0] ?? null, examine: examine?.[0] ?? null, assess };
  }

  return {
    open,
    find,
    all: () => [...ready.values()],
    snapshots,
    async remove(id) {
      // With those that it waits for, in one step: a job whose child alone is removed would be woken.
      const last = await find('assess', id, '');
      await asked(last?.remove({ removeChildren: true }) ?? Promise.resolve()).catch(async (fault: unknown) => {
        const jobs = Object.values(await snapshots(id));
        if (!jobs.some((job) => job?.state === 'active')) throw fault;
      });
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(opening.values()); // one that fails to open has closed itself
      await Promise.all([...ready.values()].map((queue) => queue.close()));
    },
  };
}
