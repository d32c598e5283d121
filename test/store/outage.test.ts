import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../orchestrator/contract/fault.ts';
import { SubmissionOptions, type Submission } from '../../orchestrator/contract/job.ts';
import { openDatabase, type Database } from '../../orchestrator/store/database.ts';
import { openLedger, type Ledger } from '../../orchestrator/store/ledger.ts';
import { openQueue, type JobQueue } from '../../orchestrator/store/queue.ts';
import { reconcile } from '../../orchestrator/store/reconcile.ts';
import { listReports } from '../../orchestrator/store/reports.ts';
import { createSubmission, getSubmission } from '../../orchestrator/store/submissions.ts';
import { postgresBin, redisServer } from './places.ts';
import { file, signal, sub, untilAborted, event } from './queue-harness.ts';
import { postgresToTakeAway, redisToTakeAway, type Server } from './servers.ts';
import { whole } from './whole.ts';

/** How long a server is away; 30 s were tried by hand. */
const AWAY_MS = Number(process.env['SLEEPTALK_TEST_OUTAGE_MS'] ?? 3_000);
/** What "within seconds" means for work that goes on. */
const BACK_WITHIN_MS = 20_000;
const TIMEOUT = { timeout: AWAY_MS + 90_000 };

const WHICH = [
  { name: 'Redis', victim: 'redis', missing: redisServer === undefined || postgresBin === undefined },
  { name: 'PostgreSQL, which also holds the queue', victim: 'postgres', missing: postgresBin === undefined },
  {
    name: 'PostgreSQL beside Redis',
    victim: 'ledger',
    missing: redisServer === undefined || postgresBin === undefined,
  },
] as const;

for (const { name, victim, missing } of WHICH) {
  describe.skipIf(missing)(`an outage of ${name}${missing ? ' (no such server is installed)' : ''}`, () => {
    let postgres: Server;
    let redis: Server | null = null;
    let gone: Server;
    let database: Database;
    let ledger: Ledger;
    let shared: { name: string };

    beforeAll(async () => {
      postgres = await postgresToTakeAway();
      redis = victim === 'postgres' ? null : await redisToTakeAway();
      gone = victim === 'redis' && redis !== null ? redis : postgres;
      database = await openDatabase({ url: postgres.url, signal: signal() });
      ledger = await openLedger({ database, signal: signal() });
    });
    beforeEach(() => {
      shared = { name: `t-${randomUUID()}` };
    });
    afterAll(async () => {
      await database[Symbol.asyncDispose]();
      await redis?.[Symbol.asyncDispose]();
      await postgres[Symbol.asyncDispose]();
    });

    const start = (): Promise<JobQueue> =>
      openQueue({ database, ledger, redisUrl: redis?.url, signal: signal(), backoffMs: 100, ...shared });

    /** The server is back when disposed, also where the test fails: what is open could not be closed without it. */
    async function takeAway(hung: boolean): Promise<AsyncDisposable> {
      if (hung) gone.freeze();
      else await gone.kill();
      return { [Symbol.asyncDispose]: async () => (hung ? gone.thaw() : await gone.start()) };
    }

    async function record(count: number): Promise<Submission[]> {
      const options = SubmissionOptions.parse({});
      const made: Submission[] = [];
      for (let each = 0; each < count; each += 1) {
        made.push((await createSubmission(ledger, { files: [file], options, again: true })).submission);
      }
      return made;
    }

    /** As the service does: again and again, also while nothing answers. */
    async function reconciling(queue: JobQueue, stop: AbortSignal): Promise<void> {
      while (!stop.aborted) {
        await reconcile(ledger, queue, { now: new Date(Date.now() + 60_000) }).catch(() => undefined); // an outage
        await delay(500, undefined, { signal: stop }).catch(() => undefined); // told to stop
      }
    }

    async function untilAllDone(submissions: readonly Submission[], withinMs: number): Promise<void> {
      const until = Date.now() + withinMs;
      for (const { id } of submissions) {
        while ((await getSubmission(ledger, id)).state !== 'done') {
          if (Date.now() > until) throw new Error(`${id} is ${JSON.stringify(await getSubmission(ledger, id))}`);
          await delay(50);
        }
      }
    }

    it.each(['killed with -9', 'hung'])('loses nothing and does nothing twice where it is %s', TIMEOUT, async (how) => {
      await using client = await start();
      await using worker = await start();
      const slow = whole(ledger);
      await using _workers = await worker.work(
        {
          ...slow,
          async examine(job, context) {
            await delay(200);
            return slow.examine(job, context);
          },
        },
        { classes: { simulated: 2 }, lockMs: 5_000, stalledCheckMs: 1_000 },
      );
      const stop = new AbortController();
      const passes = reconciling(client, stop.signal);
      const submissions = await record(12);
      for (const submission of submissions) await client.submit(submission);
      await delay(400); // some done, some at work, some waiting

      {
        await using _away = await takeAway(how === 'hung');
        const since = Date.now();
        while (Date.now() - since < AWAY_MS) {
          const asked = Date.now();
          if (victim === 'ledger') {
            await client.ping();
          } else {
            await expect(client.ping()).rejects.toMatchObject({ code: 'queue-failed' });
            expect(Date.now() - asked).toBeLessThan(2_000);
            await expect(client.submit(sub(`sub-${randomUUID()}`))).rejects.toMatchObject({ code: 'queue-failed' });
            expect(Date.now() - asked).toBeLessThan(5_000);
          }
          await delay(100);
        }
      }
      const late = await record(2);
      for (const submission of late) {
        await client.submit(submission).catch((fault: Fault) => expect(fault.code).toBe('queue-failed'));
      }
      await untilAllDone([...submissions, ...late], BACK_WITHIN_MS);
      for (const { id } of [...submissions, ...late]) expect(await listReports(ledger, id)).toHaveLength(1);
      stop.abort();
      await passes;
    });

    it.skipIf(victim === 'ledger')('is no reason not to stop: a worker ends soon, also at work', TIMEOUT, async () => {
      await using worker = await start();
      const began = event();
      await worker.work(
        whole(ledger, {
          examine: (_job, { signal: stop }) => {
            began.happen();
            return untilAborted(stop);
          },
        }),
        { classes: { simulated: 1 } },
      );
      const [submission] = await record(1);
      if (submission === undefined) throw new Error('nothing was recorded');
      await worker.submit(submission);
      await began.happened;
      await using _away = await takeAway(true);
      const asked = Date.now();
      await worker[Symbol.asyncDispose]();
      expect(Date.now() - asked).toBeLessThan(15_000);
    });

    it('hears again what others say when it is back', async () => {
      await using client = await start();
      await using worker = await start();
      await gone.kill();
      await delay(500);
      await gone.start();
      const began = event();
      const reasons: unknown[] = [];
      await using _workers = await worker.work(
        whole(ledger, {
          examine: async (_job, { progress, signal: stop }) => {
            const telling = setInterval(() => progress({ stage: 'examine', step: 'watching' }), 200);
            began.happen();
            return untilAborted(stop)
              .catch((reason: unknown) => {
                reasons.push(reason);
                throw reason;
              })
              .finally(() => clearInterval(telling));
          },
        }),
        { classes: { simulated: 1 } },
      );
      const [submission] = await record(1);
      if (submission === undefined) throw new Error('nothing was recorded');
      const heard = event();
      client.onProgress(submission.id, heard.happen);
      await client.submit(submission);
      await began.happened;
      await heard.happened;
      await client.cancel(submission.id);
      await expect(client.waitFor(submission.id, signal())).rejects.toMatchObject({ code: 'cancelled' });
      expect(reasons).toMatchObject([{ code: 'cancelled' }]);
      expect((await getSubmission(ledger, submission.id)).state).toBe('cancelled');
    });
  });
}
