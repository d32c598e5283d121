import { expect, it } from 'vitest';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { newId } from '../../orchestrator/store/ids.ts';
import { all, event, onEachPlace, processors, signal, sub } from './queue-harness.ts';
import { inspected } from './results.ts';

onEachPlace('the order of work in the queue', (start) => {
  it('takes urgent work first', async () => {
    await using queue = await start();
    const order: string[] = [];
    const ids = { low: newId('sub'), normal: newId('sub'), high: newId('sub') };
    for (const urgency of ['low', 'normal', 'high'] as const) {
      await queue.submit(sub(ids[urgency]), { urgency });
    }
    await queue.work(
      processors({
        inspect: (job) => {
          order.push(job.submission);
          return Promise.resolve(inspected);
        },
      }),
      all,
    );
    await Promise.all(Object.values(ids).map((id) => queue.waitFor(id, signal())));
    expect(order).toEqual([ids.high, ids.normal, ids.low]);
  });

  it('works once on what its recorder and a repeat of the same upload both queue, at once or late', async () => {
    await using queue = await start();
    const worked: string[] = [];
    await queue.work(
      processors({
        inspect: (job) => {
          worked.push(job.submission);
          return Promise.resolve(inspected);
        },
      }),
      all,
    );
    const [atOnce, late, last] = [newId('sub'), newId('sub'), newId('sub')];
    await Promise.all([queue.submit(sub(atOnce), { fresh: true }), queue.submit(sub(atOnce))]);
    await queue.submit(sub(late));
    for (const id of [atOnce, late]) await queue.waitFor(id, signal());
    await queue.submit(sub(late), { fresh: true });
    await queue.submit(sub(last)); // behind whatever was queued twice
    await queue.waitFor(last, signal());
    expect(worked).toEqual([atOnce, late, last]);
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
      { ...all, concurrency: { inspect: 3 } },
    );
    const ids = Array.from({ length: 9 }, () => newId('sub'));
    for (const id of ids) await queue.submit(sub(id));
    await Promise.all(ids.map((id) => queue.waitFor(id, signal())));
    expect(most).toBe(3);
  });

  it('knows nothing of what was never submitted, and stops waiting when told to', async () => {
    await using queue = await start();
    await expect(queue.waitFor('sub-none', signal())).rejects.toMatchObject({ code: 'submission-unknown' });
    await expect(queue.outcome('sub-none')).resolves.toEqual({ state: 'unknown' });
    await expect(queue.cancel('sub-none')).resolves.toBe(false);
    const id = newId('sub');
    await queue.submit(sub(id));
    const stop = new AbortController();
    const waited = queue.waitFor(id, stop.signal);
    stop.abort(new Fault('cancelled', 'Ctrl-C'));
    await expect(waited).rejects.toMatchObject({ code: 'cancelled', detail: 'Ctrl-C' });
  });
});
