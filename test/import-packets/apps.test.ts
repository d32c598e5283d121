import { describe, expect, it } from 'vitest';
import { BEGAN, datagram, PHONE, SERVER, talk } from '../support/conversations.ts';
import { ethernet, ip4, tcp, withTrailer } from '../support/frames.ts';
import { blocks, pcap, type Seen } from '../support/packet-file.ts';
import { importingBytes } from './importing.ts';

const trailed = (packets: readonly Seen[], uid: number, appName: string): Seen[] =>
  packets.map(({ at, frame }) => ({ at, frame: withTrailer(frame, uid, appName) }));

const chat = trailed([datagram(0, true, 'one'), datagram(0.5, false, 'two!')], 10_123, 'Chat');
const mail = trailed([datagram(2, true, 'three', { client: 50_001, server: 993 })], 10_200, 'Mail');

describe("the trailer of PCAPdroid's pcap", () => {
  it('says whose packets they are, and is no part of their payload', async () => {
    const { sessions, connections, notes, records } = await importingBytes(pcap([...chat, ...mail]));
    expect(sessions).toMatchObject([
      { uid: 10_123, attribution: 'certain', upBytes: 3, downBytes: 4 },
      { uid: 10_200, attribution: 'certain', upBytes: 5 },
    ]);
    expect(connections.map(({ uid }) => uid)).toEqual([10_123, 10_200]);
    expect(notes).toContain('PCAPdroid names the app of 3 of 3 packets: uid 10123 Chat, uid 10200 Mail.');
    expect(records[0]?.record).not.toHaveProperty('uid');
  });

  it('lets a chosen uid be the app, so that the others are foreign', async () => {
    const { records, sessions } = await importingBytes(pcap([...chat, ...mail]), { uid: 10_200 });
    expect(records[0]?.record).toMatchObject({ uid: 10_200 });
    expect(sessions).toHaveLength(2);
  });

  it('is believed behind the IP packet alone: inside it, an app could claim to be another', async () => {
    const claim = withTrailer(Buffer.alloc(0), 1000, 'system');
    const segment = tcp({ from: 40_000, to: 9000, seq: 1, flags: 'PA', payload: claim });
    const { sessions } = await importingBytes(
      pcap([{ at: BEGAN, frame: ethernet(ip4({ from: PHONE, to: SERVER }, segment)) }]),
    );
    expect(sessions).toMatchObject([{ attribution: 'unknown', upBytes: 32 }]);
    expect(sessions[0]).not.toHaveProperty('uid');
  });

  it('with a uid of -1 says nothing', async () => {
    const { sessions } = await importingBytes(pcap(trailed([datagram(0, true, 'one')], -1, 'unknown')));
    expect(sessions).toMatchObject([{ attribution: 'unknown' }]);
  });

  it('of another uid than the first of its connection is counted', async () => {
    const other = trailed([datagram(1.5, true, 'one')], 10_999, 'Other');
    const { sessions, notes } = await importingBytes(pcap([...chat, ...other]));
    expect(sessions.map(({ uid }) => uid)).toEqual([10_123, 10_123]); // 1.5 s: a burst of its own
    expect(notes).toContain('1 packet of another uid than the first of its connection.');
  });
});

describe("the blocks of PCAPdroid's pcapng", () => {
  const comment = (text: string): readonly [number, Buffer][] => [
    [2, Buffer.from([2, 0, 0, 0])],
    [1, Buffer.from(text)],
  ];
  const ip = (packet: Seen): Buffer => packet.frame.subarray(14);
  const one = talk({ handshakeAt: 0, serverPort: 9000 });
  one.up(1, 'ping');
  const file = (order: 'LE' | 'BE', text: string, uid = 10_123): Buffer => {
    const b = blocks(order);
    const packets = one.packets.map((packet, index) => b.enhanced(BigInt(index * 1e6), ip(packet), comment(text)));
    return Buffer.concat([b.section(), b.interface(101), b.uidMap(uid, 'org.example.chat', 'Chat'), ...packets]);
  };

  it.each(['LE', 'BE'] as const)('say whose packets they are (%s)', async (order) => {
    const { sessions, notes } = await importingBytes(file(order, 'u-10123'));
    expect(sessions).toMatchObject([{ uid: 10_123, attribution: 'certain', upBytes: 4 }]);
    expect(notes).toContain('PCAPdroid names the app of 4 of 4 packets: uid 10123 org.example.chat.');
  });

  it('choose the uid of the package that is judged', async () => {
    const { records } = await importingBytes(file('LE', 'u-10123'), { packageName: 'org.example.chat' });
    expect(records[0]?.record).toMatchObject({ package: 'org.example.chat', uid: 10_123 });
  });

  it.each(['u-10124', 'u-', 'u-1x', 'u-99999999999', 'hello'])('are not believed of the comment %s', async (text) => {
    const { sessions } = await importingBytes(file('LE', text));
    expect(sessions).toMatchObject([{ attribution: 'unknown' }]);
  });
});

describe('several devices in one capture', () => {
  const packets = [
    datagram(0, true, 'a', { client: 50_000, server: 9999 }),
    {
      at: BEGAN + 1,
      frame: ethernet(ip4({ from: '192.168.1.17', to: SERVER }, tcp({ from: 1025, to: 443, seq: 1, flags: 'S' }))),
    },
  ];

  it('are named, with how many connections each opened', async () => {
    const { notes } = await importingBytes(pcap(packets));
    expect(notes).toContain(
      'Connections were opened from 2 addresses, all judged together: 192.168.1.16 (1), 192.168.1.17 (1).',
    );
  });

  it('leave one of them where it is chosen', async () => {
    const { connections } = await importingBytes(pcap(packets), { host: '192.168.1.17' });
    expect(connections.map(({ client }) => client)).toEqual(['192.168.1.17:1025']);
  });
});
