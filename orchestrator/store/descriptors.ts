import fs from 'node:fs';
import { promisify } from 'node:util';

/**
 * Files by descriptor. The handles of node:fs/promises are objects that the garbage collector watches; where hundreds of
 * small files a second are stored, plain descriptors take half as much of the event loop. Who opens one closes it.
 */
export const openFile: (file: string, flags: string, mode?: number) => Promise<number> = promisify(fs.open);
export const syncFile: (descriptor: number) => Promise<void> = promisify(fs.fsync);
export const closeFile: (descriptor: number) => Promise<void> = promisify(fs.close);

const writeSome = promisify(fs.write);

/** Writes all of it where the last write ended: one call may write less (write(2)). */
export async function writeFully(descriptor: number, bytes: Uint8Array): Promise<void> {
  for (let from = 0; from < bytes.length;) {
    from += (await writeSome(descriptor, bytes, from, bytes.length - from)).bytesWritten;
  }
}
