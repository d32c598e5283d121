import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { digestFile } from './durable.ts';

/** Copies of files that lie elsewhere, for whoever needs a path on this machine. */
export interface FileCache {
  /**
   * The copy of a file; `fetch` brings it to the path that it is given where there is none, or a damaged one.
   * Several who ask at once share one fetch.
   */
  path(sha256: string, fetch: (target: string) => Promise<void>): Promise<string>;
  forget(sha256: string): Promise<void>;
}

/** A path given out may be read for as long as a stage may last: only older copies make room. */
const IN_USE_MS = 6 * 3_600_000;

/** Opens the folder. Copies beyond `mostBytes` go, those unused for longest first, and none used in the last six hours. */
export async function openFileCache(folder: string, mostBytes: number): Promise<FileCache> {
  await mkdir(folder, { recursive: true });
  const fetching = new Map<string, Promise<void>>();

  async function bring(sha256: string, target: string, fetch: (target: string) => Promise<void>): Promise<void> {
    await makeRoom(folder, mostBytes);
    if (!(await isWhole(target, sha256))) await fetch(target);
    const now = new Date();
    await utimes(target, now, now);
  }

  return {
    async path(sha256, fetch) {
      const target = path.join(folder, sha256);
      const running = fetching.get(sha256) ?? bring(sha256, target, fetch).finally(() => fetching.delete(sha256));
      fetching.set(sha256, running);
      await running;
      return target;
    },
    forget: (sha256) => rm(path.join(folder, sha256), { force: true }),
  };
}

async function isWhole(file: string, sha256: string): Promise<boolean> {
  try {
    return (await digestFile(file)).sha256 === sha256;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function makeRoom(folder: string, mostBytes: number): Promise<void> {
  const copies: { file: string; sizeBytes: number; usedAtMs: number }[] = [];
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    const found = await stat(file).catch(() => null); // another process made room at the same time
    if (found !== null) copies.push({ file, sizeBytes: found.size, usedAtMs: found.mtimeMs });
  }
  let sumBytes = copies.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  for (const { file, sizeBytes, usedAtMs } of copies.sort((one, other) => one.usedAtMs - other.usedAtMs)) {
    if (sumBytes <= mostBytes || usedAtMs > Date.now() - IN_USE_MS) return;
    await rm(file, { force: true });
    sumBytes -= sizeBytes;
  }
}
