import { setImmediate as turn } from 'node:timers/promises';
import type { IQueueBackend } from 'bullmq';
import { expect, it } from 'vitest';
import { flowsTogether } from '../../orchestrator/store/queue-flows.ts';

type Entry = Parameters<IQueueBackend['addFlow']>[0][number];
type Answer = [Error | null, string | number];

const flow = (...jobIds: string[]): Entry[] => jobIds.map((jobId) => ({ jobId }) as Entry);

/** A queue that answers when it is told to. */
function slowQueue() {
  const asked: string[][] = [];
  const answers: ((results: Answer[] | Error) => void)[] = [];
  const add = flowsTogether((entries) => {
    asked.push(entries.map(({ jobId }) => jobId));
    return new Promise((resolve, reject) => {
      answers.push((results) => (results instanceof Error ? reject(results) : resolve(results)));
    });
  });
  return { add, asked, answer: (results: Answer[] | Error) => answers.shift()!(results) };
}

it('adds flows that come in one turn, or meanwhile, in one transaction, in their order, and tells each of its own jobs', async () => {
  const { add, asked, answer } = slowQueue();
  const first = add(flow('a'));
  await turn();
  const [second, third] = [add(flow('b1', 'b2')), add(flow('c1', 'c2', 'c3'))];
  await turn();
  expect(asked).toEqual([['a']]);
  answer([[null, 'a']]);
  await expect(first).resolves.toEqual([[null, 'a']]);
  expect(asked).toEqual([['a'], ['b1', 'b2', 'c1', 'c2', 'c3']]);
  answer(['b1', 'b2', 'c1', 'c2', 'c3'].map((id) => [null, id]));
  await expect(second).resolves.toEqual([
    [null, 'b1'],
    [null, 'b2'],
  ]);
  await expect(third).resolves.toHaveLength(3);
});

it('fails a flow of which any job was refused, so that nobody takes half of it for the whole', async () => {
  const { add, answer } = slowQueue();
  const [first, second, third] = [add(flow('a')), add(flow('b1', 'b2')), add(flow('c'))];
  await turn();
  const full = new Error('OOM');
  answer([
    [null, 'a'],
    [null, 'b1'],
    [full, ''],
    [null, 'c'],
  ]);
  expect((await second)[0]?.[0]).toBe(full);
  await expect(first).resolves.toEqual([[null, 'a']]);
  await expect(third).resolves.toEqual([[null, 'c']]);
});

it('fails all that went together where the transaction fails, and goes on with those that come after', async () => {
  const { add, answer } = slowQueue();
  const [first, second, third] = [add(flow('a')), add(flow('b')), add(flow('c'))];
  await turn();
  answer(new Error('Connection is closed.'));
  await expect(first).rejects.toThrow('closed');
  await expect(second).rejects.toThrow('closed');
  await expect(third).rejects.toThrow('closed');
  const later = add(flow('d'));
  await turn();
  answer([[null, 'd']]);
  await expect(later).resolves.toEqual([[null, 'd']]);
});
