import type { Socket } from 'node:net';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import { openService } from './adb-link.ts';
import type { AdbAddress } from './adb-server.ts';

/** Files to and from a device over adb's sync service (AOSP adb/SYNC.TXT), because adbkit's pull of a missing file is empty. */
const MOST_CHUNK_BYTES = 64 * 1024;
const REGULAR_FILE = 0o100000;

/** Writes a file on the device with these permission bits. Errors: `adb-failed` with the device's reason. */
export async function pushBytes(
  address: AdbAddress,
  serial: string,
  bytes: Uint8Array,
  path: string,
  mode: number,
  signal: AbortSignal,
): Promise<void> {
  const socket = await openService(address, serial, 'sync:', signal);
  try {
    const target = Buffer.from(`${path},${REGULAR_FILE | mode}`);
    await write(socket, Buffer.concat([head('SEND', target.length), target]));
    for (let at = 0; at < bytes.length; at += MOST_CHUNK_BYTES) {
      const part = bytes.subarray(at, at + MOST_CHUNK_BYTES);
      await write(socket, Buffer.concat([head('DATA', part.length), part]));
    }
    await write(socket, head('DONE', Math.floor(Date.now() / 1000)));
    const reader = new ExactReader(socket);
    const answer = await readHead(reader);
    if (answer.id !== 'OKAY') throw await refusal(reader, answer, `push to ${path}`);
  } finally {
    socket.destroy();
    signal.throwIfAborted();
  }
}

/** Reads a file of the device. Errors: `adb-failed` where it is missing, unreadable or larger than the bound. */
export async function pullBytes(
  address: AdbAddress,
  serial: string,
  path: string,
  mostBytes: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const socket = await openService(address, serial, 'sync:', signal);
  try {
    const target = Buffer.from(path);
    await write(socket, Buffer.concat([head('RECV', target.length), target]));
    const reader = new ExactReader(socket);
    const parts: Buffer[] = [];
    let total = 0;
    for (;;) {
      const answer = await readHead(reader);
      if (answer.id === 'DONE') return Buffer.concat(parts);
      if (answer.id !== 'DATA') throw await refusal(reader, answer, `pull of ${path}`);
      total += answer.value;
      if (answer.value > MOST_CHUNK_BYTES || total > mostBytes) {
        throw new Fault('adb-failed', `pull of ${printable(path)}: more than ${mostBytes} bytes`);
      }
      parts.push(await reader.read(answer.value));
    }
  } finally {
    socket.destroy();
    signal.throwIfAborted();
  }
}

interface Head {
  readonly id: string;
  readonly value: number;
}

function head(id: string, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.write(id, 0, 'latin1');
  bytes.writeUInt32LE(value, 4);
  return bytes;
}

async function readHead(reader: ExactReader): Promise<Head> {
  const bytes = await reader.read(8);
  return { id: bytes.toString('latin1', 0, 4), value: bytes.readUInt32LE(4) };
}

async function refusal(reader: ExactReader, answer: Head, doing: string): Promise<Fault> {
  const words =
    answer.id === 'FAIL' ? (await reader.read(Math.min(answer.value, 4096))).toString('utf8') : `answered ${answer.id}`;
  return new Fault('adb-failed', `${printable(doing)}: ${printable(words)}`);
}

async function write(socket: Socket, bytes: Buffer): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(new Fault('device-offline', error.message)) : resolve()));
  });
}

/** Reads exact numbers of bytes from a socket. */
class ExactReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.#chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  async read(count: number): Promise<Buffer> {
    while (this.#rest.length < count) {
      const next = await this.#chunks.next();
      if (next.done === true) throw new Fault('device-offline', 'the device went away during a file transfer');
      this.#rest = Buffer.concat([this.#rest, next.value]);
    }
    const bytes = this.#rest.subarray(0, count);
    this.#rest = this.#rest.subarray(count);
    return bytes;
  }
}
