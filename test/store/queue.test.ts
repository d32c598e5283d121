import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { Fault } from '../../orchestrator/contract/fault.ts';
import type { Progress } from '../../orchestrator/contract/job.ts';
import { newId } from '../../orchestrator/store/ids.ts';
import { all, event, file, onEachPlace, processors, signal, sub } from './queue-harness.ts';
import { assessed, examined, inspected } from './results.ts';

onEachPlace('the queue', (start, name) => {
  it('walks the stages in order', async () => {
    await using queue = await start();
    const seen: unknown[] = [];
    await queue.work(
      processors({
        inspect: (job, { token }) => {
          seen.push(['inspect', job, token]);
          return Promise.resolve(inspected);
        },
        examine: (job) => {
          seen.push(['examine', job]);
          return Promise.resolve(examined);
        },
        assess: (job) => {
          seen.push(['assess', job]);
          return Promise.resolve(assessed);
        },
      }),
      all,
    );
    const id = newId('sub');
    await queue.submit(sub(id));
    await expect(queue.waitFor(id, signal())).resolves.toEqual(assessed);
    expect(seen).toEqual([
      ['inspect', { submission: id, files: [file.sha256] }, 1],
      ['examine', { submission: id }],
      ['assess', { submission: id }],
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
      all,
    );
    const id = newId('sub');
    await Promise.all([1, 2, 3].map(() => queue.submit(sub(id))));
    await queue.waitFor(id, signal());
    await queue.submit(sub(id));
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
      all,
    );
    const ids = Array.from({ length: 5 }, () => newId('sub'));
    await Promise.all(ids.flatMap((id) => [first, second].map((queue) => queue.submit(sub(id)))));
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
      all,
    );
    const id = newId('sub');
    await queue.submit(sub(id));
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
      all,
    );
    const id = newId('sub');
    await queue.submit(sub(id));
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
      all,
    );
    const id = newId('sub');
    await queue.submit(sub(id));
    await expect(queue.waitFor(id, signal())).rejects.toMatchObject({ code });
    expect([tries, began]).toEqual([1, false]);
  });

  it('refuses a message that is not of the agreed form', async () => {
    await using queue = await start();
    await queue.work(processors(), all);
    const id = newId('sub');
    await queue.submit({ ...sub(id), files: [{ ...file, sha256: '../../etc/passwd' }] });
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
      all,
    );
    const [id, other] = [newId('sub'), newId('sub')];
    const seen: Progress[] = [];
    const strays: Progress[] = [];
    queue.onProgress(other, (progress) => strays.push(progress));
    const stopped = queue.onProgress(id, (progress) => {
      seen.push(progress);
      if (progress.sessions === 500) release.happen();
    });
    await queue.submit(sub(id));
    await queue.waitFor(id, signal());
    stopped();
    expect(seen.at(-1)).toMatchObject({ stage: 'examine', step: 'watching', phase: 'locked', sessions: 500 });
    expect(seen.length).toBeLessThan(100);
    expect(strays).toEqual([]);
  });
});
