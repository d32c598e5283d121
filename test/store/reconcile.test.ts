import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { SubmissionOptions, type Submission } from '../../orchestrator/contract/job.ts';
import { openLedger, type Ledger } from '../../orchestrator/store/ledger.ts';
import { openQueue, type JobQueue, type QueueOptions } from '../../orchestrator/store/queue.ts';
import { reconcile } from '../../orchestrator/store/reconcile.ts';
import { listReports } from '../../orchestrator/store/reports.ts';
import { listRuns } from '../../orchestrator/store/runs.ts';
import { createSubmission, getSubmission, setState } from '../../orchestrator/store/submissions.ts';
import { PLACES, type Place } from './places.ts';
import { all, event, file, processors, signal, untilAborted } from './queue-harness.ts';
import { whole } from './whole.ts';

for (const { name, open, missing } of PLACES) {
  describe.skipIf(missing !== null)(`reconciling with ${name}${missing === null ? '' : ` (${missing})`}`, () => {
    let place: Place;
    let ledger: Ledger;
    beforeAll(async () => {
      place = await open();
      ledger = await openLedger({ database: place.database, signal: signal() });
    });
    afterAll(() => place[Symbol.asyncDispose]());

    function start(options: Partial<QueueOptions> = {}): Promise<JobQueue> {
      const { database, redisUrl } = place;
      const own = { name: `t-${randomUUID()}`, backoffMs: 10, attempts: 1 };
      return openQueue({ database, ledger, redisUrl, signal: signal(), ...own, ...options });
    }

    async function record(): Promise<Submission> {
      const options = SubmissionOptions.parse({});
      return (await createSubmission(ledger, { files: [file], options, again: true })).submission;
    }

    /** A pass that comes when whoever writes a submission has had time to queue it. */
    const pass = (queue: JobQueue) => reconcile(ledger, queue, { now: new Date(Date.now() + 60_000) });

    it('queues what was recorded and never reached the queue, and nothing that is about to', async () => {
      await using queue = await start();
      const { id } = await record();
      await expect(reconcile(ledger, queue, { now: new Date() })).resolves.toMatchObject({ requeued: [] });
      expect((await pass(queue)).requeued).toContain(id);
      expect((await pass(queue)).requeued).not.toContain(id);
      await queue.work(whole(ledger), all);
      await queue.waitFor(id, signal());
      expect(await getSubmission(ledger, id)).toMatchObject({ state: 'done' });
      expect(await listReports(ledger, id)).toHaveLength(1);
      expect((await pass(queue)).requeued).not.toContain(id);
    });

    it('goes on from the stage that is still to do where the queue lost everything', async () => {
      const submission = await record();
      const stopped = event();
      {
        await using lost = await start();
        await lost.work(whole(ledger, { assess: () => (stopped.happen(), new Promise(() => undefined)) }), {
          ...all,
          graceMs: 10,
        });
        await lost.submit(submission);
        await stopped.happened;
      }
      await using queue = await start(); // of another name: it knows nothing
      await expect(queue.outcome(submission.id)).resolves.toEqual({ state: 'unknown' });
      expect((await pass(queue)).requeued).toContain(submission.id);
      const begun: string[] = [];
      await queue.work(
        whole(ledger, {
          inspect: () => (begun.push('inspect'), Promise.reject(new Fault('internal', 'again'))),
          examine: () => (begun.push('examine'), Promise.reject(new Fault('internal', 'again'))),
        }),
        all,
      );
      await queue.waitFor(submission.id, signal());
      expect(begun).toEqual([]);
      expect(await listRuns(ledger, submission.id)).toHaveLength(1);
      expect(await listReports(ledger, submission.id)).toHaveLength(1);
    });

    it('gives out a larger token to the same stage also after the queue has forgotten that it ran', async () => {
      const submission = await record();
      const tokens: number[] = [];
      for (const _round of [1, 2]) {
        await using queue = await start();
        const began = event();
        await pass(queue);
        await queue.work(
          whole(ledger, {
            examine: (_job, { token, signal: stop }) => {
              tokens.push(token);
              began.happen();
              return untilAborted(stop);
            },
          }),
          all,
        );
        await queue.submit(submission);
        await began.happened;
      }
      expect(tokens).toHaveLength(2);
      expect(tokens[1]).toBeGreaterThan(tokens[0] ?? Infinity);
    });

    it('ends what failed for the last time, which its worker writes down itself where it can', async () => {
      await using queue = await start();
      const submission = await record();
      await queue.work(processors({ examine: () => Promise.reject(new Fault('canary-failed', 'none seen')) }), all);
      await queue.submit(submission);
      await expect(queue.waitFor(submission.id, signal())).rejects.toMatchObject({ code: 'canary-failed' });
      const fault = { code: 'canary-failed', detail: 'none seen' };
      expect(await getSubmission(ledger, submission.id)).toMatchObject({ state: 'failed', fault });
      expect((await pass(queue)).ended).not.toContain(submission.id);
    });

    it('… and which is written down later where the worker could not', async () => {
      const shared = { name: `t-${randomUUID()}` };
      await using queue = await start(shared);
      const submission = await record();
      const { database, redisUrl } = place;
      // A worker without a ledger stands for one that died, or lost its ledger, before it could write.
      await using worker = await openQueue({ database, redisUrl, signal: signal(), attempts: 1, ...shared });
      await worker.work(processors({ examine: () => Promise.reject(new Fault('canary-failed', 'none seen')) }), all);
      await queue.submit(submission);
      await expect(worker.waitFor(submission.id, signal())).rejects.toMatchObject({ code: 'canary-failed' });
      expect(await getSubmission(ledger, submission.id)).toMatchObject({ state: 'queued' });
      expect((await pass(queue)).ended).toContain(submission.id);
      expect(await getSubmission(ledger, submission.id)).toMatchObject({
        state: 'failed',
        fault: { code: 'canary-failed', detail: 'none seen' },
      });
    });

    it('stops the work on what was cancelled while the queue did not answer', async () => {
      await using queue = await start();
      const submission = await record();
      const began = event();
      const reasons: unknown[] = [];
      await queue.work(
        processors({
          examine: async (_job, { signal: stop }) => {
            began.happen();
            return untilAborted(stop).catch((reason: unknown) => {
              reasons.push(reason);
              throw reason;
            });
          },
        }),
        all,
      );
      await queue.submit(submission);
      await began.happened;
      await setState(ledger, submission.id, 'cancelled');
      await reconcile(ledger, queue, { now: new Date() });
      await expect(queue.waitFor(submission.id, signal())).rejects.toMatchObject({ code: 'cancelled' });
      expect(reasons).toMatchObject([{ code: 'cancelled' }]);
      await reconcile(ledger, queue, { now: new Date() });
      await expect(queue.outcome(submission.id)).resolves.toEqual({ state: 'unknown' });
      await expect(queue.waitFor(submission.id, signal())).rejects.toMatchObject({ code: 'cancelled' });
    });

    it('begins nothing of a submission that was cancelled in the ledger', async () => {
      await using queue = await start();
      const submission = await record();
      await queue.submit(submission);
      await setState(ledger, submission.id, 'cancelled');
      const begun: string[] = [];
      await queue.work(processors({ inspect: () => (begun.push('inspect'), Promise.reject(new Error('begun'))) }), all);
      await expect(queue.waitFor(submission.id, signal())).rejects.toMatchObject({ code: 'cancelled' });
      expect(begun).toEqual([]);
    });

    it('judges old evidence again without any earlier job, as often as it is asked to', async () => {
      const submission = await record();
      {
        await using first = await start();
        await first.work(whole(ledger), all);
        await first.submit(submission);
        await first.waitFor(submission.id, signal());
      }
      await using queue = await start();
      const judged: unknown[] = [];
      await queue.work(
        whole(ledger, {}, (job) => judged.push(job)),
        { stages: ['assess'] },
      );
      for (const times of [1, 2]) {
        await queue.reassess(submission, 1);
        await queue.waitFor(`${submission.id}-again-1`, signal());
        expect(judged).toHaveLength(times);
      }
      expect(judged).toEqual(Array(2).fill({ submission: submission.id, again: 1 }));
      expect(await getSubmission(ledger, submission.id)).toMatchObject({ state: 'done' });
    });

    it('leaves a submission done whose further assessment fails', async () => {
      const submission = await record();
      await using queue = await start();
      await queue.work(whole(ledger), all);
      await queue.submit(submission);
      await queue.waitFor(submission.id, signal());
      await using worker = await start({ name: `t-${randomUUID()}` });
      await worker.work(
        whole(ledger, {}, () => {
          throw new Fault('proxy-failed', 'for ever');
        }),
        { stages: ['assess'] },
      );
      await worker.reassess(submission, 1);
      await expect(worker.waitFor(`${submission.id}-again-1`, signal())).rejects.toMatchObject({
        code: 'proxy-failed',
      });
      expect(await getSubmission(ledger, submission.id)).toMatchObject({ state: 'done', verdict: 'inconsistent' });
    });
  });
}
