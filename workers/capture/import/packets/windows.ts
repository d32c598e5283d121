import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { MOST_RECORD_BYTES, type PacketSource } from './source.ts';

/** Read at a time: parsed while it is still in the processor's cache. */
const WINDOW_BYTES = 1 << 20;
/** In front of each window is room for what the window before it left unread. */
const FRONT = MOST_RECORD_BYTES;

export interface Windows {
  readonly handle: FileHandle;
  readonly source: PacketSource;
  /** Bytes at the beginning that are not the source's. */
  readonly headerBytes: number;
  readonly signal: AbortSignal;
  /** Called after each window with the bytes of the file that have been read. */
  readonly progress: (readBytes: number) => void;
}

/**
 * Leads a file through a source in two buffers used in turn: while one is parsed, the other is filled.
 * @returns the SHA-256 of the file, in hex
 */
export async function readWindows({ handle, source, headerBytes, signal, progress }: Windows): Promise<string> {
  const hash = createHash('sha256');
  const fill = async (buffer: Buffer): Promise<number> => (await handle.read(buffer, FRONT, WINDOW_BYTES)).bytesRead;
  let current = Buffer.allocUnsafeSlow(FRONT + WINDOW_BYTES);
  let coming = Buffer.allocUnsafeSlow(FRONT + WINDOW_BYTES);
  let from = FRONT + headerBytes;
  let readBytes = 0;
  for (let filled = await fill(current); ;) {
    signal.throwIfAborted();
    const to = FRONT + filled;
    const last = filled === 0;
    const parse = async (): Promise<number> => {
      hash.update(current.subarray(FRONT, to));
      return from > to ? from : source.read(current, from, to, last);
    };
    const [next, filledNext] = await Promise.all([parse(), last ? 0 : fill(coming)]);
    readBytes += filled;
    if (last) {
      if (next > to) source.damage.endsShort = { what: 'a block', missingBytes: next - to };
      return hash.digest('hex');
    }
    if (to - next > FRONT) throw new RangeError(`a source left ${to - next} bytes unread`);
    if (next < to) current.copy(coming, FRONT - (to - next), next, to);
    from = FRONT - (to - next);
    [current, coming] = [coming, current];
    filled = filledNext;
    progress(readBytes);
  }
}
