import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../orchestrator/contract/fault.ts';
import { unpackInThread, type ApkPath } from './apk/read-in-thread.ts';

/** A submission's APKs on disk, with those that were in a container in the place of it. */
export interface UnpackedApks extends AsyncDisposable {
  readonly paths: readonly ApkPath[];
}

/**
 * Takes the APKs out of .apks, .xapk, .apkm and archives with the password `infected` that were submitted, into a
 * private folder that goes away with the result. Files that are no containers stay as they are.
 * @throws Fault `container-*`, `apk-*`, `deadline-passed`; the signal's reason on abort
 */
export async function unpackSubmitted(
  files: readonly { readonly path: string; readonly fileName: string }[],
  signal: AbortSignal,
): Promise<UnpackedApks> {
  // Content decides, never the name: the same look that the command line takes at its arguments.
  const contents = await unpackInThread(
    files.map(({ path }) => path),
    { signal },
  );
  const refused = contents.find((one) => one instanceof Fault);
  if (refused instanceof Fault) throw refused;
  if (contents.every((one) => one === null)) return { paths: files, [Symbol.asyncDispose]: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), 'sleeptalk-container-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const paths: ApkPath[] = [];
    for (const [index, file] of files.entries()) {
      const content = contents[index] ?? null;
      if (content === null || content instanceof Fault) paths.push(file);
      else paths.push(...(await writeApks(join(folder, String(index)), content.files)));
    }
    return { paths, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Writes what was in one container, each file in a folder of its own, so that equal names do not meet. */
export async function writeApks(
  folder: string,
  files: readonly { readonly fileName: string; readonly bytes: Uint8Array }[],
): Promise<{ path: string; fileName: string }[]> {
  const written: { path: string; fileName: string }[] = [];
  for (const [index, { fileName, bytes }] of files.entries()) {
    const own = join(folder, String(index));
    await mkdir(own, { recursive: true });
    const safe = safeName(fileName);
    const path = join(own, safe);
    await writeFile(path, bytes, { flag: 'wx' });
    written.push({ path, fileName: safe });
  }
  return written;
}

/** The name of a file inside a container is hostile: letters, digits, `.`, `!`, `_` and `-` only. */
function safeName(fileName: string): string {
  const safe = fileName.replace(/[^A-Za-z0-9._!-]/g, '_').replace(/^\.+/, '_');
  return safe.length > 150 ? safe.slice(-150) : safe;
}
