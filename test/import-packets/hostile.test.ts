import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { clientHello } from '../capture/hello-bytes.ts';
import { datagram, talk } from '../support/conversations.ts';
import { cooked2, numbers } from '../support/frames.ts';
import { blocks, fileOf, pcap, type Seen } from '../support/packet-file.ts';
import { quicInitial } from '../support/quic-initial.ts';
import { importing, importingBytes, type Imported } from './importing.ts';

/** A little of everything that is parsed. */
function mixed(): Seen[] {
  const one = talk({ handshakeAt: 0 });
  one.up(1, clientHello({ serverName: 'a.example', alpn: ['h2'] }));
  one.down(1.1, Buffer.concat([Buffer.from([22, 3, 3, 0, 8, 11, 0, 0, 4, 0, 0, 1, 0]), Buffer.alloc(40, 23)]));
  const two = talk({ handshakeAt: 2, serverPort: 80, clientPort: 40_001 });
  two.up(2.1, 'GET / HTTP/1.1\r\nHost: b.example\r\n\r\n');
  two.skip(true, 30);
  two.up(2.2, 'behind a hole');
  const initial = quicInitial({
    version: 1,
    destinationId: Buffer.alloc(8, 4),
    packetNumber: 0,
    crypto: [{ offset: 0, data: clientHello({ serverName: 'q.example' }).subarray(5) }],
  });
  const answer = Buffer.concat([
    numbers(2, 7, 0x8180, 1, 1, 0, 0),
    Buffer.from('\u0001a\u0000\u0000\u0001\u0000\u0001', 'latin1'),
    numbers(2, 0xc00c, 1, 1, 0, 60, 4, 0x0102, 0x0304),
  ]);
  return [...one.packets, ...two.packets, datagram(3, true, initial), datagram(4, false, answer, { server: 53 })];
}

const packets = mixed();
const b = blocks('LE');
const micros = (at: number): bigint => BigInt(Math.round(at * 1e6));
const pcapBytes = pcap(packets);
const pcapngBytes = Buffer.concat([
  b.section(),
  b.interface(1),
  b.uidMap(10_001, 'org.example', 'Example'),
  ...packets.map(({ at, frame }) => b.enhanced(micros(at), frame, [[1, Buffer.from('u-10001')]])),
]);
const cookedBytes = pcap(
  packets.map(({ at, frame }) => ({ at, frame: cooked2(frame.subarray(14)) })),
  { linkType: 276, order: 'BE', nanoseconds: true },
);

/** The import, or the fault that says that there is none. */
async function tried(bytes: Buffer): Promise<Imported | null> {
  try {
    return await importingBytes(bytes);
  } catch (error) {
    if (error instanceof Fault && error.code === 'capture-malformed') return null;
    throw error;
  }
}

describe('a file that is cut off', () => {
  it.each([
    ['pcap', pcapBytes],
    ['pcapng', pcapngBytes],
  ])('gives all packets before, at any byte, and says what is missing (%s)', async (_name, bytes) => {
    const whole = await importingBytes(bytes);
    let last = 0;
    for (let length = 0; length < bytes.length; length += 7) {
      const imported = await tried(bytes.subarray(0, length));
      const seen = imported?.connections.reduce((sum, { packets: count }) => sum + count, 0) ?? 0;
      expect(seen).toBeGreaterThanOrEqual(last);
      last = seen;
      if (imported === null) continue;
      // A cut between packets cannot be told from an end.
      const said = imported.notes.some((note) =>
        /^The file ends in (packet \d+|a block): \d+ bytes? (is|are) missing\.$/.test(note),
      );
      expect(said).toBe(imported.unreadBytes > 0);
      expect(imported.skippedLines).toBe(said ? 1 : 0);
    }
    expect(last).toBeLessThanOrEqual(packets.length);
    expect(whole.notes.filter((note) => note.startsWith('The file'))).toEqual([]);
  });

  it('says how many bytes the last packet lacks', async () => {
    const { notes, unreadBytes } = await importingBytes(pcapBytes.subarray(0, pcapBytes.length - 37));
    expect(notes).toContain(`The file ends in packet ${packets.length}: 37 bytes are missing.`);
    expect(unreadBytes).toBe(16 + packets.at(-1)!.frame.length - 37);
  });
});

describe('a file that is damaged in the middle', () => {
  it.each([
    ['pcap', pcapBytes, 24 + 16 + 8],
    [
      'pcapng',
      pcapngBytes,
      b.section().length + b.interface(1).length + b.uidMap(10_001, 'org.example', 'Example').length + 4,
    ],
  ])('is read on where its packets are found again (%s)', async (_name, bytes, lengthAt) => {
    const bad = Buffer.from(bytes);
    // Of the second packet of pcap, the first of pcapng: a length that no packet has.
    const at = _name === 'pcap' ? lengthAt + packets[0]!.frame.length : lengthAt;
    bad.writeUInt32LE(0x7fffffff, at);
    const { connections, notes, unreadBytes } = await importingBytes(bad);
    expect(connections.reduce((sum, { packets: count }) => sum + count, 0)).toBe(packets.length - 1);
    expect(unreadBytes).toBeGreaterThan(50);
    expect(notes[0]).toBe(
      `The file is damaged in 1 place: ${unreadBytes} bytes could not be read, and reading went on where packets were found again.`,
    );
  });

  it('is read on over a stretch of other bytes, and over the edges of what is read at once', async () => {
    const many = Array.from({ length: 3000 }, (_, index) => datagram(index / 10, true, Buffer.alloc(1200, 0x11)));
    const half = pcap(many);
    const noise = Buffer.alloc(300_000, 0xee);
    const cut = 24 + 1500 * (16 + many[0]!.frame.length);
    const bytes = Buffer.concat([half.subarray(0, cut), noise, half.subarray(cut)]);
    const { connections, unreadBytes } = await importingBytes(bytes);
    expect(connections.reduce((sum, { packets: count }) => sum + count, 0)).toBe(3000);
    expect(unreadBytes).toBe(300_000);
  });
});

describe('hostile bytes', () => {
  const bases = { pcapBytes, pcapngBytes, cookedBytes };
  it.each(Object.entries(bases))(
    'changed anywhere end in records or in a fault, and soon (%s)',
    async (_name, base) => {
      const change = fc.record({ at: fc.nat(base.length - 1), value: fc.nat(255) });
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
          const bytes = Buffer.from(base);
          for (const { at, value } of changes) bytes[at] = value;
          const began = performance.now();
          await tried(bytes);
          expect(performance.now() - began).toBeLessThan(5000);
        }),
        { numRuns: 120 },
      );
    },
  );

  it('behind a good header are no packets, or strange ones', async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.uint8Array({ maxLength: 600 }), async (ng, bytes) => {
        await tried(Buffer.concat([ng ? pcapngBytes.subarray(0, 60) : pcapBytes.subarray(0, 24), bytes]));
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('t,destination,up,down\n')],
    ['half a header', pcapBytes.subarray(0, 20)],
    ['a header alone', pcapBytes.subarray(0, 24)],
    ['a section alone', Buffer.concat([b.section(), b.interface(1)])],
  ])('that are no capture are a fault: %s', async (_name, bytes) => {
    await expect(importingBytes(bytes)).rejects.toMatchObject({ code: 'capture-malformed' });
  });

  it('of a link layer that is not read are counted and named', async () => {
    const { notes, skippedLines, records } = await importingBytes(pcap(packets, { linkType: 147 }));
    expect(notes).toContain(`${packets.length} packets of link type 147 were not read.`);
    expect(skippedLines).toBe(packets.length);
    expect(records.map(({ record }) => record.type)).toEqual(['start', 'end']);
  });
});

describe('a capture without end', () => {
  const many = Array.from({ length: 400 }, (_, index) => datagram(index / 100, true, 'x', { client: 1000 + index }));

  it('keeps its records up to a bound, and a gap says what was left out', async () => {
    const { records, notes } = await importingBytes(pcap(many), { mostRecords: 100 });
    expect(records.filter(({ record }) => record.type === 'session')).toHaveLength(50);
    expect(records.at(-2)?.record).toMatchObject({
      type: 'gap',
      kind: 'capture-bounded',
      fromMs: 500,
      toMs: 3990,
      count: 700,
    });
    expect(notes).toContain('The capture holds too much: 700 records were left out.');
  });

  it('keeps no more bursts of one connection either', async () => {
    const one = Array.from({ length: 50 }, (_, index) => datagram(index * 2, true, 'x'));
    const { sessions, notes } = await importingBytes(pcap(one), { mostRecords: 20 });
    expect(sessions).toHaveLength(20);
    expect(notes).toContain('The capture holds too much: 31 records were left out.'); // 30 bursts and the connection
  });

  it('follows only so many conversations at once; the silent ones end early, and no byte is lost', async () => {
    const { connections, notes } = await importingBytes(pcap(many), { mostOpen: 64 });
    expect(connections.map(({ wireUpBytes }) => wireUpBytes)).toEqual(many.map(() => 1));
    expect(notes.join(' ')).toMatch(/More connections were open than are followed: \d+ silent ones ended early\./);
  });
});

it('stops when it is told to', async () => {
  using file = fileOf(pcapBytes);
  const reason = new Error('enough');
  await expect(importing(file.path, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

it('names a file that is not there, or is none', async () => {
  await expect(importing(import.meta.dirname)).rejects.toMatchObject({ code: 'file-unreadable' });
  await expect(importing('/nowhere/at/all.pcap')).rejects.toMatchObject({ code: 'file-unreadable' });
});
