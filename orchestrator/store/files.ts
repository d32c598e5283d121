import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { addAbortSignal, Readable } from 'node:stream';
import { Fault } from '../contract/fault.ts';
import { syncToDisk } from './durable.ts';

/** Submitted files, each stored once under its SHA-256. */
export interface FileStore {
  /**
   * Streams a file in. Storing what is there already changes nothing.
   * @throws Fault `apk-too-large` past `limitBytes`, `disk-full`; nothing of the file remains then
   */
  add(
    content: Readable | AsyncIterable<Uint8Array>,
    options: { limitBytes: number; signal: AbortSignal },
  ): Promise<StoredFile>;
  /** Where a file of that digest lies, or would. @throws Fault `usage` where the text is no SHA-256 */
  path(sha256: string): string;
  has(sha256: string): Promise<boolean>;
}

export interface StoredFile {
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly path: string;
  /** False where the same content was there before. */
  readonly added: boolean;
}

/** Opens the store under `root`. Uploads that a dead process left behind are removed when older than a day. */
export async function openFiles(root: string): Promise<FileStore> {
  const incoming = path.join(root, 'incoming');
  await mkdir(incoming, { recursive: true });
  await removeAbandoned(incoming);

  function place(sha256: string): string {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Fault('usage', 'a file is named by the 64 hex digits of its SHA-256');
    return path.join(root, sha256.slice(0, 2), sha256);
  }

  return {
    path: place,
    has: (sha256) => isFile(place(sha256)),
    async add(content, { limitBytes, signal }) {
      signal.throwIfAborted();
      const draft = path.join(incoming, randomBytes(12).toString('hex'));
      try {
        const { sha256, sizeBytes } = await receive(content, draft, limitBytes, signal);
        const target = place(sha256);
        const added = !(await isFile(target));
        if (added) await settle(draft, target);
        return { sha256, sizeBytes, path: target, added };
      } catch (error) {
        throw asFault(error);
      } finally {
        await rm(draft, { force: true });
      }
    },
  };
}

async function receive(
  content: Readable | AsyncIterable<Uint8Array>,
  draft: string,
  limitBytes: number,
  signal: AbortSignal,
): Promise<{ sha256: string; sizeBytes: number }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  // The draft is there before anything can fail, and closed after: a stream that opens it by itself may do so too late
  // for the removal of an upload that was cancelled at once.
  const file = await open(draft, 'wx', 0o600);
  try {
    const source = addAbortSignal(signal, content instanceof Readable ? content : Readable.from(content));
    for await (const chunk of source as AsyncIterable<Uint8Array>) {
      sizeBytes += chunk.length;
      if (sizeBytes > limitBytes) throw new Fault('apk-too-large', `more than ${limitBytes} bytes`);
      hash.update(chunk);
      await file.appendFile(chunk);
    }
    signal.throwIfAborted();
    await file.sync();
  } finally {
    await file.close();
  }
  return { sha256: hash.digest('hex'), sizeBytes };
}

/** Another process may settle the same content at the same time: both renames leave the same bytes. */
async function settle(draft: string, target: string): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  await chmod(draft, 0o444);
  await rename(draft, target);
  await syncToDisk(path.dirname(target));
}

async function removeAbandoned(incoming: string): Promise<void> {
  const dayAgoMs = Date.now() - 86_400_000;
  for (const name of await readdir(incoming)) {
    const file = path.join(incoming, name);
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Infinity })); // another process removed it first
    if (mtimeMs < dayAgoMs) await rm(file, { force: true });
  }
}

async function isFile(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function asFault(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new Fault('disk-full', 'storing a submitted file', { cause: error });
  return error;
}
