import { ethernet, ip4, tcp, udp, type TcpShape } from './frames.ts';
import type { Seen } from './packet-file.ts';

export const PHONE = '192.168.1.16';
export const SERVER = '93.184.216.34';
/** When the captures of the tests begin: 2026-01-01. */
export const BEGAN = 1_767_225_600;

/** A TCP connection that is written packet by packet: it keeps the numbers of both sides. */
export interface Talk {
  readonly packets: Seen[];
  /** Sends payload at so many seconds; the other side acknowledges it with its next packet. */
  up(seconds: number, payload: Buffer | string): void;
  down(seconds: number, payload: Buffer | string): void;
  /** Makes room in the sequence without a packet; `send` later takes the offset that is returned. */
  skip(up: boolean, bytes: number): number;
  /** Any segment: `seq` counts from the first byte of its side. */
  send(seconds: number, up: boolean, segment: { readonly seq?: number } & Omit<Partial<TcpShape>, 'seq'>): void;
}

export interface TalkShape {
  readonly clientPort?: number;
  readonly serverPort?: number;
  readonly server?: string;
  readonly clientIsn?: number;
  readonly serverIsn?: number;
  /** Without one the capture began later. */
  readonly handshakeAt?: number;
  readonly wrap?: (packet: Buffer) => Buffer;
}

export function talk(shape: TalkShape = {}): Talk {
  const { clientPort = 40_000, serverPort = 443, server = SERVER, wrap = ethernet } = shape;
  const { clientIsn = 1000, serverIsn = 5000 } = shape;
  const sent = { up: 0, down: 0 };
  const packets: Seen[] = [];
  const put = (seconds: number, up: boolean, segment: Omit<TcpShape, 'from' | 'to'>): void => {
    const ports = up ? { from: clientPort, to: serverPort } : { from: serverPort, to: clientPort };
    const ends = up ? { from: PHONE, to: server } : { from: server, to: PHONE };
    packets.push({ at: BEGAN + seconds, frame: wrap(ip4(ends, tcp({ ...ports, ...segment }))) });
  };
  const isn = (up: boolean): number => (up ? clientIsn : serverIsn);
  const sum = (up: boolean): number => (up ? sent.up : sent.down);
  const add = (up: boolean, bytes: number): void => {
    if (up) sent.up += bytes;
    else sent.down += bytes;
  };
  const say = (seconds: number, up: boolean, payload: Buffer | string): void => {
    const body = Buffer.from(payload);
    put(seconds, up, { seq: isn(up) + 1 + sum(up), ack: isn(!up) + 1 + sum(!up), flags: 'PA', payload: body });
    add(up, body.length);
  };
  if (shape.handshakeAt !== undefined) {
    put(shape.handshakeAt, true, { seq: clientIsn, flags: 'S' });
    put(shape.handshakeAt + 0.01, false, { seq: serverIsn, ack: clientIsn + 1, flags: 'SA' });
    put(shape.handshakeAt + 0.02, true, { seq: clientIsn + 1, ack: serverIsn + 1 });
  }
  return {
    packets,
    up: (seconds, payload) => say(seconds, true, payload),
    down: (seconds, payload) => say(seconds, false, payload),
    skip(up, bytes) {
      add(up, bytes);
      return sum(up) - bytes;
    },
    send(seconds, up, { seq, ...rest }) {
      const base = { seq: isn(up) + 1 + (seq ?? sum(up)), ack: isn(!up) + 1 + sum(!up) };
      put(seconds, up, { ...base, ...rest });
    },
  };
}

/** A datagram of the phone, or to it. */
export function datagram(
  seconds: number,
  up: boolean,
  payload: Buffer | string,
  ports: { readonly client?: number; readonly server?: number; readonly address?: string } = {},
): Seen {
  const { client = 50_000, server = 443, address = SERVER } = ports;
  const body = up ? udp(client, server, payload) : udp(server, client, payload);
  const ends = up ? { from: PHONE, to: address } : { from: address, to: PHONE };
  return { at: BEGAN + seconds, frame: ethernet(ip4({ ...ends, protocol: 17 }, body)) };
}
