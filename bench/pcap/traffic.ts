import { ACK, FIN_ACK, PUSH_ACK, SYN, SYN_ACK, writeTcp, writeUdp, type Side } from './frames.ts';
import { helloRecord, record, serverHelloRecords } from './hello.ts';

/** Writes the next frame of one conversation at an offset; returns the offset behind it, or null when it is over. */
export type Talk = (out: Buffer, at: number) => number | null;

/** Bytes of payload in a full segment. */
const SEGMENT_BYTES = 1348;
const PHONE = 0xc0a80110; // 192.168.1.16
const RESOLVER: Side = { address: 0xc0a80101, port: 53 };

export interface Content {
  readonly random: () => number;
  /** Bytes that stand for what is encrypted. */
  readonly noise: Buffer;
}

/** A mix as of a phone: TLS most of all, DNS before it, a little HTTP, and QUIC under way. */
export function nextTalk(number: number, content: Content): Talk {
  const share = content.random();
  const client = { address: PHONE, port: 1024 + (number % 64_000) };
  const server = { address: 0x08000000 + Math.floor(content.random() * 4000), port: 443 };
  if (share < 0.3) return dns(client, content);
  if (share < 0.4) return quic(client, server, content);
  if (share < 0.45) return tcp(client, { ...server, port: 80 }, httpTurns(content), content);
  return tcp(client, server, tlsTurns(content), content);
}

type Turn = readonly [up: boolean, bytes: Buffer];

/** A TLS connection with a few requests, some small and some downloads of up to a megabyte. */
function tlsTurns(content: Content): Turn[] {
  const { random } = content;
  const host = `h${Math.floor(random() * 2000)}.example.net`;
  const turns: Turn[] = [
    [true, helloRecord(host, random)],
    [false, Buffer.concat([serverHelloRecords(random), data(2800, content)])],
    [true, data(74, content)],
  ];
  for (let requests = 1 + Math.floor(random() * 6); requests > 0; requests--) {
    turns.push([true, data(100 + Math.floor(random() * 900), content)]);
    const size = random() < 0.3 ? 1_000_000 * random() ** 2 : 200 + 6000 * random();
    turns.push([false, records(Math.floor(size), content)]);
  }
  return turns;
}

function httpTurns(content: Content): Turn[] {
  const head = 'GET /poll?id=7 HTTP/1.1\r\nHost: plain.example.net\r\nUser-Agent: bench\r\n\r\n';
  const answer = Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), part(2000, content)]);
  return [
    [true, Buffer.from(head)],
    [false, answer],
  ];
}

function tcp(client: Side, server: Side, turns: readonly Turn[], content: Content): Talk {
  const frames = tcpFrames(client, server, turns, content.random);
  return (out, at) => {
    const next = frames.next();
    if (next.done) return null;
    const { up, seq, ack, flags, payload } = next.value;
    return writeTcp(out, at, { from: up ? client : server, to: up ? server : client, seq, ack, flags }, payload);
  };
}

interface Frame {
  readonly up: boolean;
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly payload: Buffer;
}

const NOTHING = Buffer.alloc(0);

/** Handshake, turns in segments, an acknowledgement for every two, one in 200 sent twice or late, and the end. */
function* tcpFrames(client: Side, server: Side, turns: readonly Turn[], random: () => number): Generator<Frame> {
  const seq = [Math.floor(random() * 2 ** 32), Math.floor(random() * 2 ** 32)] as [number, number];
  yield { up: true, seq: seq[0], ack: 0, flags: SYN, payload: NOTHING };
  yield { up: false, seq: seq[1], ack: ++seq[0], flags: SYN_ACK, payload: NOTHING };
  yield { up: true, seq: seq[0], ack: ++seq[1], flags: ACK, payload: NOTHING };
  let late: Frame | null = null;
  for (const [up, bytes] of turns) {
    const [own, far] = up ? [0, 1] : ([1, 0] as const);
    let sent = 0;
    for (let at = 0; at < bytes.length; at += SEGMENT_BYTES) {
      const payload = bytes.subarray(at, at + SEGMENT_BYTES);
      const frame = { up, seq: seq[own]!, ack: seq[far]!, flags: PUSH_ACK, payload };
      seq[own] = (seq[own]! + payload.length) >>> 0;
      const fate = random();
      if (fate < 0.005 && late === null && at + SEGMENT_BYTES < bytes.length) {
        late = frame;
        continue;
      }
      yield frame;
      if (fate > 0.995) yield frame;
      if (late) yield late;
      late = null;
      if (++sent % 2 === 0) yield { up: !up, seq: seq[far]!, ack: seq[own], flags: ACK, payload: NOTHING };
    }
  }
  yield { up: true, seq: seq[0], ack: seq[1], flags: FIN_ACK, payload: NOTHING };
  yield { up: false, seq: seq[1], ack: (seq[0] + 1) >>> 0, flags: FIN_ACK, payload: NOTHING };
  yield { up: true, seq: (seq[0] + 1) >>> 0, ack: (seq[1] + 1) >>> 0, flags: ACK, payload: NOTHING };
}

function dns(client: Side, { random }: Content): Talk {
  const id = Math.floor(random() * 65_536);
  const question = Buffer.from(`\u0002h${id % 10}\u0007example\u0003net\u0000\u0000\u0001\u0000\u0001`, 'latin1');
  const header = (flags: number, answers: number): Buffer =>
    Buffer.from([id >> 8, id & 255, flags >> 8, flags & 255, 0, 1, 0, answers, 0, 0, 0, 0]);
  const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 8, 0, 15, id & 255]);
  const messages = [Buffer.concat([header(0x0100, 0), question]), Buffer.concat([header(0x8180, 1), question, answer])];
  let turn = 0;
  return (out, at) => {
    const message = messages[turn];
    if (!message) return null;
    turn += 1;
    return turn === 1 ? writeUdp(out, at, client, RESOLVER, message) : writeUdp(out, at, RESOLVER, client, message);
  };
}

/** Short headers alone: the connection was under way. */
function quic(client: Side, server: Side, content: Content): Talk {
  let left = Math.floor(20 + 400 * content.random() ** 2);
  return (out, at) => {
    if (left-- <= 0) return null;
    const up = content.random() < 0.3;
    const payload = Buffer.from(part(up ? 40 : 1250, content));
    payload[0] = 0x40 | (payload[0]! & 0x3f);
    return up ? writeUdp(out, at, client, server, payload) : writeUdp(out, at, server, client, payload);
  };
}

function data(bytes: number, content: Content): Buffer {
  return record(23, part(bytes, content));
}

/** Application data in records of up to 8 kB, which cross segments. */
function records(bytes: number, content: Content): Buffer {
  const all: Buffer[] = [];
  for (let left = bytes; left > 0; left -= 8192) all.push(data(Math.min(left, 8192), content));
  return Buffer.concat(all);
}

function part(bytes: number, { random, noise }: Content): Buffer {
  const from = Math.floor(random() * (noise.length - bytes));
  return noise.subarray(from, from + bytes);
}
