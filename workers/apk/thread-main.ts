import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { ApkFacts } from '../../orchestrator/contract/apk.ts';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import type { FaultCode } from '../../orchestrator/contract/faults.ts';
import { readApk, type ApkInput } from './read.ts';

export interface ThreadTask {
  readonly files: readonly { readonly path: string; readonly fileName: string }[];
}

export type ThreadAnswer = { readonly facts: ApkFacts } | { readonly fault: { code: FaultCode; detail: string } };

/** The thread is ended from outside on abort and on its deadline, so nothing in here has to listen for them. */
async function answer({ files }: ThreadTask): Promise<ThreadAnswer> {
  try {
    const inputs: ApkInput[] = [];
    for (const { path, fileName } of files) inputs.push({ fileName, bytes: await readFile(path) });
    return { facts: await readApk(inputs, { signal: new AbortController().signal }) };
  } catch (error) {
    if (error instanceof Fault) return { fault: error.toJSON() };
    const reason = error instanceof Error ? error.message : String(error);
    return { fault: { code: 'file-unreadable', detail: printable(reason) } };
  }
}

parentPort?.postMessage(await answer(workerData as ThreadTask));
