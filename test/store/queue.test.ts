import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '../../orchestrator/contract/fault.ts';
import type { Progress } from '../../orchestrator/contract/job.ts';
import { newId } from '../../orchestrator/store/ids.ts';
import { openQueue, type JobQueue, type QueueOptions } from '../../orchestrator/store/queue.ts';
import type { Processors } from '../../orchestrator/store/stage.ts';
import { PLACES, type Place } from './places.ts';
import { assessed, examined, inspected } from './results.ts';

const file = { sha256: 'a'.repeat(64), fileName: 'torch.apk', sizeBytes: 5 };

function signal(ms = 30_000): AbortSignal {
  return AbortSignal.timeout(ms);
}

/** Processors that succeed at once, but for those given. */
function processors(given: Partial<Processors> = {}): Processors {
  return {
    inspect: () => Promise.resolve(inspected),
    examine: () => Promise.resolve(examined),
    assess: () => Promise.resolve(assessed),
    ...given,
  };
}

/** Something that happens once and can be waited for before and after. */
function event(): { happen: () => void; happened: Promise<void> } {
  let happen = (): void => {};
  const happened = new Promise<void>((resolve) => (happen = resolve));
  return { happen, happened };
}

/** Work that ends only when it is told to. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

for (const { name, open, missing } of PLACES) {
  describe.skipIf(missing !== null)(`the queue on ${name}${missing === null ? '' : ` (${missing})`}`, () => {
    let place: Place;

    beforeAll(async () => {
      place = await open();
    });
    afterAll(() => place[Symbol.asyncDispose]());

    function start(options: Partial<QueueOptions> = {}): Promise<JobQueue> {
      const name = `t-${randomUUID()}`;
      return openQueue({ database: place.database, redisUrl: place.redisUrl, signal: signal(), name, ...options });
    }

    it('walks the stages in order and hands each the results of those before', async () => {
      await using queue = await start();
      const seen: unknown[] = [];
      await queue.work(
        processors({
          inspect: (job, { token }) => {
            seen.push(['inspect', job, token]);
            return Promise.resolve(inspected);
          },
          examine: (job, { inspected: found }) => {
            seen.push(['examine', job, found.inspection.facts.packageName]);
            return Promise.resolve(examined);
          },
          assess: (job, context) => {
            seen.push(['assess', job, context.examined.bundle, context.inspected.inspection.declaredFunction.name]);
            return Promise.resolve(assessed);
          },
        }),
      );
      const id = newId('sub');
      await queue.submit({ id, files: [file] });
      await expect(queue.waitFor(id, signal())).resolves.toEqual(assessed);
      expect(seen).toEqual([
        ['inspect', { submission: id, files: [file.sha256] }, 1],
        ['examine', { submission: id }, 'org.example.torch'],
        ['assess', { submission: id }, examined.bundle, 'torch'],
      ]);
      await expect(queue.outcome(id)).resolves.toEqual({ state: 'done', result: assessed });
    });

    it('runs a submission once, however often it is submitted', async () => {
      await using queue = await start();
      let runs = 0;
      await queue.work(
        processors({
          inspect: () => {
            runs += 1;
            return Promise.resolve(inspected);
          },
        }),
      );
      const id = newId('sub');
      await Promise.all([1, 2, 3].map(() => queue.submit({ id, files: [file] })));
      await queue.waitFor(id, signal());
      await queue.submit({ id, files: [file] });
      await queue.waitFor(id, signal());
      expect(runs).toBe(1);
    });

    it.skipIf(name === 'embedded PGlite')('runs it once also where several processes submit it at once', async () => {
      const shared = { name: `t-${randomUUID()}` };
      await using first = await start(shared);
      await using second = await start(shared);
      const runs: string[] = [];
      await first.work(
        processors({
          inspect: (job) => {
            runs.push(job.submission);
            return Promise.resolve(inspected);
          },
        }),
      );
      const ids = Array.from({ length: 5 }, () => newId('sub'));
      await Promise.all(ids.flatMap((id) => [first, second].map((queue) => queue.submit({ id, files: [file] }))));
      await Promise.all(ids.map((id) => second.waitFor(id, signal())));
      expect(runs.toSorted()).toEqual(ids.toSorted());
    });

    it('tries again after a retryable fault, later each time, with a larger token', async () => {
      await using queue = await start({ backoffMs: 100 });
      const tries: { token: number; atMs: number }[] = [];
      await queue.work(
        processors({
          examine: (_job, { token }) => {
            tries.push({ token, atMs: Date.now() });
            if (tries.length < 3) return Promise.reject(new Fault('device-busy', 'emulator-5554'));
            return Promise.resolve(examined);
          },
        }),
      );
      const id = newId('sub');
      await queue.submit({ id, files: [file] });
      await queue.waitFor(id, signal());
      expect(tries.map((each) => each.token)).toEqual([1, 2, 3]);
      const [first, second, third] = tries.map((each) => each.atMs);
      // Back-off 100 ms then 200 ms, of which up to half is taken away at random.
      expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(49);
      expect((third ?? 0) - (second ?? 0)).toBeGreaterThanOrEqual(99);
    });

    it('gives up after the last attempt with the fault as it was thrown', async () => {
      await using queue = await start({ attempts: 2, backoffMs: 10 });
      let tries = 0;
      await queue.work(
        processors({
          examine: () => {
            tries += 1;
            return Promise.reject(new Fault('canary-failed', 'no request to canary.test: within 10 s'));
          },
        }),
      );
      const id = newId('sub');
      await queue.submit({ id, files: [file] });
      await expect(queue.waitFor(id, signal())).rejects.toMatchObject({
        code: 'canary-failed',
        detail: 'no request to canary.test: within 10 s',
      });
      expect(tries).toBe(2);
      await expect(queue.outcome(id)).resolves.toMatchObject({ state: 'failed', stage: 'examine' });
    });

    it.each([
      ['a fault of the input', () => Promise.reject(new Fault('apk-not-zip', 'torch.apk')), 'apk-not-zip'],
      ['an error nobody expected', () => Promise.reject(new Error('undefined is not a function')), 'internal'],
      ['a result that breaks the contract', () => Promise.resolve({ inspection: null } as never), 'contract-broken'],
    ])('does not try again after %s, nor begin the next stage', async (_what, inspect, code) => {
      await using queue = await start({ backoffMs: 1 });
      let tries = 0;
      let began = false;
      await queue.work(
        processors({
          inspect: () => {
            tries += 1;
            return inspect();
          },
          examine: () => {
            began = true;
            return Promise.resolve(examined);
          },
        }),
      );
      const id = newId('sub');
      await queue.submit({ id, files: [file] });
      await expect(queue.waitFor(id, signal())).rejects.toMatchObject({ code });
      expect([tries, began]).toEqual([1, false]);
    });

    it('refuses a message that is not of the agreed form', async () => {
      await using queue = await start();
      await queue.work(processors());
      const id = newId('sub');
      await queue.submit({ id, files: [{ ...file, sha256: '../../etc/passwd' }] });
      await expect(queue.waitFor(id, signal())).rejects.toMatchObject({
        code: 'contract-broken',
        detail: expect.stringMatching(/^files\.0: /) as string,
      });
    });

    it('delivers progress to whoever asked for that submission, and the last report at the latest', async () => {
      await using queue = await start();
      const release = event();
      await queue.work(
        processors({
          examine: async (_job, { progress }) => {
            for (let sessions = 1; sessions <= 500; sessions += 1) {
              progress({ stage: 'examine', step: 'watching', phase: 'locked', sessions });
            }
            await release.happened;
            return examined;
          },
        }),
      );
      const [id, other] = [newId('sub'), newId('sub')];
      const seen: Progress[] = [];
      const strays: Progress[] = [];
      queue.onProgress(other, (progress) => strays.push(progress));
      const stopped = queue.onProgress(id, (progress) => {
        seen.push(progress);
        if (progress.sessions === 500) release.happen();
      });
      await queue.submit({ id, files: [file] });
      await queue.waitFor(id, signal());
      stopped();
      expect(seen.at(-1)).toMatchObject({ stage: 'examine', step: 'watching', phase: 'locked', sessions: 500 });
      expect(seen.length).toBeLessThan(100);
      expect(strays).toEqual([]);
    });

    it('cancels a submission that another process works on', async () => {
      const name = `t-${randomUUID()}`;
      await using worker = await start({ name });
      await using client = await start({ name });
      const began = event();
      const reasons: unknown[] = [];
      await worker.work(
        processors({
          examine: async (_job, { signal }) => {
            began.happen();
            return untilAborted(signal).catch((reason: unknown) => {
              reasons.push(reason);
              throw reason;
            });
          },
        }),
      );
      const id = newId('sub');
      await client.submit({ id, files: [file] });
      await began.happened;
      await expect(client.cancel(id)).resolves.toBe(true);
      await expect(client.waitFor(id, signal())).rejects.toMatchObject({ code: 'cancelled' });
      expect(reasons).toMatchObject([{ code: 'cancelled' }]);
      await expect(client.cancel(id)).resolves.toBe(false);
    });

    it('cancels what no worker has yet, and begins it no more', async () => {
      const name = `t-${randomUUID()}`;
      await using queue = await start({ name });
      const id = newId('sub');
      await queue.submit({ id, files: [file] });
      const waited = queue.waitFor(id, signal()).catch((error: unknown) => error);
      await expect(queue.cancel(id)).resolves.toBe(true);
      await expect(waited).resolves.toMatchObject({ code: 'cancelled' });
      const begun: string[] = [];
      await queue.work(
        processors({
          inspect: (job) => {
            begun.push(job.submission);
            return Promise.resolve(inspected);
          },
        }),
      );
      const next = newId('sub');
      await queue.submit({ id: next, files: [file] });
      await queue.waitFor(next, signal());
      expect(begun).toEqual([next]);
    });

    it('ends a stage at its deadline, also one whose processor does not listen', async () => {
      await using queue = await start({ attempts: 1 });
      await queue.work(processors({ examine: () => new Promise(() => undefined) }), {
        deadlinesMs: { examine: 50 },
        graceMs: 50,
      });
      const id = newId('sub');
      await queue.submit({ id, files: [file] });
      await expect(queue.waitFor(id, signal())).rejects.toMatchObject({
        code: 'deadline-passed',
        detail: 'examine took longer than 0.05 s',
      });
    });

    it('gives the job of a stopping worker back, and another finishes it without counting a failure', async () => {
      const name = `t-${randomUUID()}`;
      await using first = await start({ name, attempts: 1 });
      await using second = await start({ name });
      const began = event();
      const stopping = await first.work(
        processors({
          examine: (_job, { signal }) => {
            began.happen();
            return untilAborted(signal);
          },
        }),
      );
      const id = newId('sub');
      await first.submit({ id, files: [file] });
      await began.happened;
      const tokens: number[] = [];
      await stopping[Symbol.asyncDispose]();
      await second.work(
        processors({
          examine: (_job, { token }) => {
            tokens.push(token);
            return Promise.resolve(examined);
          },
        }),
      );
      await expect(second.waitFor(id, signal())).resolves.toEqual(assessed);
      expect(tokens).toEqual([2]);
    });

    it('lets the present jobs end when asked to finish, and leaves none half done', async () => {
      await using queue = await start();
      const began = event();
      const release = event();
      const workers = await queue.work(
        processors({
          inspect: async () => {
            began.happen();
            await release.happened;
            return inspected;
          },
        }),
      );
      const id = newId('sub');
      await queue.submit({ id, files: [file] });
      await began.happened;
      const finished = workers.finish();
      release.happen();
      await finished;
      const left = await queue.outcome(id);
      // A worker that was just about to take the next stage may still do that one; what is left waits for another.
      expect(left).toMatchObject({ state: expect.stringMatching(/^(waiting|done)$/) as string });
      expect(left).not.toMatchObject({ stage: 'inspect' });
    });

    it('takes urgent work first', async () => {
      await using queue = await start();
      const order: string[] = [];
      const ids = { low: newId('sub'), normal: newId('sub'), high: newId('sub') };
      for (const urgency of ['low', 'normal', 'high'] as const) {
        await queue.submit({ id: ids[urgency], files: [file] }, { urgency });
      }
      await queue.work(
        processors({
          inspect: (job) => {
            order.push(job.submission);
            return Promise.resolve(inspected);
          },
        }),
      );
      await Promise.all(Object.values(ids).map((id) => queue.waitFor(id, signal())));
      expect(order).toEqual([ids.high, ids.normal, ids.low]);
    });

    it('works on as many at a time as it is allowed', async () => {
      await using queue = await start();
      let now = 0;
      let most = 0;
      const three = event();
      await queue.work(
        processors({
          inspect: async () => {
            most = Math.max(most, (now += 1));
            if (now === 3) three.happen();
            await three.happened;
            now -= 1;
            return inspected;
          },
        }),
        { concurrency: { inspect: 3 } },
      );
      const ids = Array.from({ length: 9 }, () => newId('sub'));
      for (const id of ids) await queue.submit({ id, files: [file] });
      await Promise.all(ids.map((id) => queue.waitFor(id, signal())));
      expect(most).toBe(3);
    });

    it('knows nothing of what was never submitted, and stops waiting when told to', async () => {
      await using queue = await start();
      await expect(queue.waitFor('sub-none', signal())).rejects.toMatchObject({ code: 'submission-unknown' });
      await expect(queue.outcome('sub-none')).resolves.toEqual({ state: 'unknown' });
      await expect(queue.cancel('sub-none')).resolves.toBe(false);
      const id = newId('sub');
      await queue.submit({ id, files: [file] });
      const stop = new AbortController();
      const waited = queue.waitFor(id, stop.signal);
      stop.abort(new Fault('cancelled', 'Ctrl-C'));
      await expect(waited).rejects.toMatchObject({ code: 'cancelled', detail: 'Ctrl-C' });
    });
  });
}
