import { Worker } from 'node:worker_threads';

/** To start a thread takes half a second, since it loads the reader anew; to read an APK takes milliseconds. */
const MOST_IDLE = 2;
/** A thread is left after so many tasks, whatever it may have gathered in them. */
const MOST_TASKS = 50;

/** A thread that reads APKs, one task after another. What it was given to read can end it, and nothing else. */
export interface ReadingThread {
  readonly worker: Worker;
  readonly heapMegabytes: number;
  readonly tasks: number;
}

const idle: ReadingThread[] = [];

/** An idle thread of that limit, or a new one. It keeps the process alive until it is given back or ended. */
export function takeThread(heapMegabytes: number): ReadingThread {
  const found = idle.findIndex((one) => one.heapMegabytes === heapMegabytes);
  const [kept] = found === -1 ? [] : idle.splice(found, 1);
  if (kept !== undefined) {
    kept.worker.ref();
    silence(kept.worker);
    return { ...kept, tasks: kept.tasks + 1 };
  }
  // The thread's entry is plain JavaScript that registers tsx itself, so it starts alike under tsx and under vitest.
  const worker = new Worker(new URL('thread-entry.mjs', import.meta.url), {
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
  });
  return { worker, heapMegabytes, tasks: 1 };
}

/** Keeps a thread whose task ended with an answer. An idle one does not keep the process alive. */
export async function giveBack(thread: ReadingThread): Promise<void> {
  silence(thread.worker);
  if (idle.length >= MOST_IDLE || thread.tasks >= MOST_TASKS) return endThread(thread);
  thread.worker.unref();
  const forget = (): void => {
    const place = idle.findIndex(({ worker }) => worker === thread.worker);
    if (place !== -1) idle.splice(place, 1);
  };
  thread.worker.once('error', forget); // it may still run out of memory while it idles
  thread.worker.once('exit', forget);
  idle.push(thread);
}

/** Ends a thread that failed, or that still works on what nobody waits for. */
export async function endThread({ worker }: ReadingThread): Promise<void> {
  silence(worker);
  worker.on('error', () => undefined); // it is being ended; nobody waits for what it says
  await worker.terminate();
}

/** Its listeners belong to the task that ended. Node keeps some of its own on a worker, which stay. */
function silence(worker: Worker): void {
  for (const name of ['message', 'error', 'exit']) worker.removeAllListeners(name);
}
