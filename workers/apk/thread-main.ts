import { readFile } from 'node:fs/promises';
import { parentPort } from 'node:worker_threads';
import type { ApkFacts } from '../../orchestrator/contract/apk.ts';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import type { FaultCode } from '../../orchestrator/contract/faults.ts';
import { expand } from './container/expand.ts';
import { readApk, readPart, type ApkInput } from './read.ts';

export interface ThreadTask {
  readonly want: 'facts' | 'identities' | 'contents';
  readonly files: readonly { readonly path: string; readonly fileName: string }[];
}

type ThreadFault = { readonly fault: { readonly code: FaultCode; readonly detail: string } };

export type ThreadAnswer =
  | { readonly facts: ApkFacts }
  | { readonly identities: readonly ({ readonly packageName: string; readonly split: string | null } | ThreadFault)[] }
  | { readonly contents: readonly (ContainerContent | null | ThreadFault)[] }
  | ThreadFault;

/** The APKs that were in a container. */
export interface ContainerContent {
  readonly files: readonly { readonly fileName: string; readonly bytes: Uint8Array }[];
}

/** The thread is ended from outside on abort and on its deadline, so nothing in here has to listen for them. */
const { signal } = new AbortController();

async function answer({ want, files }: ThreadTask): Promise<ThreadAnswer> {
  try {
    if (want === 'identities') return { identities: await Promise.all(files.map(identify)) };
    if (want === 'contents') {
      const contents: (ContainerContent | null | ThreadFault)[] = [];
      for (const file of files) contents.push(await contentOf(file));
      return { contents };
    }
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

async function contentOf({
  path,
  fileName,
}: ThreadTask['files'][number]): Promise<ContainerContent | null | ThreadFault> {
  try {
    const { files, containers } = expand({ fileName, bytes: await readFile(path) });
    return containers.length === 0 ? null : { files };
  } catch (error) {
    return asAnswer(error);
  }
}

function asAnswer(error: unknown): ThreadFault {
  if (error instanceof Fault) return { fault: error.toJSON() };
  const reason = error instanceof Error ? error.message : String(error);
  return { fault: { code: 'file-unreadable', detail: printable(reason) } };
}

// One task at a time: whoever gives it waits for the answer before it gives the next.
parentPort?.on('message', (task: ThreadTask) => void answer(task).then((found) => parentPort?.postMessage(found)));
