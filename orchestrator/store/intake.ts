import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { addAbortSignal, Readable } from 'node:stream';
import { Fault } from '../contract/fault.ts';
import { closeFile, openFile, syncFile, writeFully } from './descriptors.ts';

export type Content = Readable | AsyncIterable<Uint8Array>;

export interface IntakeOptions {
  readonly limitBytes: number;
  readonly signal: AbortSignal;
}

/** A file that was received whole, synced to disk, and waits to be settled. Disposing removes what was not moved away. */
export interface Draft extends AsyncDisposable {
  readonly file: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Gives it its name, in a folder that is made where it is missing. */
  moveTo(target: string): Promise<void>;
}

/** Where uploads arrive before their digest, and so their name, is known. */
export interface Intake {
  /**
   * Streams a file to disk while hashing it; memory holds one chunk at a time.
   * @throws Fault `apk-too-large` past the limit, `disk-full`; nothing of the file remains then
   */
  receive(content: Content, options: IntakeOptions): Promise<Draft>;
}

/** What is stored is never written again; the handle that made it may all the same. */
const READ_ONLY = 0o444;
const ABANDONED_AFTER_MS = 86_400_000;

/** Opens the folder; what a dead process left there is removed when older than a day. */
export async function openIntake(folder: string): Promise<Intake> {
  await mkdir(folder, { recursive: true });
  await removeAbandoned(folder);
  return {
    async receive(content, options) {
      options.signal.throwIfAborted();
      const file = path.join(folder, randomBytes(12).toString('hex'));
      const dispose = (): Promise<void> => rm(file, { force: true });
      let moved = false;
      try {
        const written = await write(content, file, options);
        return {
          file,
          ...written,
          async moveTo(target) {
            await renameInto(file, target);
            moved = true;
          },
          [Symbol.asyncDispose]: () => (moved ? Promise.resolve() : dispose()),
        };
      } catch (error) {
        await dispose();
        throw asDiskFault(error, 'storing a file');
      }
    },
  };
}

/** The folder is there but for the first file of it, so it is not asked for before. */
async function renameInto(file: string, target: string): Promise<void> {
  try {
    await rename(file, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(path.dirname(target), { recursive: true });
    await rename(file, target);
  }
}

/** A full disk or an exhausted quota as `disk-full`; any other error as it is. */
export function asDiskFault(error: unknown, doing: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT' ? new Fault('disk-full', doing, { cause: error }) : error;
}

async function write(
  content: Content,
  target: string,
  { limitBytes, signal }: IntakeOptions,
): Promise<{ sha256: string; sizeBytes: number }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  // The draft is there before anything can fail, and closed after: a stream that opens it by itself may do so too late
  // for the removal of an upload that was cancelled at once.
  const file = await openFile(target, 'wx', READ_ONLY);
  try {
    const source = addAbortSignal(signal, content instanceof Readable ? content : Readable.from(content));
    for await (const chunk of source as AsyncIterable<Uint8Array>) {
      sizeBytes += chunk.length;
      if (sizeBytes > limitBytes) throw new Fault('apk-too-large', `more than ${limitBytes} bytes`);
      hash.update(chunk);
      await writeFully(file, chunk);
    }
    signal.throwIfAborted();
    await syncFile(file);
  } finally {
    await closeFile(file);
  }
  return { sha256: hash.digest('hex'), sizeBytes };
}

async function removeAbandoned(folder: string): Promise<void> {
  const before = Date.now() - ABANDONED_AFTER_MS;
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Infinity })); // another process removed it first
    if (mtimeMs < before) await rm(file, { force: true });
  }
}
