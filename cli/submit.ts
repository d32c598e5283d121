import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Fault, printable } from '../orchestrator/contract/fault.ts';
import type { Submission, SubmissionOptions } from '../orchestrator/contract/job.ts';
import { createSubmission } from '../orchestrator/store/submissions.ts';
import type { Stand } from './service.ts';

const LARGEST_APK_BYTES = 2 * 1024 ** 3;

/** Stores the files of one app by digest and records a new submission of them; nothing of them is parsed here. */
export async function submit(
  service: Pick<Stand, 'files' | 'ledger'>,
  paths: readonly string[],
  options: SubmissionOptions,
  signal: AbortSignal,
): Promise<Submission> {
  const files: Submission['files'] = [];
  for (const path of paths) {
    await mustBeFile(path);
    const { sha256, sizeBytes } = await service.files.add(createReadStream(path), {
      limitBytes: LARGEST_APK_BYTES,
      signal,
    });
    files.push({ sha256, sizeBytes, fileName: basename(path) });
  }
  const { submission } = await createSubmission(service.ledger, { files, options, again: true });
  return submission;
}

/** Throws `file-unreadable` with the reason in words, before anything is stored or read. */
export async function mustBeFile(path: string, what: 'APK' | 'capture' = 'APK'): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'ENOENT' ? 'there is no such file' : (error.code ?? 'it cannot be opened');
    throw new Fault('file-unreadable', `${printable(path)}: ${reason}`);
  });
  if (found.isDirectory())
    throw new Fault(
      'file-unreadable',
      `${printable(path)}: it is a folder, not ${what === 'APK' ? 'an APK' : 'a capture'}`,
    );
  if (!found.isFile()) throw new Fault('file-unreadable', `${printable(path)}: it is not a regular file`);
  // An empty capture is named by its reader, as any other that holds nothing.
  if (found.size === 0 && what === 'APK') throw new Fault('apk-not-zip', `${printable(path)} is empty`);
}
