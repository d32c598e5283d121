import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The note of a submission whose session a worker process holds until it is aborted. */
export const HELD = 'to be cancelled';

/** Workers of a stand, each a process of its own. */
export interface WorkerProcesses extends AsyncDisposable {
  /** How many sessions each process began. */
  readonly sessions: readonly number[];
  /** Resolves when one of them has said `began`, or `let-go`, of that submission. */
  said(word: 'began' | 'let-go', submission: string): Promise<void>;
}

export async function startWorkers(
  count: number,
  where: {
    readonly url: string;
    readonly redisUrl: string | undefined;
    readonly queue: string;
    readonly directory: string;
  },
): Promise<WorkerProcesses> {
  const heard = new Set<string>();
  const news = new EventEmitter().setMaxListeners(0);
  const sessions: number[] = new Array<number>(count).fill(0);
  const children = sessions.map((_none, index) => {
    const args = ['--import', 'tsx', join(import.meta.dirname, 'worker-process.ts')];
    const child = spawn(process.execPath, [...args, where.url, where.redisUrl ?? '-', where.queue, where.directory], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('examining ')) sessions[index]! += 1;
      heard.add(line === 'ready' ? `ready ${index}` : line);
      news.emit('line');
    });
    child.once('exit', () => news.emit('line'));
    return child;
  });
  async function heardOf(words: string): Promise<void> {
    while (!heard.has(words)) {
      if (children.every((child) => child.exitCode !== null)) throw new Error(`no worker is left to say: ${words}`);
      await once(news, 'line');
    }
  }
  for (let index = 0; index < count; index += 1) await heardOf(`ready ${index}`);
  return {
    sessions,
    said: (word, submission) => heardOf(`${word} ${submission}`),
    async [Symbol.asyncDispose]() {
      await Promise.all(
        children.map(async (child) => {
          if (child.exitCode !== null) return;
          const gone = once(child, 'exit');
          child.stdin.end();
          await gone;
        }),
      );
    },
  };
}
