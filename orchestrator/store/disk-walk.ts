import { stat } from 'node:fs/promises';
import path from 'node:path';
import { namesIn } from './durable.ts';
import type { FileWalk, WalkedFile } from './files.ts';

/** Walks a store in a directory: `ab/abcd…`, whatever else lies beside. What goes or comes meanwhile may be left out. */
export function walkDisk(root: string, place: (sha256: string) => string): FileWalk {
  return {
    async *walk(signal) {
      for (const folder of await namesLike(root, /^[0-9a-f]{2}$/)) {
        for (const sha256 of await namesLike(path.join(root, folder), /^[0-9a-f]{64}$/)) {
          signal.throwIfAborted();
          const file = await found(place(sha256));
          if (file !== null && sha256.startsWith(folder)) yield { sha256, ...file };
        }
      }
    },
    usedAt: async (sha256) => (await found(place(sha256)))?.storedAt ?? null,
  };
}

async function namesLike(folder: string, like: RegExp): Promise<string[]> {
  return (await namesIn(folder)).filter((name) => like.test(name)).sort();
}

/** Storing a file once more sets the time of the one that is there. */
async function found(file: string): Promise<Omit<WalkedFile, 'sha256'> | null> {
  try {
    const { size, mtime } = await stat(file);
    return { sizeBytes: size, storedAt: mtime };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
