import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { ApkFacts } from '../../orchestrator/contract/apk.ts';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import type { FaultCode } from '../../orchestrator/contract/faults.ts';
import { readApk, readPart, type ApkInput } from './read.ts';

export interface ThreadTask {
  readonly want: 'facts' | 'identities';
  readonly files: readonly { readonly path: string; readonly fileName: string }[];
}

type ThreadFault = { readonly fault: { readonly code: FaultCode; readonly detail: string } };

export type ThreadAnswer =
  | { readonly facts: ApkFacts }
  | { readonly identities: readonly ({ readonly packageName: string; readonly split: string | null } | ThreadFault)[] }
  | ThreadFault;

/** The thread is ended from outside on abort and on its deadline, so nothing in here has to listen for them. */
const { signal } = new AbortController();

async function answer({ want, files }: ThreadTask): Promise<ThreadAnswer> {
  try {
    if (want === 'identities') return { identities: await Promise.all(files.map(identify)) };
    const inputs: ApkInput[] = [];
    for (const { path, fileName } of files) inputs.push({ fileName, bytes: await readFile(path) });
    return { facts: await readApk(inputs, { signal }) };
  } catch (error) {
    return asAnswer(error);
  }
}

async function identify({ path, fileName }: ThreadTask['files'][number]) {
  try {
    const { manifest } = readPart({ fileName, bytes: await readFile(path) }, signal);
    return { packageName: manifest.packageName, split: manifest.split };
  } catch (error) {
    return asAnswer(error);
  }
}

function asAnswer(error: unknown): ThreadFault {
  if (error instanceof Fault) return { fault: error.toJSON() };
  const reason = error instanceof Error ? error.message : String(error);
  return { fault: { code: 'file-unreadable', detail: printable(reason) } };
}

parentPort?.postMessage(await answer(workerData as ThreadTask));
