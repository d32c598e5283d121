import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Fault } from '../orchestrator/contract/fault.ts';
import { asFault } from '../orchestrator/store/stage.ts';
import { unpackInThread } from '../workers/apk/read-in-thread.ts';
import { writeApks } from '../workers/containers.ts';
import type { Refused } from './samples.ts';
import { mustBeFile } from './submit.ts';

/** APKs on disk, with those that were in containers beside those that were not. */
export interface UnpackedPaths extends AsyncDisposable {
  readonly paths: readonly string[];
  /** Containers from which no APK could be taken. */
  readonly refused: readonly Refused[];
}

/**
 * Takes the APKs out of .apks, .xapk, .apkm and archives with the password `infected`, into a private folder that goes
 * away with the result. Paths that are no containers, or no files, stay as they are.
 */
export async function unpackContainers(paths: readonly string[], signal: AbortSignal): Promise<UnpackedPaths> {
  const readable: string[] = [];
  for (const path of paths) {
    // What is no file is refused, with its reason, where samples are grouped.
    await mustBeFile(path).then(
      () => readable.push(path),
      () => undefined,
    );
  }
  const contents = readable.length === 0 ? [] : await unpackInThread(readable, { signal });
  const found = new Map(readable.map((path, index) => [path, contents[index] ?? null]));
  const folder = [...found.values()].some((one) => one !== null && !(one instanceof Fault))
    ? await mkdtemp(join(tmpdir(), 'sleeptalk-container-'))
    : null;
  const refused: Refused[] = [];
  const unpacked: string[] = [];
  const remove = async (): Promise<void> => {
    if (folder !== null) await rm(folder, { recursive: true, force: true });
  };
  try {
    for (const [index, path] of paths.entries()) {
      const content = found.get(path) ?? null;
      if (content === null) unpacked.push(path);
      else if (content instanceof Fault)
        refused.push({ sample: { name: basename(path), paths: [path] }, fault: content });
      else if (folder !== null)
        unpacked.push(...(await writeApks(join(folder, String(index)), content.files)).map(({ path }) => path));
    }
  } catch (error) {
    await remove();
    throw asFault(error);
  }
  return { paths: unpacked, refused, [Symbol.asyncDispose]: remove };
}
