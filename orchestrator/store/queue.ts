import type { Urgency } from '../contract/api.ts';
import { printable } from '../contract/fault.ts';
import type { AssessResult, Progress, Stage } from '../contract/job.ts';
import { ActiveJobs } from './active.ts';
import { closedSoon } from './closed-soon.ts';
import type { Database } from './database.ts';
import { exclusiveOn, type Exclusive } from './exclusive.ts';
import type { Ledger } from './ledger.ts';
import { ledgerOutcome, unfinishedClasses } from './ledger-outcome.ts';
import { Opened } from './opened.ts';
import { cancelled, outcomeOf, type Outcome } from './outcome.ts';
import { againId, planAgain, planOf, type Planned, type PlannedTree } from './plan.ts';
import { asked, askedWithin, openBackend } from './queue-backend.ts';
import { openJobs } from './queue-jobs.ts';
import { openNews } from './queue-news.ts';
import { GIVEN_BACK, startWorkers, type WorkOptions } from './queue-work.ts';
import { recordIn } from './stage-record.ts';
import type { Processors } from './stage.ts';
import { watchSubmissions } from './watch.ts';

export interface QueueOptions {
  /** Holds the queue unless `redisUrl` is given. */
  readonly database: Database;
  /** Where fencing tokens come from, where the end of a submission is written, and what is asked where the queue forgot. */
  readonly ledger?: Pick<Ledger, 'db'>;
  readonly redisUrl?: string | undefined;
  readonly signal: AbortSignal;
  /** Prefix of the queues' names; queues of different names do not see each other. */
  readonly name?: string;
  /** How often a stage is tried where its Fault is retryable; 3 unless said otherwise. */
  readonly attempts?: number;
  /** Wait before the first retry, doubled for each further one; 5 s unless said otherwise. */
  readonly backoffMs?: number;
  /** OpenTelemetry spans of adding and working, through the SDK that the process was started with. */
  readonly telemetry?: boolean;
  /** Told of lost connections and locks, from which the queue recovers by itself. */
  readonly warn?: (message: string) => void;
}

/** Disposed, it aborts its jobs and gives them back to the queue, where another worker finds them at once. */
export interface Workers extends AsyncDisposable {
  /** Takes no more jobs and waits until the present ones have ended. */
  finish(): Promise<void>;
}

export interface SubmitOptions {
  readonly urgency?: Urgency;
  /** The first stage that is still to do, *inspect* unless said otherwise; the ledger has the results of those before. */
  readonly from?: Stage;
  /** True where the ledger knows of no end: jobs that are broken, or have ended, give way to new ones. */
  readonly anew?: boolean;
  /** True for whoever has just written it down: its jobs are not looked for. Were they there, they would stay. */
  readonly fresh?: boolean;
}

export interface JobQueue extends AsyncDisposable {
  readonly backend: 'redis' | Database['kind'];
  /** Queues the stages of a submission in one step; one that is there already stays. @throws Fault `queue-failed` soon */
  submit(submission: Planned, options?: SubmitOptions): Promise<void>;
  /**
   * Queues the `again`th further assessment of the evidence that the ledger has. One that waits or is worked on stays; one
   * that has ended, as where it led to the same report, is done once more.
   * @throws Fault `queue-failed` soon
   */
  reassess(submission: Planned, again: number): Promise<void>;
  /** Removes the jobs of a submission; where a worker has one of them, all stay. @throws Fault `queue-failed` soon */
  forget(submission: string): Promise<void>;
  /** Begins to take jobs in this process. May be called more than once, as for one place after the other. */
  work(processors: Processors, options: WorkOptions): Promise<Workers>;
  /** Calls back on progress, whichever process works on it. @returns the function that ends it */
  onProgress(submission: string, listener: (progress: Progress) => void): () => void;
  /** What the queue knows. It forgets what ended long ago, and all of it where its store was lost: ask the ledger then. */
  outcome(submission: string): Promise<Outcome>;
  /** Resolves with the result of *assess*. @throws the Fault of the stage that failed, or `submission-unknown` */
  waitFor(submission: string, signal: AbortSignal): Promise<AssessResult>;
  /** Stops a submission wherever it is worked on. @returns false where it had ended, was cancelled or never was */
  cancel(submission: string): Promise<boolean>;
  /** Jobs by state, for each queue by its name without the prefix: `inspect`, `examine-<class>`, `assess`. */
  counts(): Promise<Record<string, Record<string, number>>>;
  /** Resolves where the queue answers. @throws Fault `queue-failed` within about a second */
  ping(): Promise<void>;
  /** The queues that are open in this process, for BullMQ's own tools. */
  bullQueues(): unknown[];
}

/** Whoever asks is told of an outage after so long. */
const ANSWER_WITHIN_MS = 1_000;
/** Submissions of one process follow each other, so that under load they wait for their turn. */
const SUBMIT_WITHIN_MS = 2_000;

/**
 * Opens the queue of stages: on Redis where there is a URL for it, else in the database of the ledger.
 * @throws Fault `queue-failed` where it does not answer or would lose jobs
 */
export async function openQueue(options: QueueOptions): Promise<JobQueue> {
  options.signal.throwIfAborted();
  const { database, ledger } = options;
  const backend = await openBackend(options);
  const { bull, producing } = backend;
  await using opening = new Opened();
  const heed = (error: unknown): void =>
    options.warn?.(printable(error instanceof Error ? error.message : String(error)));
  const prefix = options.name ?? 'sleeptalk';
  const nameOf = (stage: Stage, deviceClass: string): string =>
    stage === 'examine' ? `${prefix}-examine-${deviceClass}` : `${prefix}-${stage}`;
  const jobs = opening.use(openJobs(backend, nameOf, heed));
  const producer = new bull.FlowProducer(producing);
  producer.on('error', heed);
  opening.defer(() => producer.close());
  // On PostgreSQL two flows of the same jobs that are added at once may both be worked on; on Redis that is one step.
  const alone: Exclusive = backend.kind === 'redis' ? (_name, act) => act() : exclusiveOn(database);
  // A database within this process knows no outage, only more to do.
  const soon = <Result>(answer: Promise<Result>, withinMs = ANSWER_WITHIN_MS): Promise<Result> =>
    backend.kind === 'embedded' ? asked(answer) : askedWithin(withinMs, answer);
  /** What works in this process, by the function that stops it. */
  const working = new Map<() => Promise<void>, ActiveJobs>();
  const look = async (id: string): Promise<Outcome> => outcomeOf(await jobs.snapshots(id));
  const watch = watchSubmissions(look, ledger === undefined ? null : (id) => ledgerOutcome(ledger, id));

  opening.defer(database.reserve(1));
  const listeners = { onStep: watch.progressed, onEnded: watch.changed, onCancel: stopHere };
  const news = opening.use(await openNews(backend, `${prefix}-news`, listeners, heed));
  for (const stage of ['inspect', 'assess'] as const) await jobs.open(stage, '');

  function stopHere(submission: string): void {
    for (const active of working.values()) active.abort((job) => job.id === submission, cancelled());
    watch.changed(submission);
  }

  async function openExamineQueues(): Promise<void> {
    const classes = ledger === undefined ? [] : await unfinishedClasses(ledger);
    await Promise.all(['simulated', ...classes].map((each) => jobs.open('examine', each)));
  }
  await openExamineQueues();

  /**
   * Adds jobs unless the last of them is there.
   * @param over outcomes of what is there that make it count for nothing: it is removed; null: nothing can be there
   */
  async function add(id: string, plan: PlannedTree, over: readonly Outcome['state'][] | null): Promise<void> {
    await soon(
      alone(`${nameOf('assess', '')}/${id}`, async () => {
        if (over !== null && (await jobs.find('assess', id, '')) !== undefined) {
          if (over.length === 0 || !over.includes((await look(id)).state)) return;
          await jobs.remove(id);
        }
        await producer.add(plan);
      }),
      SUBMIT_WITHIN_MS,
    );
  }

  const closed = (closing: Promise<unknown>, idle?: Promise<void>): Promise<void> =>
    backend.kind === 'embedded' ? closing.then(() => undefined) : closedSoon(closing, heed, idle);
  const opened = opening.handOn();
  return {
    backend: backend.kind,
    onProgress: watch.onProgress,
    outcome: look,
    waitFor: watch.waitFor,
    submit(submission, { urgency = 'normal', from = 'inspect', anew = false, fresh = false } = {}) {
      const plan = planOf(submission, nameOf, { ...options, urgency, from });
      return add(submission.id, plan, fresh ? null : anew ? ['unknown', 'done'] : []);
    },
    reassess: (submission, again) =>
      add(againId(submission.id, again), planAgain(submission, again, nameOf, options), ['done', 'failed']),
    forget: (submission) => soon(jobs.remove(submission)),
    async work(processors, work) {
      const active = new ActiveJobs();
      const workers = startWorkers(
        { backend, jobs, active, record: ledger === undefined ? null : recordIn(ledger), nameOf, news, heed },
        processors,
        work,
      );
      const release = database.reserve(workers.length);
      const finish = async (): Promise<void> => {
        await closed(Promise.all(workers.map((worker) => worker.close())), active.idle());
        release();
        working.delete(stop);
      };
      const stop = (): Promise<void> => {
        active.abort(() => true, GIVEN_BACK);
        return finish();
      };
      working.set(stop, active);
      await asked(Promise.all(workers.map((worker) => worker.waitUntilReady())));
      return { finish, [Symbol.asyncDispose]: stop };
    },
    async cancel(submission) {
      const { state } = await soon(look(submission));
      const last = await soon(jobs.find('assess', submission, ''));
      if (last === undefined || state === 'done' || state === 'failed') return false;
      const wasCancelled = last.data.cancelled;
      await soon(last.updateData({ ...last.data, cancelled: true }));
      await soon(news.cancel(submission));
      stopHere(submission);
      return !wasCancelled;
    },
    async counts() {
      await soon(openExamineQueues());
      const counted = jobs
        .all()
        .map(async (queue) => [queue.name.slice(prefix.length + 1), await queue.getJobCounts()]);
      return Object.fromEntries(await soon(Promise.all(counted))) as Record<string, Record<string, number>>;
    },
    ping: () => soon(jobs.open('assess', '').then((queue) => queue.getJobCounts('active'))).then(() => undefined),
    bullQueues: () => jobs.all(),
    async [Symbol.asyncDispose]() {
      await Promise.all([...working.keys()].map((stop) => stop()));
      await closed(opened[Symbol.asyncDispose]());
    },
  };
}
