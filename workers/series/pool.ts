import { Worker } from 'node:worker_threads';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import type { Batch } from './batches.ts';
import type { LineOptions } from './judge-line.ts';
import type { JudgedBatch } from './thread-main.ts';

/** Judging threads. Each takes one batch at a time; batches wait in the order in which they came. */
export interface Pool extends AsyncDisposable {
  /** @throws Fault `internal` where a thread died: nothing of its batch is known then. */
  judge(batch: Batch): Promise<JudgedBatch>;
}

interface Waiting {
  readonly batch: Batch;
  readonly resolve: (judged: JudgedBatch) => void;
  readonly reject: (reason: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  busy: Waiting | null;
}

export function openPool(threads: number, options: LineOptions): Pool {
  const waiting: Waiting[] = [];
  const all = Array.from({ length: threads }, () => start(options));
  let broken: Error | null = null;

  function give(): void {
    for (const thread of all) {
      if (thread.busy !== null) continue;
      const next = waiting.shift();
      if (next === undefined) return;
      thread.busy = next;
      thread.worker.postMessage(next.batch, [next.batch.bytes.buffer as ArrayBuffer]);
    }
  }

  function fail(reason: Error): void {
    broken ??= reason;
    for (const { reject } of [...all.flatMap(({ busy }) => busy ?? []), ...waiting.splice(0)]) reject(broken);
  }

  for (const thread of all) {
    thread.worker.on('message', (judged: JudgedBatch) => {
      thread.busy?.resolve(judged);
      thread.busy = null;
      give();
    });
    thread.worker.on('error', (error: Error) => {
      fail(new Fault('internal', `A judging thread failed: ${printable(error.message)}`, { cause: error }));
    });
  }
  return {
    judge(batch) {
      if (broken !== null) return Promise.reject(broken);
      return new Promise((resolve, reject) => {
        waiting.push({ batch, resolve, reject });
        give();
      });
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map(({ worker }) => worker.terminate()));
    },
  };
}

function start(options: LineOptions): Thread {
  // The thread's entry is plain JavaScript that registers tsx itself, so it starts alike under tsx and under vitest.
  const worker = new Worker(new URL('thread-entry.mjs', import.meta.url), { workerData: options, execArgv: [] });
  return { worker, busy: null };
}
