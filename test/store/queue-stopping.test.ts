import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { newId } from '../../orchestrator/store/ids.ts';
import { all, event, onEachPlace, processors, signal, sub, untilAborted } from './queue-harness.ts';
import { assessed, examined, inspected } from './results.ts';

onEachPlace('stopping work of the queue', (start) => {
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
      all,
    );
    const id = newId('sub');
    await client.submit(sub(id));
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
    await queue.submit(sub(id));
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
      all,
    );
    const next = newId('sub');
    await queue.submit(sub(next));
    await queue.waitFor(next, signal());
    expect(begun).toEqual([next]);
  });

  it('ends a stage at its deadline, also one whose processor does not listen', async () => {
    await using queue = await start({ attempts: 1 });
    await queue.work(processors({ examine: () => new Promise(() => undefined) }), {
      ...all,
      deadlinesMs: { examine: 50 },
      graceMs: 50,
    });
    const id = newId('sub');
    await queue.submit(sub(id));
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
      all,
    );
    const id = newId('sub');
    await first.submit(sub(id));
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
      all,
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
      all,
    );
    const id = newId('sub');
    await queue.submit(sub(id));
    await began.happened;
    const finished = workers.finish();
    release.happen();
    await finished;
    const left = await queue.outcome(id);
    // A worker that was just about to take the next stage may still do that one; what is left waits for another.
    expect(left).toMatchObject({ state: expect.stringMatching(/^(waiting|done)$/) as string });
    expect(left).not.toMatchObject({ stage: 'inspect' });
  });
});
