import { Worker } from 'node:worker_threads';
import { judgeCell, type Cell, type JudgedFamily } from './judged.ts';

/**
 * Judges all cells, in this thread or over several, and gives them in the order asked for.
 *
 * @param threads 1: no thread is started, so that times are those of one core.
 */
export async function judgeCells(
  cells: readonly Cell[],
  threads: number,
  done: (finished: number, cell: Cell) => void,
): Promise<readonly JudgedFamily[]> {
  if (threads <= 1) {
    return cells.map((cell, i) => {
      const judged = judgeCell(cell);
      done(i + 1, cell);
      return judged;
    });
  }
  const results = new Array<JudgedFamily | undefined>(cells.length);
  let next = 0;
  let finished = 0;
  const lane = async (): Promise<void> => {
    const worker = new Worker(new URL('./thread-entry.mjs', import.meta.url), { execArgv: [] });
    try {
      for (let index = next++; index < cells.length; index = next++) {
        results[index] = await answerTo(worker, cells[index]!);
        done(++finished, cells[index]!);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(threads, cells.length) }, lane));
  return results.map((result) => result!);
}

function answerTo(worker: Worker, cell: Cell): Promise<JudgedFamily> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void): void => {
      worker.off('message', answered).off('error', failed).off('exit', ended);
      end();
    };
    const answered = (judged: JudgedFamily): void => settle(() => resolve(judged));
    const failed = (error: Error): void => settle(() => reject(error));
    const ended = (status: number): void => settle(() => reject(new Error(`A thread ended with status ${status}.`)));
    worker.on('message', answered).on('error', failed).on('exit', ended);
    worker.postMessage(cell);
  });
}
