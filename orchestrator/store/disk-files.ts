import { link, mkdir, open, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Fault } from '../contract/fault.ts';
import { checkedReading } from './checked-reading.ts';
import { digestFile, syncToDisk } from './durable.ts';
import { checkDigest, type FileStore } from './files.ts';
import { asDiskFault, openIntake, type Draft } from './intake.ts';

/** A store in a directory of this machine, or of a file system that several machines share. */
export interface DiskFiles extends FileStore {
  /** Where a file of that digest lies, or would. @throws Fault `usage` where the text is no SHA-256 */
  path(sha256: string): string;
}

/**
 * Opens the store under `root`: `ab/abcd…` for files, `incoming` for uploads that are not complete, `removed` for the
 * marks of what retention took away, `leaving` for what it is taking away now.
 */
export async function openDiskFiles(root: string, { now = Date.now } = {}): Promise<DiskFiles> {
  const intake = await openIntake(path.join(root, 'incoming'));
  await mkdir(path.join(root, 'removed'), { recursive: true });
  const leaving = path.join(root, 'leaving');
  await mkdir(leaving, { recursive: true });
  const place = (sha256: string): string => path.join(root, checkDigest(sha256).slice(0, 2), sha256);
  const mark = (sha256: string): string => path.join(root, 'removed', checkDigest(sha256));

  async function missing(sha256: string): Promise<Fault> {
    const at = await stat(mark(sha256)).catch(ignoreMissing);
    if (at === null) return new Fault('artefact-missing', `no file of SHA-256 ${sha256} in ${root}`);
    return new Fault('artefact-removed', `the file of SHA-256 ${sha256}, on ${at.mtime.toISOString()}`);
  }

  await finishRemovals(leaving, { place, mark, nowMs: now() });
  return {
    path: place,
    has: async (sha256) => (await sizeOf(place(sha256))) !== null,
    size: (sha256) => sizeOf(place(sha256)),
    async add(content, options) {
      await using draft = await intake.receive(content, options);
      const { sha256, sizeBytes } = draft;
      const added = !(await markUsed(place(sha256)));
      if (added) await settle(draft, place(sha256));
      return { sha256, sizeBytes, added };
    },
    async open(sha256, signal) {
      signal.throwIfAborted();
      const file = await open(place(sha256), 'r').catch(ignoreMissing);
      if (file === null) throw await missing(sha256);
      return checkedReading(file.createReadStream(), sha256, signal);
    },
    async local(sha256, signal) {
      signal.throwIfAborted();
      const file = place(sha256);
      if ((await sizeOf(file)) === null) throw await missing(sha256);
      const found = (await digestFile(file, signal)).sha256;
      if (found !== sha256) throw new Fault('artefact-broken', `${file} has SHA-256 ${found}`);
      return file;
    },
    async remove(sha256, { unlessUsedSince }) {
      const gone = path.join(leaving, checkDigest(sha256));
      if ((await rename(place(sha256), gone).catch(ignoreMissing)) === null) return 'absent';
      // The file left its name first. Whoever stores the same content now either used the name before, and the time of
      // that use is seen here, or finds it free and settles a copy of their own: neither loses the file.
      if ((await stat(gone)).mtime > unlessUsedSince) {
        await restore(gone, place(sha256));
        return 'in-use';
      }
      await writeFile(mark(sha256), '');
      await syncToDisk(path.dirname(mark(sha256)));
      await rm(gone);
      for (const folder of [leaving, path.dirname(place(sha256))]) await syncToDisk(folder);
      return 'removed';
    },
  };
}

/** Another process may settle the same content at the same time: both renames leave the same bytes. */
async function settle(draft: Draft, target: string): Promise<void> {
  try {
    await draft.moveTo(target);
    await syncToDisk(path.dirname(target));
  } catch (error) {
    throw asDiskFault(error, 'storing a file');
  }
}

/** Sets the time of last use, which keeps a file from a removal that was planned before. False where there is none. */
async function markUsed(file: string): Promise<boolean> {
  const now = new Date();
  return (await utimes(file, now, now).catch(ignoreMissing)) !== null;
}

/** A removal that a dead process left half done is taken back, or finished where its mark was written. */
async function finishRemovals(
  leaving: string,
  at: { place: (sha256: string) => string; mark: (sha256: string) => string; nowMs: number },
): Promise<void> {
  const hourAgo = new Date(at.nowMs - 3_600_000);
  for (const sha256 of await readdir(leaving)) {
    const gone = path.join(leaving, sha256);
    const left = await stat(gone).catch(ignoreMissing);
    if (left === null || left.ctime > hourAgo) continue; // another process is at it
    const marked = await stat(at.mark(sha256)).catch(ignoreMissing);
    if (marked !== null && marked.mtime >= left.ctime) await rm(gone, { force: true });
    else await restore(gone, at.place(sha256));
  }
}

async function restore(gone: string, target: string): Promise<void> {
  await link(gone, target).catch(ignorePresent);
  await rm(gone, { force: true });
}

async function sizeOf(file: string): Promise<number | null> {
  const found = await stat(file).catch(ignoreMissing);
  return found?.isFile() === true ? found.size : null;
}

function ignoreMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

function ignorePresent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
