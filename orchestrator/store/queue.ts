import {
  createPostgresBackend,
  createRedisBackend,
  runMigrations,
  UnrecoverableError,
  WaitingError,
  withBackend,
  type BackendClasses,
  type IQueueBackend,
  type Job,
  type PgPoolClient,
  type QueueEventsListener,
} from 'bullmq';
import { Fault, printable } from '../contract/fault.ts';
import { Progress, type AssessResult, type Stage, type Submission } from '../contract/job.ts';
import { ActiveJobs } from './active.ts';
import type { Database } from './database.ts';
import { exclusiveOn, type Exclusive } from './exclusive.ts';
import { latestOnly } from './latest.ts';
import { Opened } from './opened.ts';
import { cancelled, type JobSnapshot, type Outcome } from './outcome.ts';
import { planOf, type Urgency } from './plan.ts';
import { checkRedis } from './redis.ts';
import { asFault, Envelope, runStage, STAGES, type Processors } from './stage.ts';
import { watchSubmissions } from './watch.ts';

export interface QueueOptions {
  /** Holds the queue unless `redisUrl` is given. */
  readonly database: Database;
  readonly redisUrl?: string | undefined;
  readonly signal: AbortSignal;
  /** Prefix of the queues' names; queues of different names do not see each other. */
  readonly name?: string;
  /** How often a stage is tried where its Fault is retryable; 3 unless said otherwise. */
  readonly attempts?: number;
  /** Wait before the first retry, doubled for each further one; 5 s unless said otherwise. */
  readonly backoffMs?: number;
  /** Told of lost connections and locks, from which the queue recovers by itself. */
  readonly warn?: (message: string) => void;
}

export interface WorkOptions {
  /** Jobs of a stage at a time in this process, 1 unless said otherwise. */
  readonly concurrency?: Partial<Record<Stage, number>>;
  readonly deadlinesMs?: Partial<Record<Stage, number>>;
  /** How long an aborted processor may take to tidy up before it is left behind. */
  readonly graceMs?: number;
  /** Without renewal for so long, a job counts as its worker's no more. */
  readonly lockMs?: number;
  /** How often jobs of dead workers are looked for; only what two looks find is taken from them. */
  readonly stalledCheckMs?: number;
}

/** Disposed, it aborts its jobs and gives them back to the queue, where another worker finds them at once. */
export interface Workers extends AsyncDisposable {
  /** Takes no more jobs and waits until the present ones have ended. */
  finish(): Promise<void>;
}

export interface JobQueue extends AsyncDisposable {
  readonly backend: 'redis' | Database['kind'];
  /** Queues the three stages of a submission in one step; one that is there already stays. @throws Fault `queue-failed` */
  submit(submission: Pick<Submission, 'id' | 'files'>, options?: { urgency?: Urgency }): Promise<void>;
  /** Begins to take jobs in this process. */
  work(processors: Processors, options?: WorkOptions): Promise<Workers>;
  /** Calls back on progress, whichever process works on it. @returns the function that ends it */
  onProgress(submission: string, listener: (progress: Progress) => void): () => void;
  outcome(submission: string): Promise<Outcome>;
  /** Resolves with the result of *assess*. @throws the Fault of the stage that failed, or `submission-unknown` */
  waitFor(submission: string, signal: AbortSignal): Promise<AssessResult>;
  /** Stops a submission wherever it is worked on. @returns false where it had ended, was cancelled or never was */
  cancel(submission: string): Promise<boolean>;
}

const DEADLINES_MS: Readonly<Record<Stage, number>> = { inspect: 300_000, examine: 93_600_000, assess: 600_000 };

const GIVEN_BACK = new Fault('cancelled', 'its worker is stopping and gives it back');

type Bull = BackendClasses<IQueueBackend, unknown>;
type StageJob = Job<Envelope, unknown>;

/**
 * Opens the queue of stages: on Redis where there is a URL for it, else in the database of the ledger.
 * @throws Fault `queue-failed` where it does not answer or would lose jobs
 */
export async function openQueue(options: QueueOptions): Promise<JobQueue> {
  options.signal.throwIfAborted();
  const { bull, connection, producing } = await openBackend(options);
  await using opening = new Opened();
  const heed = (error: unknown): void =>
    options.warn?.(printable(error instanceof Error ? error.message : String(error)));
  const keep = <Part extends Closable>(part: Part): Part => {
    part.on('error', heed);
    opening.defer(() => part.close());
    return part;
  };

  const names = byStage((stage) => `${options.name ?? 'sleeptalk'}-${stage}`);
  const queues = byStage((stage) => keep(new bull.Queue<Envelope>(names[stage], producing)));
  const producer = keep(new bull.FlowProducer(producing));
  const shout = keep(new bull.QueueEventsProducer(names.assess, producing));
  // On PostgreSQL two flows of the same jobs that are added at once may both be worked on; on Redis that is one step.
  const alone: Exclusive = options.redisUrl === undefined ? exclusiveOn(options.database) : (_name, act) => act();
  const active = new ActiveJobs();
  const watch = watchSubmissions((stage, submission) => asked(snapshot(stage, submission)));
  for (const stage of STAGES) {
    const events = keep(new bull.QueueEvents(names[stage], { connection }));
    events.on('progress', ({ jobId, data }) => watch.progressed(jobId, data));
    events.on('completed', ({ jobId }) => watch.changed(jobId));
    events.on('failed', ({ jobId }) => watch.changed(jobId));
    if (stage === 'assess') events.on<CancelListener>('cancel', (event: CancelEvent) => stopHere(event.submission));
    await events.waitUntilReady();
  }

  async function find(stage: Stage, submission: string): Promise<StageJob | undefined> {
    return (await queues[stage].getJob(submission)) as StageJob | undefined;
  }

  async function snapshot(stage: Stage, submission: string): Promise<JobSnapshot | null> {
    // The state first: a job read before it may not yet have the result or the reason that the state promises.
    const state = await queues[stage].getJobState(submission);
    const job = await find(stage, submission);
    if (job === undefined) return null;
    return { state, failedReason: job.failedReason, result: job.returnvalue, cancelled: job.data.cancelled };
  }

  function stopHere(submission: string): void {
    active.abort((job) => job.submission === submission, cancelled());
    watch.changed(submission);
  }

  async function take(stage: Stage, job: StageJob, processors: Processors, work: WorkOptions): Promise<unknown> {
    const submission = job.id ?? '';
    using held = active.begin(submission, stage);
    // Looked at only now that it counts as active: a cancel is either written here by now or will find it there.
    if ((await find('assess', submission))?.data.cancelled === true) throw cancelled();
    const delivery = {
      message: Envelope.parse(job.data).message,
      token: job.attemptsStarted,
      signal: held.signal,
      deadlineMs: work.deadlinesMs?.[stage] ?? DEADLINES_MS[stage],
      graceMs: work.graceMs ?? 30_000,
      progress: latestOnly((progress: Progress) => job.updateProgress(Progress.parse(progress)), heed),
      resultOf: async (earlier: Stage) => (await find(earlier, submission))?.returnvalue,
    };
    return await runStage(stage, delivery, processors); // awaited here: it is active until it ends
  }

  function startWorker(stage: Stage, processors: Processors, work: WorkOptions) {
    async function process(job: StageJob, token: string | undefined): Promise<unknown> {
      try {
        return await take(stage, job, processors, work);
      } catch (error) {
        const fault = asFault(error);
        if (fault === GIVEN_BACK) {
          await job.moveToWait(token);
          throw new WaitingError();
        }
        throw fault.retryable ? fault : new UnrecoverableError(fault.message);
      }
    }
    const worker = new bull.Worker<Envelope, unknown>(names[stage], process, {
      connection,
      concurrency: work.concurrency?.[stage] ?? 1,
      lockDuration: work.lockMs ?? 60_000,
      stalledInterval: work.stalledCheckMs ?? 30_000,
      maxStalledCount: 2,
    });
    worker.on('error', heed);
    worker.on('lockRenewalFailed', (ids) => {
      const lost = new Fault('lease-lost', `the lock on ${stage} could not be renewed`);
      active.abort((job) => job.stage === stage && ids.includes(job.submission), lost);
    });
    return worker;
  }

  const opened = opening.handOn();
  return {
    backend: options.redisUrl === undefined ? options.database.kind : 'redis',
    onProgress: watch.onProgress,
    outcome: watch.outcome,
    waitFor: watch.waitFor,
    async submit(submission, { urgency = 'normal' } = {}) {
      await asked(
        alone(`${names.assess}/${submission.id}`, async () => {
          if ((await find('assess', submission.id)) !== undefined) return;
          await producer.add(planOf(submission, names, { ...options, urgency }));
        }),
      );
    },
    async work(processors, work = {}) {
      const workers = STAGES.map((stage) => startWorker(stage, processors, work));
      const finish = async (): Promise<void> => void (await Promise.all(workers.map((worker) => worker.close())));
      const stop = (): Promise<void> => {
        active.abort(() => true, GIVEN_BACK);
        return finish();
      };
      opened.defer(stop);
      await asked(Promise.all(workers.map((worker) => worker.waitUntilReady())));
      return { finish, [Symbol.asyncDispose]: stop };
    },
    async cancel(submission) {
      const { state } = await watch.outcome(submission);
      const last = await asked(find('assess', submission));
      if (last === undefined || state === 'done' || state === 'failed') return false;
      const wasCancelled = last.data.cancelled;
      await asked(last.updateData({ ...last.data, cancelled: true }));
      await asked(shout.publishEvent<CancelEvent>({ eventName: 'cancel', submission }));
      stopHere(submission);
      return !wasCancelled;
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

interface Closable {
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}
interface CancelEvent {
  readonly eventName: 'cancel';
  readonly submission: string;
}
interface CancelListener extends QueueEventsListener {
  cancel: (event: CancelEvent, id: string) => void;
}

async function openBackend(options: QueueOptions): Promise<{
  bull: Bull;
  connection: unknown;
  producing: { connection: unknown; skipWaitingForReady: boolean };
}> {
  const { database, redisUrl: url } = options;
  if (url !== undefined) {
    await checkRedis(url);
    // A producer reports an outage at once instead of waiting for its end; a consumer waits.
    const producing = { connection: { url, maxRetriesPerRequest: 1 }, skipWaitingForReady: true };
    const connection = { url, maxRetriesPerRequest: null };
    return { bull: withBackend(createRedisBackend) as unknown as Bull, connection, producing };
  }
  const client = await asked(database.pool.connect());
  try {
    await asked(runMigrations(client as unknown as PgPoolClient));
  } finally {
    client.release();
  }
  const connection = database.pool;
  const bull = withBackend(createPostgresBackend) as unknown as Bull;
  return { bull, connection, producing: { connection, skipWaitingForReady: false } };
}

/** The same promise, whose failures are Faults. */
function asked<Result>(answer: Promise<Result>): Promise<Result> {
  return answer.catch((error: unknown) => {
    if (error instanceof Fault) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new Fault('queue-failed', printable(message), { cause: error });
  });
}

function byStage<Value>(make: (stage: Stage) => Value): Record<Stage, Value> {
  return { inspect: make('inspect'), examine: make('examine'), assess: make('assess') };
}
