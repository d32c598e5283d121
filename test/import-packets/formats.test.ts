import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { clientHello } from '../capture/hello-bytes.ts';
import { BEGAN, talk } from '../support/conversations.ts';
import { cooked, cooked2, ethernet, ip6, loopback, numbers, tcp } from '../support/frames.ts';
import { blocks, fileOf, pcap, type PcapShape, type Seen } from '../support/packet-file.ts';
import { hasTshark } from '../support/tshark.ts';
import { expectAgreement } from './agreement.ts';
import { importing, importingBytes } from './importing.ts';

const hello = clientHello({ serverName: 'a.example', alpn: ['h2'] });
/** One record of application data: 5 bytes of header, 295 of payload. */
const answer = Buffer.concat([Buffer.from([23, 3, 3]), numbers(2, 295), Buffer.alloc(295, 7)]);

/** One TLS connection of a hello, wrapped as the link layer wants it. */
function packets(wrap: (packet: Buffer) => Buffer = ethernet): Seen[] {
  const one = talk({ handshakeAt: 0.5, wrap });
  one.up(1, hello);
  one.down(1.25, answer);
  return one.packets;
}

const raw = (packet: Buffer): Buffer => packet;

/** The same over IPv6, behind the headers that may stand before the transport. */
function packets6(extensions: readonly (readonly [number, Buffer])[]): Seen[] {
  const segment = (up: boolean, seq: number, ack: number, flags: string, payload: Buffer | string = ''): Buffer => {
    const ports = up ? { from: 40_000, to: 443 } : { from: 443, to: 40_000 };
    const [from, to] = up ? ['fd00::16', '2001:db8::1'] : (['2001:db8::1', 'fd00::16'] as const);
    return ethernet(ip6(from, to, 6, tcp({ ...ports, seq, ack, flags, payload }), extensions));
  };
  return [
    { at: BEGAN + 0.5, frame: segment(true, 100, 0, 'S') },
    { at: BEGAN + 0.51, frame: segment(false, 500, 101, 'SA') },
    { at: BEGAN + 1, frame: segment(true, 101, 501, 'PA', hello) },
    { at: BEGAN + 1.25, frame: segment(false, 501, 101 + hello.length, 'PA', answer) },
  ];
}

const of = (wrap: (packet: Buffer) => Buffer, shape: PcapShape): Buffer => pcap(packets(wrap), shape);

const PCAPS: readonly (readonly [string, Buffer])[] = [
  ['Ethernet, little-endian microseconds', of(ethernet, {})],
  ['big-endian', of(ethernet, { order: 'BE' })],
  ['nanoseconds', of(ethernet, { nanoseconds: true })],
  ['big-endian nanoseconds', of(ethernet, { nanoseconds: true, order: 'BE' })],
  ['a VLAN tag', of((packet) => ethernet(packet, [0x8100]), {})],
  ['QinQ', of((packet) => ethernet(packet, [0x88a8, 0x8100]), {})],
  ['raw IP (101)', of(raw, { linkType: 101 })],
  ['raw IP as BSD numbers it (12)', of(raw, { linkType: 12 })],
  ['raw IP as OpenBSD numbers it (14)', of(raw, { linkType: 14 })],
  ['IPv4 alone (228)', of(raw, { linkType: 228 })],
  ['BSD loopback, little-endian', of((packet) => loopback(packet, 2, 'LE'), { linkType: 0 })],
  ['BSD loopback, big-endian', of((packet) => loopback(packet, 2, 'BE'), { linkType: 0, order: 'BE' })],
  ['OpenBSD loopback (108)', of((packet) => loopback(packet, 2, 'BE'), { linkType: 108 })],
  ['Linux cooked, version 1 (113)', of(cooked, { linkType: 113 })],
  ['Linux cooked, version 2 (276)', of(cooked2, { linkType: 276 })],
];

const SIX: readonly (readonly [string, Buffer])[] = [
  ['IPv6', pcap(packets6([]))],
  ['IPv6 with hop-by-hop options', pcap(packets6([[0, Buffer.from([0, 1, 4, 0, 0, 0, 0])]]))],
  [
    'IPv6 with options of both kinds and a fragment header',
    pcap(
      packets6([
        [0, Buffer.from([0, 1, 4, 0, 0, 0, 0])],
        [60, Buffer.from([0, 1, 4, 0, 0, 0, 0])],
        [44, Buffer.from([0, 0, 0, 0, 0, 0, 9])],
      ]),
    ),
  ],
];

const micros = (at: number): bigint => BigInt(Math.round(at * 1e6));

function section(order: 'LE' | 'BE', list: readonly Seen[], resolution?: number, unitsPerSecond = 1e6): Buffer[] {
  const b = blocks(order);
  const options = resolution === undefined ? [] : ([[9, Buffer.from([resolution])]] as const);
  return [
    b.section(),
    b.interface(1, options),
    ...list.map(({ at, frame }) => b.enhanced(BigInt(Math.round(at * 1000)) * BigInt(unitsPerSecond / 1000), frame)),
  ];
}

const little = blocks('LE');
const all = packets();

const PCAPNGS: readonly (readonly [string, Buffer])[] = [
  ['pcapng, little-endian', Buffer.concat(section('LE', all))],
  ['pcapng, big-endian', Buffer.concat(section('BE', all))],
  ['pcapng with nanoseconds', Buffer.concat(section('LE', all, 9, 1e9))],
  [
    'two sections of different byte order',
    Buffer.concat([...section('LE', all.slice(0, 3)), ...section('BE', all.slice(3))]),
  ],
  [
    'blocks that hold no packets in between',
    Buffer.concat([
      ...section('LE', all.slice(0, 2)),
      little.block(4, numbers(2, 0, 0)),
      little.block(5, Buffer.alloc(12)),
      little.block(10, Buffer.concat([Buffer.from('KLST'), Buffer.from([4, 0, 0, 0]), Buffer.from('# no')])),
      little.block(0x40000bad, Buffer.alloc(8, 1)),
      ...all.slice(2).map(({ at, frame }) => little.enhanced(micros(at), frame)),
    ]),
  ],
  [
    'the obsolete Packet Block',
    Buffer.concat([
      little.section(),
      little.interface(1),
      ...all.map(({ at, frame }) => little.obsolete(micros(at), frame)),
    ]),
  ],
];

describe('a capture of one TLS connection', () => {
  it.each([...PCAPS, ...SIX, ...PCAPNGS])('is read the same from %s', async (_name, bytes) => {
    const { sessions, connections, skippedLines, unreadBytes, digest, records } = await importingBytes(bytes);
    expect({ skippedLines, unreadBytes }).toEqual({ skippedLines: 0, unreadBytes: 0 });
    expect(connections).toHaveLength(1);
    expect(connections[0]).toMatchObject({ line: 1, startMs: 0, endMs: 750, sni: 'a.example', protocol: 'tls' });
    expect(connections[0]).toMatchObject({ wireUpBytes: hello.length, wireDownBytes: 300, alpn: ['h2'] });
    // The hello is handshake, and 5 bytes of the answer are its header.
    expect(sessions).toMatchObject([{ startMs: 750, upBytes: 0, downBytes: 295, attribution: 'unknown' }]);
    expect(records[0]?.record).toMatchObject({ type: 'start', startedAt: '2026-01-01T00:00:00.500Z', windowMs: 750 });
    expect(digest).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it.skipIf(!hasTshark).each([...PCAPS, ...SIX, ...PCAPNGS])('is what tshark says: %s', async (_name, bytes) => {
    using file = fileOf(bytes);
    expectAgreement(file.path, await importing(file.path));
  });
});

describe('packets of pcapng', () => {
  const journal = little.block(9, Buffer.from('__REALTIME_TIMESTAMP=1\nMESSAGE=x\n\0'));
  const others = [
    little.uidMap(10_123, 'org.example', 'Example'),
    little.block(0x40000bad, Buffer.alloc(8, 1)),
    journal,
  ];
  const bytes = Buffer.concat([
    ...[little.section(), little.interface(1), ...others],
    ...all.map(({ at, frame }) => little.enhanced(micros(at), frame)),
  ]);

  it('are numbered with the custom and journal blocks between them', async () => {
    const { connections, records } = await importingBytes(bytes);
    expect(connections).toMatchObject([{ line: 4, packets: all.length }]);
    expect(records.at(-1)?.line).toBe(3 + all.length);
  });

  it.skipIf(!hasTshark)('have the numbers that tshark gives them', async () => {
    using file = fileOf(bytes);
    expectAgreement(file.path, await importing(file.path));
  });
});

describe('times of pcapng', () => {
  it('have the resolution and the offset of their interface', async () => {
    const frame = all[0]!.frame;
    const halfSeconds = little.interface(1, [
      [9, Buffer.from([0x81])],
      [14, Buffer.from([10, 0, 0, 0, 0, 0, 0, 0])],
    ]);
    const bytes = Buffer.concat([
      little.section(),
      little.interface(1),
      halfSeconds,
      little.enhanced(20_000_000n, frame),
      little.enhanced(21n, frame, [], 1),
    ]);
    const { connections, records } = await importingBytes(bytes);
    expect(records[0]?.record).toMatchObject({ startedAt: '1970-01-01T00:00:20.000Z' });
    expect(connections).toMatchObject([{ startMs: 0, endMs: 500, packets: 2 }]); // 10 s + 21/2 s = 20.5 s
  });

  it('are those of the packet before where a Simple Packet Block has none, and the notes say so', async () => {
    const bytes = Buffer.concat([
      little.section(),
      little.interface(1),
      little.enhanced(micros(BEGAN), all[0]!.frame),
      little.simple(all[1]!.frame),
    ]);
    const { connections, notes } = await importingBytes(bytes);
    expect(connections).toMatchObject([{ packets: 2, startMs: 0, endMs: 0 }]);
    expect(notes).toContain(
      '1 packet has no time of its own (Simple Packet Blocks) and takes that of the packet before.',
    );
  });

  it('count from the oldest packet where they go back, and the notes say so', async () => {
    const [first, second, ...rest] = all;
    const { connections, notes, records } = await importingBytes(pcap([second!, first!, ...rest]));
    expect(records[0]?.record).toMatchObject({ startedAt: '2026-01-01T00:00:00.500Z' });
    expect(connections).toMatchObject([{ endMs: 750 }]);
    expect(notes).toContain('1 packet is older than the one before, and times count from the oldest.');
  });
});
