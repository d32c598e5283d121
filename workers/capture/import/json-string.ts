const MOST_KEPT_BYTES = 4_096;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * A JSON string as it comes in over several chunks, from behind its opening quote: skipped at the speed of `indexOf`
 * where it is not wanted, kept up to 4096 bytes where it is.
 */
export class JsonString {
  /** Bytes between the quotes. */
  sizeBytes = 0;
  #keep = false;
  #parts: Buffer[] = [];
  #keptBytes = 0;
  /** True where the last chunk ended behind an odd number of backslashes: the next byte is escaped. */
  #escaped = false;

  begin(keep: boolean): void {
    this.sizeBytes = 0;
    this.#keep = keep;
    this.#parts = [];
    this.#keptBytes = 0;
    this.#escaped = false;
  }

  take(part: Buffer): void {
    this.sizeBytes += part.length;
    if (!this.#keep || this.#keptBytes >= MOST_KEPT_BYTES) return;
    const piece = Buffer.from(part.subarray(0, MOST_KEPT_BYTES - this.#keptBytes));
    this.#parts.push(piece);
    this.#keptBytes += piece.length;
  }

  /** Reads on from `from`; the index behind the closing quote, or -1 where it is not in this chunk. */
  read(chunk: Buffer, from: number): number {
    for (let search = from; ;) {
      const quote = chunk.indexOf(QUOTE, search);
      const stop = quote < 0 ? chunk.length : quote;
      let slashes = 0;
      while (stop - slashes > search && chunk[stop - slashes - 1] === BACKSLASH) slashes += 1;
      // The run of backslashes may have begun in the chunk before.
      const begunBefore = this.#escaped && stop - slashes === from ? 1 : 0;
      const odd = (slashes + begunBefore) % 2 === 1;
      this.#escaped = odd && quote < 0;
      if (quote < 0 || !odd) {
        this.take(chunk.subarray(from, stop));
        return quote < 0 ? -1 : quote + 1;
      }
      search = quote + 1;
    }
  }

  /** The text; null where it was not to be kept. */
  text(): string | null {
    if (!this.#keep) return null;
    const text = Buffer.concat(this.#parts).toString('utf8');
    if (!text.includes('\\')) return text;
    try {
      return JSON.parse(`"${text}"`) as string;
    } catch {
      return text; // cut inside an escape, or no valid one: shown as it stands
    }
  }
}
