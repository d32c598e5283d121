import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { ApkFacts } from '../../orchestrator/contract/apk.ts';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import { endThread, giveBack, takeThread } from './reading-thread.ts';
import type { ContainerContent, ThreadAnswer, ThreadTask } from './thread-main.ts';

/** A path, or a path with the name under which the file was submitted. */
export type ApkPath = string | { readonly path: string; readonly fileName: string };

export interface ThreadLimits {
  /** Of all files together. Default 2 GiB, what Play allows for one app's compressed downloads is far below. */
  readonly mostBytes?: number;
  /** V8 heap of the thread. Default 512. */
  readonly mostHeapMegabytes?: number;
  /** Wall clock. Default 60,000. */
  readonly deadlineMs?: number;
}

/**
 * `readApk` in another thread: a file that makes the reader run long or large ends the thread, not the process.
 * @throws Fault as `readApk` does, also file-unreadable, apk-too-large, deadline-passed; the signal's reason on abort
 */
export async function readApkInThread(
  paths: readonly ApkPath[],
  options: { signal: AbortSignal } & ThreadLimits,
): Promise<ApkFacts> {
  const answer = await runThread('facts', paths, options);
  if (!('facts' in answer)) throw faultOf(answer);
  return ApkFacts.parse(answer.facts);
}

/** Which app a file belongs to, and as which part of it: the base (`split` null) or a split. */
export interface ApkIdentity {
  readonly packageName: string;
  readonly split: string | null;
}

/**
 * Identity of each file, read in one thread; a file that is no APK gives its Fault in the place of an identity.
 * @throws Fault apk-too-large, deadline-passed; the signal's reason on abort
 */
export async function identifyInThread(
  paths: readonly string[],
  options: { signal: AbortSignal } & ThreadLimits,
): Promise<(ApkIdentity | Fault)[]> {
  const answer = await runThread('identities', paths, options);
  if (!('identities' in answer)) throw faultOf(answer);
  return answer.identities.map((one) => ('fault' in one ? new Fault(one.fault.code, one.fault.detail) : one));
}

/**
 * The APKs in each file that is a container, in memory; null for an APK, a Fault for what cannot be opened.
 * @throws Fault apk-too-large, deadline-passed; the signal's reason on abort
 */
export async function unpackInThread(
  paths: readonly string[],
  options: { signal: AbortSignal } & ThreadLimits,
): Promise<(ContainerContent | Fault | null)[]> {
  const answer = await runThread('contents', paths, options);
  if (!('contents' in answer)) throw faultOf(answer);
  return answer.contents.map((one) =>
    one !== null && 'fault' in one ? new Fault(one.fault.code, one.fault.detail) : one,
  );
}

function faultOf(answer: ThreadAnswer): Fault {
  return 'fault' in answer
    ? new Fault(answer.fault.code, answer.fault.detail)
    : new Fault('internal', 'The reading thread answered another question.');
}

async function runThread(
  want: ThreadTask['want'],
  paths: readonly ApkPath[],
  options: { signal: AbortSignal } & ThreadLimits,
): Promise<ThreadAnswer> {
  const { signal, mostBytes = 2 * 1024 ** 3, mostHeapMegabytes = 512, deadlineMs = 60_000 } = options;
  signal.throwIfAborted();
  const files = paths.map((path) => (typeof path === 'string' ? { path, fileName: basename(path) } : path));
  await refuseLargeFiles(files, mostBytes);
  signal.throwIfAborted();
  const task: ThreadTask = { want, files };
  const thread = takeThread(mostHeapMegabytes);
  const { worker } = thread;
  let onAbort = (): void => undefined;
  let timer: NodeJS.Timeout | undefined;
  let hasAnswered = false;
  try {
    const answer = await new Promise<ThreadAnswer>((resolve, reject) => {
      onAbort = () => reject(signal.reason as Error);
      signal.addEventListener('abort', onAbort, { once: true });
      timer = setTimeout(() => {
        reject(new Fault('deadline-passed', `Reading ${namesOf(files)} took over ${deadlineMs} ms.`));
      }, deadlineMs);
      worker.once('message', (message: ThreadAnswer) => resolve(message));
      worker.once('error', (error: Error & { code?: string }) => {
        reject(
          error.code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? new Fault('apk-too-large', `Reading ${namesOf(files)} took over ${mostHeapMegabytes} MiB of memory.`)
            : new Fault('internal', `The reading thread failed: ${printable(error.message)}`, { cause: error }),
        );
      });
      worker.once('exit', (code) => {
        reject(new Fault('internal', `The reading thread ended with status ${code} and without an answer.`));
      });
      worker.postMessage(task);
    });
    hasAnswered = true;
    return answer;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    await (hasAnswered ? giveBack(thread) : endThread(thread));
  }
}

async function refuseLargeFiles(files: ThreadTask['files'], mostBytes: number): Promise<void> {
  let total = 0;
  for (const { path, fileName } of files) {
    try {
      const found = await stat(path);
      if (!found.isFile()) throw new Fault('file-unreadable', `${printable(fileName)} is not a file.`);
      total += found.size;
    } catch (error) {
      if (error instanceof Fault) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new Fault('file-unreadable', `${printable(fileName)}: ${printable(reason)}`, { cause: error });
    }
  }
  if (total > mostBytes) {
    throw new Fault('apk-too-large', `${namesOf(files)}: ${total} bytes; ${mostBytes} are allowed.`);
  }
}

function namesOf(files: ThreadTask['files']): string {
  return printable(files.map((file) => file.fileName).join(', '));
}
