import { Fault } from '../../orchestrator/contract/fault.ts';

/** Packet ids of the shell protocol (AOSP adb/shell_protocol.h): one byte id, four bytes little-endian length. */
const ID = { stdin: 0, stdout: 1, stderr: 2, exit: 3, closeStdin: 4 } as const;
const HEADER_BYTES = 5;

/** Collects the packets of one `shell,v2` stream. Output beyond the bound is a fault. */
export class ShellFrames {
  exitCode: number | null = null;
  readonly #mostBytes: number;
  readonly #out: Buffer[] = [];
  readonly #err: Buffer[] = [];
  #pending = Buffer.alloc(0);
  #bytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  get stdout(): string {
    return Buffer.concat(this.#out).toString('utf8');
  }

  get stderr(): string {
    return Buffer.concat(this.#err).toString('utf8');
  }

  add(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#mostBytes) {
      throw new Fault('adb-failed', `a command gave more than ${this.#mostBytes} bytes of output`);
    }
    let bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    while (bytes.length >= HEADER_BYTES && this.exitCode === null) {
      const lengthBytes = bytes.readUInt32LE(1);
      if (lengthBytes > this.#mostBytes) throw new Fault('adb-failed', 'a shell packet announces an impossible length');
      if (bytes.length < HEADER_BYTES + lengthBytes) break;
      this.#take(bytes[0] ?? -1, bytes.subarray(HEADER_BYTES, HEADER_BYTES + lengthBytes));
      bytes = bytes.subarray(HEADER_BYTES + lengthBytes);
    }
    this.#pending = Buffer.from(bytes);
  }

  #take(id: number, payload: Buffer): void {
    if (id === ID.stdout) this.#out.push(Buffer.from(payload));
    else if (id === ID.stderr) this.#err.push(Buffer.from(payload));
    else if (id === ID.exit) this.exitCode = payload[0] ?? 255;
  }
}

/** The whole input of a command as packets, and the packet that closes its stdin. */
export function stdinFrames(input: string | Uint8Array): Buffer {
  const bytes = Buffer.from(input);
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 65_536) {
    const part = bytes.subarray(at, at + 65_536);
    frames.push(frame(ID.stdin, part));
  }
  frames.push(frame(ID.closeStdin, Buffer.alloc(0)));
  return Buffer.concat(frames);
}

function frame(id: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header[0] = id;
  header.writeUInt32LE(payload.length, 1);
  return Buffer.concat([header, payload]);
}
