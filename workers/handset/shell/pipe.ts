/** Where a program's output goes. */
export interface Sink {
  write(bytes: Buffer): void;
  /** Resolves when it is sensible to write more. */
  drained(): Promise<void>;
  end(): void;
}

/** Takes everything, keeps nothing: /dev/null. */
export const NOWHERE: Sink = {
  write: () => undefined,
  drained: () => Promise.resolve(),
  end: () => undefined,
};

/**
 * A byte channel inside the handset: a writer's side and a reader's side, and a high-water mark that a polite writer
 * waits for. Reading coalesces what was written, so that many small writes cost one frame on the wire.
 */
export class Pipe implements Sink, AsyncIterable<Buffer> {
  readonly #highWaterBytes: number;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #ended = false;
  #broken = false;
  #readers: (() => void)[] = [];
  #writers: (() => void)[] = [];
  /** Called when something is written that nobody will read: the writer's SIGPIPE. */
  onBroken: () => void = () => undefined;

  constructor(highWaterBytes = 512 * 1024) {
    this.#highWaterBytes = highWaterBytes;
  }

  /** A pipe that already holds its whole content, such as a file opened for reading. */
  static holding(bytes: Uint8Array): Pipe {
    const pipe = new Pipe();
    pipe.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    pipe.end();
    return pipe;
  }

  get broken(): boolean {
    return this.#broken;
  }

  get bufferedBytes(): number {
    return this.#bytes;
  }

  write(bytes: Buffer): void {
    if (this.#ended || bytes.length === 0) return;
    if (this.#broken) {
      this.onBroken();
      return;
    }
    this.#chunks.push(bytes);
    this.#bytes += bytes.length;
    this.#wakeReaders();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#wakeReaders();
  }

  /** The reader goes away: what is buffered is dropped, and nobody waits for it any more. */
  break(): void {
    if (this.#broken) return;
    this.#broken = true;
    this.#chunks = [];
    this.#bytes = 0;
    this.#wakeReaders();
    this.#wakeWriters();
  }

  drained(): Promise<void> {
    if (this.#broken || this.#bytes < this.#highWaterBytes) return Promise.resolve();
    return new Promise((resolve) => this.#writers.push(resolve));
  }

  /** Resolves when there is something to read, or the end. */
  async readable(): Promise<void> {
    while (this.#bytes === 0 && !this.#ended && !this.#broken) {
      await new Promise<void>((resolve) => this.#readers.push(resolve));
    }
  }

  /** The next bytes, at most that many; null at the end. */
  async read(mostBytes = Infinity): Promise<Buffer | null> {
    await this.readable();
    if (this.#bytes === 0) return null;
    return this.#take(Math.min(mostBytes, this.#bytes));
  }

  /** Exactly that many bytes, or null where the end comes first. */
  async readExactly(bytes: number): Promise<Buffer | null> {
    if (bytes === 0) return Buffer.alloc(0);
    const parts: Buffer[] = [];
    let missing = bytes;
    while (missing > 0) {
      const part = await this.read(missing);
      if (part === null) return null;
      parts.push(part);
      missing -= part.length;
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, bytes);
  }

  /** One line without its newline; null at the end. A line is cut at `mostBytes`. */
  async readLine(mostBytes = 1 << 20): Promise<string | null> {
    const parts: Buffer[] = [];
    let length = 0;
    while (length < mostBytes) {
      const chunk = await this.read(mostBytes - length);
      if (chunk === null) return parts.length === 0 ? null : Buffer.concat(parts).toString('utf8');
      const newline = chunk.indexOf(10);
      if (newline >= 0) {
        this.unread(chunk.subarray(newline + 1));
        parts.push(chunk.subarray(0, newline));
        break;
      }
      parts.push(chunk);
      length += chunk.length;
    }
    return Buffer.concat(parts).toString('utf8');
  }

  /** Puts bytes back in front. */
  unread(bytes: Buffer): void {
    if (bytes.length === 0 || this.#broken) return;
    this.#chunks.unshift(bytes);
    this.#bytes += bytes.length;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    for (let chunk = await this.read(); chunk !== null; chunk = await this.read()) yield chunk;
  }

  #take(bytes: number): Buffer {
    const taken: Buffer[] = [];
    let missing = bytes;
    while (missing > 0) {
      const head = this.#chunks[0];
      if (head === undefined) break;
      if (head.length <= missing) {
        taken.push(head);
        this.#chunks.shift();
        missing -= head.length;
      } else {
        taken.push(head.subarray(0, missing));
        this.#chunks[0] = head.subarray(missing);
        missing = 0;
      }
    }
    this.#bytes -= bytes;
    if (this.#bytes < this.#highWaterBytes) this.#wakeWriters();
    return taken.length === 1 && taken[0] !== undefined ? taken[0] : Buffer.concat(taken, bytes);
  }

  #wakeReaders(): void {
    for (const wake of this.#readers.splice(0)) wake();
  }

  #wakeWriters(): void {
    for (const wake of this.#writers.splice(0)) wake();
  }
}

/** Reads a stream to its end; throws where it is longer than allowed. */
export async function readAll(stream: AsyncIterable<Buffer>, mostBytes = 512 << 20): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of stream) {
    bytes += part.length;
    if (bytes > mostBytes) throw new Error('Out of memory');
    parts.push(part);
  }
  return Buffer.concat(parts, bytes);
}
