import { basename } from 'node:path';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { asFault } from '../../orchestrator/store/stage.ts';
import { unpackInThread } from '../../workers/apk/read-in-thread.ts';
import { groupSamples } from '../samples.ts';
import { mustBeFile } from '../submit.ts';
import type { UploadedFile } from './api.ts';

/** What is sent as one submission: an APK with its splits, or one container as it is. */
export interface Upload {
  readonly name: string;
  readonly files: readonly UploadedFile[];
}

/**
 * Groups files as `vet` does: splits belong to the base of their package. A container is sent whole and opened by a
 * worker, so that its digest is that of the file that a person has.
 */
export async function groupUploads(
  paths: readonly string[],
  signal: AbortSignal,
): Promise<{ uploads: Upload[]; refused: { upload: Upload; fault: Fault }[] }> {
  const uploads: Upload[] = [];
  const refused: { upload: Upload; fault: Fault }[] = [];
  const apks: string[] = [];
  for (const path of paths) {
    try {
      await mustBeFile(path);
      const [content = null] = await unpackInThread([path], { signal });
      if (content instanceof Fault) throw content;
      if (content === null) apks.push(path);
      else uploads.push(uploadOf([path]));
    } catch (error) {
      signal.throwIfAborted();
      refused.push({ upload: uploadOf([path]), fault: asFault(error) });
    }
  }
  const grouped = apks.length === 0 ? { samples: [], refused: [] } : await groupSamples(apks, signal);
  uploads.push(...grouped.samples.map((sample) => uploadOf(sample.paths)));
  refused.push(...grouped.refused.map(({ sample, fault }) => ({ upload: uploadOf(sample.paths), fault })));
  return { uploads, refused };
}

function uploadOf(paths: readonly string[]): Upload {
  return {
    name: basename(paths[0] ?? ''),
    files: paths.map((path) => ({ path, fileName: basename(path) })),
  };
}
