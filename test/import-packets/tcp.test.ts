import { describe, expect, it } from 'vitest';
import { clientHello } from '../capture/hello-bytes.ts';
import { BEGAN, PHONE, SERVER, talk, type Talk } from '../support/conversations.ts';
import { ethernet, ip4, numbers, tcp } from '../support/frames.ts';
import { fileOf, pcap, type Seen } from '../support/packet-file.ts';
import { hasTshark } from '../support/tshark.ts';
import { expectAgreement } from './agreement.ts';
import { importing, importingBytes, type Imported } from './importing.ts';

/** One record of application data with so many bytes of payload. */
function data(bytes: number): Buffer {
  return Buffer.concat([Buffer.from([23, 3, 3]), numbers(2, bytes), Buffer.alloc(bytes, 0x5a)]);
}

/** A ServerHello of TLS 1.3 or 1.2 in a record of its own. */
function serverHello(tls13: boolean): Buffer {
  const extensions = tls13 ? Buffer.from([0, 43, 0, 2, 3, 4]) : Buffer.alloc(0);
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32, 9),
    Buffer.from([0, 0x13, 1, 0]),
    numbers(2, extensions.length),
    extensions,
  ]);
  const message = Buffer.concat([Buffer.from([2]), numbers(3, body.length), body]);
  return Buffer.concat([Buffer.from([22, 3, 3]), numbers(2, message.length), message]);
}

const hello = clientHello({ serverName: 'a.example', alpn: ['h2', 'http/1.1'] });

const SCENES: Readonly<Record<string, () => readonly Seen[]>> = {
  'a hello split over segments'() {
    const one = talk({ handshakeAt: 0 });
    for (let at = 0; at < hello.length; at += 40) one.up(1 + at / 1000, hello.subarray(at, at + 40));
    return one.packets;
  },
  'a segment sent twice'() {
    const one = talk({ handshakeAt: 0, serverPort: 9000 });
    one.up(1, 'once');
    one.send(1.2, true, { seq: 0, flags: 'PA', payload: 'once' });
    one.up(1.3, 'twice');
    return one.packets;
  },
  'a segment sent again with more behind it'() {
    const one = talk({ handshakeAt: 0, serverPort: 9000 });
    one.up(1, 'half');
    one.send(1.2, true, { seq: 0, flags: 'PA', payload: 'half and half' });
    one.skip(true, 9);
    one.up(1.4, '!');
    return one.packets;
  },
  'segments out of order'() {
    const one = talk({ handshakeAt: 0 });
    const late = one.skip(true, 100);
    one.up(1, hello.subarray(100, 150));
    one.send(1.01, true, { seq: late, flags: 'PA', payload: hello.subarray(0, 100) });
    one.up(1.02, hello.subarray(150));
    return one.packets;
  },
  'a segment that the capture lost'() {
    const one = talk({ handshakeAt: 0, serverPort: 9000 });
    one.up(1, 'aaaa');
    one.skip(true, 1000);
    one.up(1.1, 'bbbb');
    one.down(1.2, 'ok');
    one.up(1.3, 'cccc');
    return one.packets;
  },
  'keep-alive probes'() {
    const one = talk({ handshakeAt: 0, serverPort: 5228 });
    one.up(1, 'word');
    for (const at of [10, 20, 30]) {
      one.send(at, true, { seq: 3, payload: 'd' });
      one.send(at + 0.1, false, {});
    }
    return one.packets;
  },
  'numbers that wrap'() {
    const one = talk({ handshakeAt: 0, serverPort: 9000, clientIsn: 0xffffffff - 5, serverIsn: 0x7fffffff - 5 });
    for (let i = 0; i < 5; i++) {
      one.up(1 + i / 10, 'up'.repeat(5));
      one.down(1.05 + i / 10, 'down'.repeat(4));
    }
    return one.packets;
  },
  'a connection that was under way'() {
    const one = talk({ clientPort: 51_000, serverPort: 443 });
    one.down(1, data(200));
    one.up(1.1, data(50));
    return one.packets;
  },
  'the same ports used again after the end'() {
    const [one, two] = [
      talk({ handshakeAt: 0, serverPort: 9000 }),
      talk({ handshakeAt: 10, serverPort: 9000, clientIsn: 77_000 }),
    ];
    one.up(1, 'first');
    one.send(2, true, { flags: 'FA' });
    one.send(2.1, false, { flags: 'FA' });
    two.up(11, 'second!');
    return [...one.packets, ...two.packets];
  },
  'a SYN that is repeated'() {
    const one = talk({ serverPort: 9000 });
    for (const at of [0, 1, 3]) one.send(at, true, { seq: -1, ack: 0, flags: 'S' });
    return one.packets;
  },
  'a refused SYN'() {
    const one = talk({ serverPort: 9000 });
    one.send(0, true, { seq: -1, ack: 0, flags: 'S' });
    one.send(0.1, false, { seq: -1, ack: 1001, flags: 'RA' });
    return one.packets;
  },
  'data with the SYN'() {
    const one = talk({ serverPort: 9000 });
    one.send(0, true, { seq: -1, ack: 0, flags: 'S', payload: 'early' });
    one.send(0.1, false, { seq: -1, ack: 1006, flags: 'SA' });
    one.skip(true, 5);
    one.up(0.2, 'late');
    return one.packets;
  },
  'two connections side by side'() {
    const [one, two] = [
      talk({ handshakeAt: 0, clientPort: 1 + 40_000 }),
      talk({ handshakeAt: 0.5, clientPort: 40_002, server: '8.8.8.8' }),
    ];
    one.up(1, hello);
    two.up(1.5, clientHello({ serverName: 'b.example' }));
    return [...one.packets, ...two.packets].sort((a, b) => a.at - b.at);
  },
};

const scene = (name: string): Promise<Imported> => importingBytes(pcap(SCENES[name]!()));
const of = (one: Talk): Promise<Imported> => importingBytes(pcap(one.packets));

describe.skipIf(!hasTshark)('TCP as tshark has it (skipped where tshark is not installed)', () => {
  it.each(Object.keys(SCENES))('%s', async (name) => {
    using file = fileOf(pcap(SCENES[name]!()));
    expectAgreement(file.path, await importing(file.path));
  });
});

describe('bytes of TCP', () => {
  const table: readonly (readonly [string, number, number])[] = [
    ['a hello split over segments', hello.length, 0],
    ['a segment sent twice', 9, 0], // once + twice
    ['a segment sent again with more behind it', 14, 0], // "half and half" and "!"
    ['segments out of order', hello.length, 0],
    ['a segment that the capture lost', 12, 2],
    ['keep-alive probes', 4, 0],
    ['numbers that wrap', 50, 80],
    ['data with the SYN', 9, 0],
  ];
  it.each(table)('count once: %s', async (name, up, down) => {
    const { connections } = await scene(name);
    expect(connections).toMatchObject([{ wireUpBytes: up, wireDownBytes: down }]);
  });

  it('that the capture lacks are named and not counted', async () => {
    expect((await scene('a segment that the capture lost')).notes).toContain(
      '1000 bytes of TCP were sent and are missing from the capture.',
    );
  });

  it('that a snapshot length cut count by their length on the wire', async () => {
    const one = talk({ handshakeAt: 0, serverPort: 9000 });
    one.up(1, 'x'.repeat(1000));
    one.up(1.1, 'y'.repeat(500));
    const cut = one.packets.map(({ at, frame }) => ({ at, frame: frame.subarray(0, 64), wireBytes: frame.length }));
    const { connections, sessions, notes } = await importingBytes(pcap(cut));
    expect(connections).toMatchObject([{ wireUpBytes: 1500 }]);
    expect(sessions).toMatchObject([{ upBytes: 1500 }]);
    expect(notes).toContain(
      '2 packets were cut by the snapshot length: sizes are those on the wire, names may be missing.',
    );
  });
});

describe('a TLS connection', () => {
  it.each([
    ['split over segments', 'a hello split over segments'],
    ['out of order', 'segments out of order'],
  ])('has the name of a hello that came %s', async (_words, name) => {
    const { connections } = await scene(name);
    expect(connections).toMatchObject([
      { sni: 'a.example', alpn: ['h2', 'http/1.1'], destination: { host: 'a.example', port: 443 }, address: SERVER },
    ]);
    expect(connections[0]?.ja4).toMatch(/^t13d0307h2_/);
  });

  it.each([
    [true, 'its own Finished and the flight of the server', 100, 200],
    [false, 'nothing of application data', 160, 200 + 70],
  ])('leaves the handshake out of its payload (TLS 1.3: %s): %s', async (tls13, _words, up, down) => {
    const one = talk({ handshakeAt: 0 });
    one.up(1, hello);
    one.down(1.01, serverHello(tls13));
    one.down(1.02, data(70));
    one.up(1.03, data(60));
    one.up(1.04, data(100));
    one.down(1.05, data(200));
    const { sessions } = await of(one);
    expect(sessions).toMatchObject([{ upBytes: up, downBytes: down, protocol: 'tls' }]);
  });

  it('that was under way counts its records from where it is seen', async () => {
    const { connections, sessions, notes } = await scene('a connection that was under way');
    expect(connections).toMatchObject([{ client: `${PHONE}:51000`, protocol: 'tls', treatment: 'passed-through' }]);
    expect(sessions).toMatchObject([{ upBytes: 50, downBytes: 200 }]);
    expect(notes.join(' ')).toContain('1 TCP connection began before the capture');
  });
});

describe('bursts', () => {
  it('begin anew when the client speaks after a second of its silence, each with the packet that began it', async () => {
    const one = talk({ handshakeAt: 0, serverPort: 9000 });
    one.up(1, 'aa');
    one.down(1.2, 'bbb');
    one.up(1.9, 'cc'); // 0.9 s after the client's last word: the same burst
    one.up(61, 'dddd');
    one.down(61.5, 'e');
    const { sessions } = await of(one);
    expect(
      sessions.map(({ startMs, endMs, upBytes, downBytes, line }) => [startMs, endMs, upBytes, downBytes, line]),
    ).toEqual([
      [1000, 1900, 4, 3, 4],
      [61_000, 61_500, 4, 1, 7],
    ]);
  });

  it('of HTTP say which request began them, without the query, which may hold secrets', async () => {
    const one = talk({ handshakeAt: 0, serverPort: 8080 });
    one.up(1, 'GET /poll?id=1 HTTP/1.1\r\nHost: c2.example:8080\r\n\r\n');
    one.down(1.1, 'HTTP/1.1 204 No Content\r\n\r\n');
    one.up(60, 'POST /result HTTP/1.1\r\nHost: c2.example:8080\r\nContent-Length: 0\r\n\r\n');
    const { sessions, connections } = await of(one);
    expect(sessions).toMatchObject([
      { method: 'GET', path: '/poll?…', protocol: 'http' },
      { method: 'POST', path: '/result' },
    ]);
    expect(connections).toMatchObject([{ destination: { host: 'c2.example', port: 8080 }, treatment: 'cleartext' }]);
  });

  it('of a proxy connection go where the request says', async () => {
    const one = talk({ handshakeAt: 0, serverPort: 3128 });
    one.up(1, 'CONNECT far.example:8443 HTTP/1.1\r\nHost: far.example:8443\r\n\r\n');
    expect((await of(one)).connections).toMatchObject([
      { destination: { host: 'far.example', port: 8443 }, address: SERVER },
    ]);
  });
});

describe('the same ports again', () => {
  it('with the same first number after a reset are a new connection; tshark 4.0 still counts one stream', async () => {
    const [one, two] = [talk({ handshakeAt: 0, serverPort: 9000 }), talk({ handshakeAt: 10, serverPort: 9000 })];
    one.send(2, false, { flags: 'RA' });
    two.up(11, 'again');
    const { connections } = await importingBytes(pcap([...one.packets, ...two.packets]));
    expect(connections).toMatchObject([
      { line: 1, startMs: 0, endMs: 2000, wireUpBytes: 0 },
      { line: 5, startMs: 10_000, endMs: 11_000, wireUpBytes: 5 },
    ]);
  });
});

describe('a connection that carried nothing', () => {
  it.each([
    ['a SYN that is repeated', 'no-answer', 3000],
    ['a refused SYN', 'refused', 100],
  ])('%s: %s', async (name, failure, endMs) => {
    const { connections, sessions } = await scene(name);
    expect(sessions).toEqual([]);
    expect(connections).toMatchObject([{ failure, treatment: 'refused', startMs: 0, endMs, wireUpBytes: 0 }]);
  });

  it('has none where it was only opened', async () => {
    const { connections } = await of(talk({ handshakeAt: 0 }));
    expect(connections[0]?.failure).toBeUndefined();
  });
});

describe('who opened a connection whose SYN is not there', () => {
  const speak = (from: string, fromPort: number, to: string, toPort: number): Seen => ({
    at: BEGAN,
    frame: ethernet(ip4({ from, to }, tcp({ from: fromPort, to: toPort, seq: 1, flags: 'PA', payload: 'x' }))),
  });
  it.each([
    ['the port of a service', speak(SERVER, 443, PHONE, 40_000), `${PHONE}:40000`],
    ['the private address', speak(SERVER, 45_000, PHONE, 40_000), `${PHONE}:40000`],
    ['who spoke first', speak('8.8.8.8', 45_000, SERVER, 40_000), '8.8.8.8:45000'],
  ])('is told by %s', async (_words, packet, client) => {
    expect((await importingBytes(pcap([packet]))).connections).toMatchObject([{ client }]);
  });
});
