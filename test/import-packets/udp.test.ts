import { describe, expect, it } from 'vitest';
import { initialKeys, quicVersion } from '../../workers/capture/import/packets/quic-keys.ts';
import { clientHello } from '../capture/hello-bytes.ts';
import { BEGAN, datagram, PHONE, SERVER, talk } from '../support/conversations.ts';
import { ethernet, ip4, numbers, udp } from '../support/frames.ts';
import { fileOf, pcap, type Seen } from '../support/packet-file.ts';
import { quicInitial } from '../support/quic-initial.ts';
import { hasTshark } from '../support/tshark.ts';
import { expectAgreement } from './agreement.ts';
import { importing, importingBytes } from './importing.ts';

/** The handshake message without its record: what QUIC carries. */
const hello = clientHello({ serverName: 'quic.example', alpn: ['h3'], versions: [0x0304] }).subarray(5);
const id = Buffer.from('8394c8f03e515708', 'hex');
const whole = [{ offset: 0, data: hello }];
/** A 1-RTT packet: the fixed bit, and what nobody can read. */
const short = (bytes: number): Buffer => Buffer.concat([Buffer.from([0x41]), Buffer.alloc(bytes - 1, 0x77)]);

const middle = Math.floor(hello.length / 2);

const QUIC: Readonly<Record<string, readonly Seen[]>> = {
  'version 1': [datagram(0, true, quicInitial({ version: 1, destinationId: id, packetNumber: 0, crypto: whole }))],
  'version 2': [
    datagram(0, true, quicInitial({ version: 0x6b3343cf, destinationId: id, packetNumber: 7, crypto: whole })),
  ],
  'draft 29': [
    datagram(0, true, quicInitial({ version: 0xff00001d, destinationId: id, packetNumber: 1, crypto: whole })),
  ],
  'a hello in pieces that stand out of order in one packet': [
    datagram(
      0,
      true,
      quicInitial({
        version: 1,
        destinationId: id,
        packetNumber: 0,
        frames: Buffer.from([1, 2, 0, 0, 0, 0]), // PING, and an ACK of packet 0
        crypto: [
          { offset: middle, data: hello.subarray(middle) },
          { offset: 0, data: hello.subarray(0, middle) },
        ],
      }),
    ),
  ],
  'a hello over two packets': [0, 1].map((part) =>
    datagram(
      part / 100,
      true,
      quicInitial({
        version: 1,
        destinationId: id,
        packetNumber: part,
        token: Buffer.alloc(70, 5),
        crypto: [
          part === 0
            ? { offset: 0, data: hello.subarray(0, middle) }
            : { offset: middle, data: hello.subarray(middle) },
        ],
      }),
    ),
  ),
  'keys that stay when the id changes': [
    datagram(
      0,
      true,
      quicInitial({
        version: 1,
        destinationId: id,
        packetNumber: 0,
        crypto: [{ offset: 0, data: hello.subarray(0, middle) }],
      }),
    ),
    datagram(
      0.1,
      true,
      quicInitial({
        version: 1,
        destinationId: Buffer.from('the-servers-id'),
        keysOf: id,
        packetNumber: 1,
        crypto: [{ offset: middle, data: hello.subarray(middle) }],
      }),
    ),
  ],
};

describe('QUIC', () => {
  it.each([
    [0x00000001, '1f369613dd76d5467730efcbe3b1a22d', 'fa044b2f42a3fd3b46fb255c', '9f50449e04a0e810283a1e9933adedd2'],
    [0x6b3343cf, '8b1a0bc121284290a29e0971b5cd045d', '91f73e2351d8fa91660e909f', '45b95e15235d6f45a6b19cbcb0294ba9'],
  ])('has the keys of RFC 9001, A.1 and RFC 9369, A.1 (version %i)', (version, key, iv, headerKey) => {
    const keys = initialKeys(quicVersion(version)!, id);
    expect([keys.key, keys.iv, keys.headerKey].map((one) => one.toString('hex'))).toEqual([key, iv, headerKey]);
  });

  it.each(Object.keys(QUIC))('names its server, ALPN and JA4: %s', async (name) => {
    const { connections, sessions } = await importingBytes(pcap(QUIC[name]!));
    expect(connections).toMatchObject([
      { sni: 'quic.example', alpn: ['h3'], protocol: 'quic', destination: { host: 'quic.example', port: 443 } },
    ]);
    expect(connections[0]?.ja4).toMatch(/^q13d0307h3_[0-9a-f]{12}_[0-9a-f]{12}$/);
    expect(sessions).toEqual([]); // a handshake is no payload
  });

  // tshark follows a change of the id only where it saw the server choose it.
  const seen = Object.keys(QUIC).filter((name) => !name.includes('the id changes'));
  it.skipIf(!hasTshark).each(seen)('is what tshark says: %s', async (name) => {
    using file = fileOf(pcap(QUIC[name]!));
    expectAgreement(file.path, await importing(file.path));
  });

  it('counts as payload what comes behind the handshake, also in the same datagram', async () => {
    const initial = quicInitial({ version: 1, destinationId: id, packetNumber: 0, crypto: whole });
    const packets = [
      datagram(0, true, initial),
      datagram(0.2, true, Buffer.concat([initial, short(40)])),
      datagram(0.3, false, short(1000)),
      datagram(0.4, true, short(30)),
    ];
    const { sessions, connections } = await importingBytes(pcap(packets));
    expect(sessions).toMatchObject([{ startMs: 200, endMs: 400, upBytes: 70, downBytes: 1000, protocol: 'quic' }]);
    expect(connections).toMatchObject([{ wireUpBytes: 2 * initial.length + 70, wireDownBytes: 1000 }]);
  });

  it('of an unknown version, or with a broken seal, has no name and ends nothing', async () => {
    const damaged = Buffer.from(QUIC['version 1']![0]!.frame);
    damaged[600] = damaged[600]! ^ 1;
    const unknown = quicInitial({ version: 1, destinationId: id, packetNumber: 0, crypto: whole });
    unknown.writeUInt32BE(0x5a5a5a5a, 1);
    const { connections } = await importingBytes(
      pcap([{ at: BEGAN, frame: damaged }, datagram(1, true, unknown, { client: 50_001 })]),
    );
    expect(connections.map(({ sni }) => sni)).toEqual([undefined, undefined]);
  });
});

describe('UDP', () => {
  it('is a connection of its own after a minute of silence', async () => {
    const at = [0, 30, 89, 149, 160];
    const packets = at.map((seconds) => datagram(seconds, true, 'beat', { server: 9999 }));
    const { connections, sessions } = await importingBytes(pcap(packets));
    // 60 s from 89 to 149, less everywhere else.
    expect(connections.map(({ startMs, endMs, packets: count }) => [startMs, endMs, count])).toEqual([
      [0, 89_000, 3],
      [149_000, 160_000, 2],
    ]);
    expect(sessions.map(({ startMs, connection }) => [startMs / 1000, connection])).toEqual([
      [0, 1],
      [30, 1],
      [89, 1],
      [149, 2],
      [160, 2],
    ]);
  });

  it('in fragments counts by the first one, and the others are named', async () => {
    const message = udp(50_000, 9999, 'x'.repeat(2000));
    const ends = { from: PHONE, to: SERVER, protocol: 17 };
    const frames = [
      ethernet(ip4({ ...ends, fragment: { offset: 0, more: true } }, message.subarray(0, 1480))),
      ethernet(ip4({ ...ends, fragment: { offset: 1480, more: false } }, message.subarray(1480))),
    ];
    const { connections, notes, skippedLines, unreadBytes } = await importingBytes(
      pcap(frames.map((frame) => ({ at: BEGAN, frame }))),
    );
    expect(connections).toMatchObject([{ wireUpBytes: 2000, packets: 1 }]);
    expect({ skippedLines, unreadBytes }).toEqual({ skippedLines: 1, unreadBytes: frames[1]!.length });
    expect(notes).toContain(
      '1 packet was not read: later fragments of IP packets, which name no ports; 1 first fragment read.',
    );
  });
});

describe('names from DNS answers', () => {
  const question = Buffer.from('\u0004name\u0007example\u0000\u0000\u0001\u0000\u0001', 'latin1');
  const alias = Buffer.concat([numbers(2, 0xc00c, 5, 1), numbers(4, 60), numbers(2, 2, 0xc00c)]);
  const answer = Buffer.concat([
    numbers(2, 0xc00c, 1, 1),
    numbers(4, 60),
    numbers(2, 4),
    Buffer.from(SERVER.split('.').map(Number)),
  ]);
  const message = (flags: number, answers: number): Buffer => numbers(2, 7, flags, 1, answers, 0, 0);
  const asked = (flags: number, from = 53): Seen =>
    datagram(0.1, false, Buffer.concat([message(flags, 2), question, alias, answer]), {
      client: 50_053,
      server: from,
      address: '9.9.9.9',
    });
  const raw = (): Seen[] => {
    const one = talk({ handshakeAt: 1, serverPort: 9000 });
    one.up(2, 'hello');
    return one.packets;
  };

  it('name a connection that names no server itself; its address stays beside the name', async () => {
    const { connections, notes } = await importingBytes(pcap([asked(0x8180), ...raw()]));
    expect(connections[1]).toMatchObject({ destination: { host: 'name.example', port: 9000 }, address: SERVER });
    expect(notes.join(' ')).toContain('1 connection named no server: the name is that of a DNS answer');
  });

  it.each([
    ['that report an error', asked(0x8183)],
    ['that are questions', asked(0x0100)],
    ['from another port', asked(0x8180, 5353)],
  ])('are not taken from messages %s', async (_words, packet) => {
    const { connections } = await importingBytes(pcap([packet, ...raw()]));
    expect(connections[1]?.destination?.host).toBe(SERVER);
  });

  it('give way to the name in a hello', async () => {
    const one = talk({ handshakeAt: 1 });
    one.up(2, clientHello({ serverName: 'said.example' }));
    const { connections } = await importingBytes(pcap([asked(0x8180), ...one.packets]));
    expect(connections[1]?.destination?.host).toBe('said.example');
  });
});
