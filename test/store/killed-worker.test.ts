import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SubmissionOptions } from '../../orchestrator/contract/job.ts';
import { openDatabase } from '../../orchestrator/store/database.ts';
import { openLedger } from '../../orchestrator/store/ledger.ts';
import { openQueue } from '../../orchestrator/store/queue.ts';
import { abandonUnfinished } from '../../orchestrator/store/abandon.ts';
import { listRuns, markCrashed, openRun, sealRun } from '../../orchestrator/store/runs.ts';
import { createSubmission, getSubmission } from '../../orchestrator/store/submissions.ts';
import { postgresBin, redisServer, scratch, startPostgres, startRedis } from './places.ts';
import { assessed, examined, recording } from './results.ts';

const signal = new AbortController().signal;
const files = [{ sha256: 'a'.repeat(64), fileName: 'torch.apk', sizeBytes: 5 }];

interface Where {
  readonly directory?: string;
  readonly template?: string;
  readonly url?: string;
  readonly redisUrl?: string;
}

/** Submits in this process, lets another work, and kills that with -9 while it examines. */
async function killedInTheMiddle(where: Where): Promise<{ submission: string; run: string }> {
  const submission = await openAll(where, async ({ ledger, queue }) => {
    const { submission } = await createSubmission(ledger, { files, options: SubmissionOptions.parse({}) });
    await queue.submit(submission);
    return submission.id;
  });
  const args = [where.directory ?? '-', where.url ?? '-', where.redisUrl ?? '-'];
  const program = path.join(import.meta.dirname, 'worker-process.ts');
  const worker = spawn(process.execPath, ['--import', 'tsx', program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(worker, 'exit');
  let run = '';
  for await (const chunk of worker.stdout) {
    run = String(chunk).trim();
    break;
  }
  worker.kill('SIGKILL');
  await gone;
  expect(run).toMatch(/^run-/);
  return { submission, run };
}

interface Open {
  readonly ledger: Awaited<ReturnType<typeof openLedger>>;
  readonly queue: Awaited<ReturnType<typeof openQueue>>;
}

async function openAll<Result>(where: Where, use: (open: Open) => Promise<Result>): Promise<Result> {
  await using database = await openDatabase({ ...where, signal });
  await using ledger = await openLedger({ database, signal });
  await using queue = await openQueue({ database, redisUrl: where.redisUrl, signal });
  return await use({ ledger, queue }); // awaited here: all stays open until it ends
}

async function secondWorkerFinishes(where: Where): Promise<void> {
  const { submission, run } = await killedInTheMiddle(where);
  await openAll(where, async ({ ledger, queue }) => {
    expect((await markCrashed(ledger)).map((each) => each.id)).toEqual([run]);
    expect((await getSubmission(ledger, submission)).state).toBe('crashed');
    const processors = recording(ledger, async (job, { token }) => {
      const mine = await openRun(ledger, { submission: job.submission, token });
      await sealRun(ledger, { run: mine.id, token, bundle: examined.bundle, directory: examined.directory });
      return examined;
    });
    await queue.work(processors, { classes: { simulated: 1 }, lockMs: 1_000, stalledCheckMs: 500 });
    await expect(queue.waitFor(submission, signal)).resolves.toEqual(assessed);
    expect(await getSubmission(ledger, submission)).toMatchObject({ state: 'done', verdict: 'inconsistent' });
    const runs = await listRuns(ledger, submission);
    expect(runs.map((each) => [each.token, each.state])).toEqual([
      [1, 'crashed'],
      [2, 'sealed'],
    ]);
  });
}

describe('a worker killed with -9 while it examines', () => {
  let fresh: Awaited<ReturnType<typeof scratch>>;
  beforeAll(async () => {
    fresh = await scratch();
    await using _template = await openDatabase({ directory: fresh.directory, signal });
  });
  afterAll(() => fresh[Symbol.asyncDispose]());

  it('leaves a run that is marked as crashed and a job that a second process finishes, on embedded PGlite', async () => {
    await using place = await scratch();
    await secondWorkerFinishes({ directory: place.directory, template: fresh.directory });
  });

  it.skipIf(postgresBin === undefined)('… on PostgreSQL (skipped where no server is installed)', async () => {
    await using server = await startPostgres();
    await secondWorkerFinishes({ url: server.url });
  });

  it.skipIf(redisServer === undefined || postgresBin === undefined)(
    '… with the queue on Redis (skipped where no server is installed)',
    async () => {
      await using server = await startPostgres();
      await using redis = await startRedis();
      await secondWorkerFinishes({ url: server.url, redisUrl: redis.url });
    },
  );

  it('leaves a submission that a process which does not resume can abandon, and that stays cancelled', async () => {
    await using place = await scratch();
    const { submission } = await killedInTheMiddle({ directory: place.directory, template: fresh.directory });
    await openAll({ directory: place.directory }, async ({ ledger, queue }) => {
      await markCrashed(ledger);
      expect(await abandonUnfinished(ledger, queue)).toEqual([submission]);
      expect((await getSubmission(ledger, submission)).state).toBe('crashed');
      expect(await abandonUnfinished(ledger, queue)).toEqual([]);
      const begun: string[] = [];
      const processors = recording(ledger, (job) => {
        begun.push(job.submission);
        return Promise.resolve(examined);
      });
      await queue.work(processors, { classes: { simulated: 1 }, lockMs: 1_000, stalledCheckMs: 500 });
      await expect(queue.waitFor(submission, signal)).rejects.toMatchObject({ code: 'cancelled' });
      expect(begun).toEqual([]);
    });
  });
});
