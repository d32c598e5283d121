import fc from 'fast-check';
import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { AdbConnection } from '../../workers/handset/wire/connection.ts';
import { encodeHeader, FrameFault, FrameReader, MOST_PAYLOAD_BYTES } from '../../workers/handset/wire/frame.ts';

const NAMES = ['CNXN', 'OPEN', 'OKAY', 'WRTE', 'CLSE'] as const;

describe('frames of the adb protocol', () => {
  it('are read the same however the bytes are cut', () => {
    const frame = fc.record({ name: fc.constantFrom(...NAMES), arg0: fc.nat(), arg1: fc.nat(), bytes: fc.nat(3000) });
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 999 }), { minLength: 1 }),
        (frames, cuts) => {
          const wire = Buffer.concat(
            frames.flatMap(({ name, arg0, arg1, bytes }) => [
              encodeHeader(name, arg0, arg1, bytes),
              Buffer.alloc(bytes, arg0),
            ]),
          );
          const reader = new FrameReader();
          const read = [];
          for (let at = 0, turn = 0; at < wire.length; turn++) {
            const size = cuts[turn % cuts.length] ?? 1;
            read.push(...reader.push(wire.subarray(at, at + size)));
            at += size;
          }
          expect(read).toEqual(
            frames.map(({ name, arg0, arg1, bytes }) => ({
              command: name,
              arg0,
              arg1,
              payload: Buffer.alloc(bytes, arg0),
            })),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    ['garbage', Buffer.from('GET / HTTP/1.1\r\nHost: handset\r\n\r\n')],
    ['a wrong magic', Buffer.concat([encodeHeader('OPEN', 1, 0, 0).subarray(0, 20), Buffer.alloc(4)])],
    ['an oversized payload', encodeHeader('WRTE', 1, 1, MOST_PAYLOAD_BYTES + 1)],
    ['an enormous payload', encodeHeader('WRTE', 1, 1, 0xffffffff)],
  ])('%s is a fault', (_, bytes) => {
    expect(() => [...new FrameReader().push(bytes)]).toThrow(FrameFault);
  });
});

/** A client socket on an AdbConnection whose one service echoes. */
async function connected() {
  const server = net.createServer((socket) => {
    new AdbConnection(socket, {
      banner: () => 'device::',
      open: (name) => {
        if (name !== 'echo:') return null;
        return async ({ input, output }) => {
          for await (const chunk of input) {
            output.write(chunk);
            await output.drained();
          }
        };
      },
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  const socket = net.connect(port, '127.0.0.1');
  const reader = new FrameReader();
  const frames: { command: string; arg0: number; arg1: number; payload: Buffer }[] = [];
  let arrived = (): void => undefined;
  socket.on('data', (chunk) => {
    frames.push(...reader.push(chunk));
    arrived();
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const next = async () => {
    while (frames.length === 0) await new Promise<void>((resolve) => (arrived = resolve));
    return frames.shift();
  };
  const send = (name: (typeof NAMES)[number], arg0: number, arg1: number, payload = Buffer.alloc(0)): void => {
    socket.write(Buffer.concat([encodeHeader(name, arg0, arg1, payload.length), payload]));
  };
  return {
    socket,
    send,
    next,
    closed,
    frames,
    async [Symbol.asyncDispose]() {
      socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const HELLO = Buffer.from('host::\0');

describe('a transport of adbd', () => {
  it('shakes hands, refuses unknown services, and carries a stream', async () => {
    await using client = await connected();
    client.send('CNXN', 0x01000001, 1 << 20, HELLO);
    expect(await client.next()).toMatchObject({ command: 'CNXN', arg0: 0x01000001, arg1: MOST_PAYLOAD_BYTES });
    client.send('OPEN', 9, 0, Buffer.from('nonsense:\0'));
    expect(await client.next()).toMatchObject({ command: 'CLSE', arg0: 0, arg1: 9 });
    client.send('OPEN', 10, 0, Buffer.from('echo:\0'));
    const okay = await client.next();
    expect(okay).toMatchObject({ command: 'OKAY', arg1: 10 });
    client.send('WRTE', 10, okay?.arg0 ?? 0, Buffer.from('ping'));
    const answers = [await client.next(), await client.next()];
    expect(answers.map((frame) => frame?.command).sort()).toEqual(['OKAY', 'WRTE']);
    expect(answers.find((frame) => frame?.command === 'WRTE')?.payload.toString()).toBe('ping');
  });

  it('sends nothing more until what it sent was taken', async () => {
    await using client = await connected();
    client.send('CNXN', 0x01000001, 4096, HELLO);
    await client.next();
    client.send('OPEN', 1, 0, Buffer.from('echo:\0'));
    const local = (await client.next())?.arg0 ?? 0;
    client.send('WRTE', 1, local, Buffer.alloc(10_000));
    const writes: number[] = [];
    for (let bytes = 0; bytes < 10_000;) {
      const frame = await client.next();
      if (frame?.command !== 'WRTE') continue;
      await new Promise((resolve) => setImmediate(resolve));
      expect(client.frames.filter(({ command }) => command === 'WRTE')).toEqual([]);
      writes.push(frame.payload.length);
      bytes += frame.payload.length;
      client.send('OKAY', 1, local);
    }
    expect(writes).toEqual([4096, 4096, 1808]);
  });

  it('a client that opens streams before the handshake, or writes to none, gets no service', async () => {
    await using client = await connected();
    client.send('OPEN', 1, 0, Buffer.from('echo:\0'));
    client.send('WRTE', 1, 77, Buffer.from('x'));
    expect(await client.next()).toMatchObject({ command: 'CLSE', arg1: 1 });
  });

  it('garbage ends the connection that sent it', async () => {
    await using client = await connected();
    client.socket.write('\x16\x03\x01 this is no adb client at all');
    await client.closed;
  });
});
