const APPLICATION_DATA = 23;
/** RFC 8446, 5.2: a protected record may be that much longer than its plaintext of 2^14 bytes. */
const LONGEST_RECORD = 16_384 + 256;

/** Where one direction of a TLS connection stands in its records (RFC 8446, 5.1). */
export class TlsRecords {
  /** Content type of the record that is being read. */
  type = 0;
  /** Bytes of it that are still to come. */
  left = 0;
  /** Its bytes count as payload. */
  counted = false;
  /** The place of the next header is lost. */
  adrift = false;
  #have = 0;
  #version = 0;
  #length = 0;

  lose(): void {
    this.adrift = true;
    this.left = 0;
    this.#have = 0;
  }

  /** True where a record may begin: nothing of a header has been read. */
  get between(): boolean {
    return this.left === 0 && this.#have === 0;
  }

  /** Takes as much of a header as there is. Returns the offset behind it; -1 where more of it is to come. */
  header(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    for (; at < to && this.#have < 5; at++, this.#have++) {
      const byte = bytes[at]!;
      if (this.#have === 0) this.type = byte;
      else if (this.#have === 1) this.#version = byte;
      else if (this.#have === 3) this.#length = byte << 8;
      else if (this.#have === 4) this.#length |= byte;
    }
    if (this.#have < 5) return -1;
    this.#have = 0;
    this.left = this.#length;
    if (this.#version !== 3 || this.left > LONGEST_RECORD) this.lose();
    return at;
  }
}

/** The header of a record of application data, with which a segment often begins. */
export function startsWithData(bytes: Uint8Array, at: number, to: number): boolean {
  return to - at >= 5 && bytes[at] === APPLICATION_DATA && bytes[at + 1] === 3 && bytes[at + 3]! <= LONGEST_RECORD >> 8;
}

/** The first two bytes of any record. */
export function looksLikeRecord(bytes: Uint8Array, at: number, to: number): boolean {
  const type = bytes[at]!;
  return type >= 20 && type <= APPLICATION_DATA && (to - at === 1 || bytes[at + 1] === 3);
}
