import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { Fault, printable } from '../../../orchestrator/contract/fault.ts';
import { unpack, type Unpacking } from './unpack.ts';

export interface SourceOptions {
  readonly signal: AbortSignal;
  /** Called as the file is read, with bytes of the file as it lies on the disk. */
  readonly progress?: ((readBytes: number, totalBytes: number) => void) | undefined;
}

/** What is known of a file once it was read to its end. */
export interface SourceEnd {
  /** SHA-256 of the file as it lies on the disk, in hex. */
  readonly digest: string;
  /** Bytes of the file that could not be unpacked. */
  readonly unreadBytes: number;
  readonly notes: readonly string[];
}

/** One recorded file, read once from front to back. */
export interface Source extends AsyncDisposable {
  readonly path: string;
  /** True where the file is gzip: then `head` and `chunks` give what it holds. */
  readonly packed: boolean;
  /** The first bytes, up to {@link HEAD_BYTES}. */
  readonly head: Buffer;
  /** All bytes in order, the head included, once. A chunk is valid until the next one is asked for. */
  chunks(): AsyncGenerator<Buffer>;
  /** Reads to the end what the parser did not ask for, so that the digest is the whole file's. */
  end(): Promise<SourceEnd>;
}

/** Enough for the first line of any log that is read. */
const HEAD_BYTES = 65_536;
const CHUNK_BYTES = 1_048_576;

/** @throws Fault `file-unreadable`, `capture-malformed` where gzip unpacks beyond all measure. */
export async function openSource(path: string, options: SourceOptions): Promise<Source> {
  options.signal.throwIfAborted();
  try {
    const file = await open(path);
    const source = new FileSource(path, file, (await file.stat()).size, options);
    try {
      return await source.begin();
    } catch (fault) {
      await source[Symbol.asyncDispose]();
      throw fault;
    }
  } catch (cause) {
    throw unreadable(path, cause, options.signal);
  }
}

class FileSource implements Source {
  readonly path: string;
  packed = false;
  head: Buffer = Buffer.alloc(0);
  readonly #file: FileHandle;
  readonly #totalBytes: number;
  readonly #options: SourceOptions;
  readonly #hash = createHash('sha256');
  readonly #unpacking: Unpacking = { inBytes: 0, outBytes: 0, trouble: null };
  readonly #raw: AsyncGenerator<Buffer>;
  #rest: AsyncGenerator<Buffer>;

  constructor(path: string, file: FileHandle, totalBytes: number, options: SourceOptions) {
    this.path = path;
    this.#file = file;
    this.#totalBytes = totalBytes;
    this.#options = options;
    this.#raw = this.#readFile();
    this.#rest = this.#raw;
  }

  async begin(): Promise<this> {
    const first = await this.#raw.next();
    if (first.done === true) return this;
    this.packed = first.value[0] === 0x1f && first.value[1] === 0x8b;
    if (this.packed) this.#rest = unpack(first.value, this.#raw, this.path, this.#unpacking);
    const begun: Buffer[] = this.packed ? [] : [Buffer.from(first.value)];
    let heldBytes = begun[0]?.length ?? 0;
    while (heldBytes < HEAD_BYTES) {
      const next = await this.#rest.next();
      if (next.done === true) break;
      begun.push(Buffer.from(next.value));
      heldBytes += next.value.length;
    }
    const held = Buffer.concat(begun);
    this.head = held.subarray(0, HEAD_BYTES);
    this.#rest = before(held, this.#rest);
    return this;
  }

  async *chunks(): AsyncGenerator<Buffer> {
    // Not `for await`: a parser that stops early must not end the reading, which the digest still needs.
    for (;;) {
      const next = await this.#rest.next();
      if (next.done === true) return;
      yield next.value;
    }
  }

  async end(): Promise<SourceEnd> {
    while ((await this.#raw.next()).done !== true);
    const { trouble, inBytes } = this.#unpacking;
    const unreadBytes = trouble === null ? 0 : Math.max(0, this.#totalBytes - inBytes);
    const notes = trouble === null ? [] : [trouble];
    return { digest: this.#hash.digest('hex'), unreadBytes, notes };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rest.return(undefined);
    await this.#raw.return(undefined);
    await this.#file.close();
  }

  async *#readFile(): AsyncGenerator<Buffer> {
    const { signal, progress } = this.#options;
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    let readBytes = 0;
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await this.#file.read(buffer, 0, CHUNK_BYTES, null).catch((cause: unknown) => {
        throw unreadable(this.path, cause, signal);
      });
      if (bytesRead === 0) return;
      const chunk = buffer.subarray(0, bytesRead);
      this.#hash.update(chunk);
      readBytes += bytesRead;
      progress?.(readBytes, Math.max(readBytes, this.#totalBytes));
      yield chunk;
    }
  }
}

async function* before(held: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (held.length > 0) yield held;
  yield* rest;
}

function unreadable(path: string, cause: unknown, signal: AbortSignal): unknown {
  if (cause instanceof Fault || signal.aborted) return signal.aborted ? signal.reason : cause;
  return new Fault('file-unreadable', `${printable(path)}: ${printable(String(cause))}`, { cause });
}
