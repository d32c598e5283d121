/**
 * Frames of the adb protocol (AOSP packages/modules/adb, protocol.txt): 24 bytes of six little-endian words
 * (command, arg0, arg1, length, checksum, command XOR 0xffffffff), then the payload.
 */
export interface Frame {
  readonly command: CommandName;
  readonly arg0: number;
  readonly arg1: number;
  readonly payload: Buffer;
}

const COMMANDS = {
  CNXN: 0x4e584e43,
  AUTH: 0x48545541,
  OPEN: 0x4e45504f,
  OKAY: 0x59414b4f,
  CLSE: 0x45534c43,
  WRTE: 0x45545257,
  STLS: 0x534c5453,
} as const;

export type CommandName = keyof typeof COMMANDS;
const NAMES = new Map<number, CommandName>(
  (Object.keys(COMMANDS) as CommandName[]).map((name) => [COMMANDS[name], name]),
);

export const HEADER_BYTES = 24;
/** The version from which checksums are not computed any more (A_VERSION_SKIP_CHECKSUM). */
export const VERSION = 0x01000001;
/** What we tell the other side that one frame may carry (MAX_PAYLOAD of adbd up to Android 8; plenty). */
export const MOST_PAYLOAD_BYTES = 256 * 1024;

/** The other side sent what is no adb frame; its connection is closed and nothing else. */
export class FrameFault extends Error {
  override readonly name = 'FrameFault';
}

export function encodeHeader(command: CommandName, arg0: number, arg1: number, payloadBytes: number): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  const code = COMMANDS[command];
  header.writeUInt32LE(code, 0);
  header.writeUInt32LE(arg0 >>> 0, 4);
  header.writeUInt32LE(arg1 >>> 0, 8);
  header.writeUInt32LE(payloadBytes, 12);
  header.writeUInt32LE(0, 16);
  header.writeUInt32LE((code ^ 0xffffffff) >>> 0, 20);
  return header;
}

/** Cuts a byte stream into frames. Throws FrameFault on anything that cannot be one. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #bytes = 0;
  #header: { command: CommandName; arg0: number; arg1: number; length: number } | null = null;

  *push(chunk: Buffer): Generator<Frame, void, undefined> {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    for (;;) {
      if (this.#header === null) {
        if (this.#bytes < HEADER_BYTES) return;
        this.#header = readHeader(this.#take(HEADER_BYTES));
      }
      const { command, arg0, arg1, length } = this.#header;
      if (this.#bytes < length) return;
      this.#header = null;
      yield { command, arg0, arg1, payload: this.#take(length) };
    }
  }

  #take(bytes: number): Buffer {
    const [head] = this.#chunks;
    this.#bytes -= bytes;
    if (head !== undefined && head.length >= bytes) {
      if (head.length === bytes) this.#chunks.shift();
      else this.#chunks[0] = head.subarray(bytes);
      return head.subarray(0, bytes);
    }
    const all = Buffer.concat(this.#chunks);
    this.#chunks = all.length === bytes ? [] : [all.subarray(bytes)];
    return all.subarray(0, bytes);
  }
}

function readHeader(header: Buffer) {
  const code = header.readUInt32LE(0);
  const command = NAMES.get(code);
  if (command === undefined || header.readUInt32LE(20) !== (code ^ 0xffffffff) >>> 0) {
    throw new FrameFault('not an adb frame');
  }
  const length = header.readUInt32LE(12);
  if (length > MOST_PAYLOAD_BYTES) throw new FrameFault(`a frame of ${length} bytes`);
  return { command, arg0: header.readUInt32LE(4), arg1: header.readUInt32LE(8), length };
}
