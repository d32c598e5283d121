/** Makes frames as they stand on a wire: the layers are functions that wrap what is inside them. */
export interface TcpShape {
  readonly from: number;
  readonly to: number;
  readonly seq: number;
  readonly ack?: number;
  /** Letters of FIN, SYN, RST, PSH and ACK: `SA` for a SYN that acknowledges. */
  readonly flags?: string;
  readonly payload?: Buffer | string;
}

const FLAGS: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, A: 16 };

export function tcp({ from, to, seq, ack = 0, flags = 'A', payload = '' }: TcpShape): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt16BE(from, 0);
  header.writeUInt16BE(to, 2);
  header.writeUInt32BE(seq >>> 0, 4);
  header.writeUInt32BE(ack >>> 0, 8);
  header[12] = 5 << 4;
  header[13] = [...flags].reduce((bits, letter) => bits | (FLAGS[letter] ?? 0), 0);
  header.writeUInt16BE(0xffff, 14);
  return Buffer.concat([header, Buffer.from(payload)]);
}

export function udp(from: number, to: number, payload: Buffer | string): Buffer {
  const body = Buffer.from(payload);
  return Buffer.concat([numbers(2, from, to, 8 + body.length, 0), body]);
}

export interface Ip4Shape {
  readonly from: string;
  readonly to: string;
  readonly protocol?: number;
  readonly id?: number;
  /** Offset in bytes, and whether more follow. */
  readonly fragment?: { readonly offset: number; readonly more: boolean };
}

/** The protocol is TCP unless it is said; a header checksum is not computed: captures of a sender have none either. */
export function ip4({ from, to, protocol = 6, id = 1, fragment }: Ip4Shape, body: Buffer): Buffer {
  const bits = fragment ? (fragment.offset >> 3) | (fragment.more ? 0x2000 : 0) : 0x4000;
  const header = Buffer.concat([
    Buffer.from([0x45, 0]),
    numbers(2, 20 + body.length, id, bits),
    Buffer.from([64, protocol, 0, 0]),
    address4(from),
    address4(to),
  ]);
  return Buffer.concat([header, body]);
}

/** `extensions`: type and body of headers between IPv6 and the transport; a body fills 8 bytes times a whole number. */
export function ip6(
  from: string,
  to: string,
  protocol: number,
  body: Buffer,
  extensions: readonly (readonly [type: number, body: Buffer])[] = [],
): Buffer {
  const types = [...extensions.map(([type]) => type), protocol];
  const chain = extensions.map(([, rest], index) => Buffer.concat([Buffer.from([types[index + 1]!]), rest]));
  const inside = Buffer.concat([...chain, body]);
  const header = Buffer.concat([
    Buffer.from([0x60, 0, 0, 0]),
    numbers(2, inside.length),
    Buffer.from([types[0]!, 64]),
    address6(from),
    address6(to),
  ]);
  return Buffer.concat([header, inside]);
}

/** Ethernet II; `tags` are the types of VLAN tags that stand before the payload's own. */
export function ethernet(body: Buffer, tags: readonly number[] = []): Buffer {
  const vlan = tags.flatMap((tag, index) => [tag, 100 + index]);
  return Buffer.concat([Buffer.alloc(12, 2), numbers(2, ...vlan, etherType(body)), body]);
}

/** Linux cooked, version 1: packet type, address type and length, eight bytes of address, protocol. */
export function cooked(body: Buffer): Buffer {
  return Buffer.concat([numbers(2, 0, 1, 6), Buffer.alloc(8, 3), numbers(2, etherType(body)), body]);
}

/** Linux cooked, version 2: the protocol comes first, then interface, address type, packet type and address. */
export function cooked2(body: Buffer): Buffer {
  const interfaceIndex = numbers(4, 3);
  return Buffer.concat([
    numbers(2, etherType(body), 0),
    interfaceIndex,
    numbers(2, 1),
    Buffer.from([0, 6]),
    Buffer.alloc(8, 3),
    body,
  ]);
}

/** BSD loopback: the address family, little-endian for NULL on most machines, big-endian for LOOP. */
export function loopback(body: Buffer, family: number, order: 'LE' | 'BE'): Buffer {
  const header = Buffer.alloc(4);
  if (order === 'LE') header.writeUInt32LE(family);
  else header.writeUInt32BE(family);
  return Buffer.concat([header, body]);
}

/** What PCAPdroid appends to a frame of its fake Ethernet: padding to 4 bytes, then 32 bytes of its own. */
export function withTrailer(frame: Buffer, uid: number, appName: string): Buffer {
  const trailer = Buffer.alloc(32);
  trailer.writeUInt32BE(0x01072021, 0);
  trailer.writeInt32BE(uid, 4);
  trailer.write(appName, 8, 20, 'utf8');
  return Buffer.concat([frame, Buffer.alloc(-frame.length & 3), trailer]);
}

export function numbers(bytes: number, ...values: readonly number[]): Buffer {
  const out = Buffer.alloc(bytes * values.length);
  values.forEach((value, index) => out.writeUIntBE(value, index * bytes, bytes));
  return out;
}

function etherType(body: Buffer): number {
  return body[0]! >> 4 === 6 ? 0x86dd : 0x0800;
}

function address4(text: string): Buffer {
  return Buffer.from(text.split('.').map(Number));
}

function address6(text: string): Buffer {
  const [head = '', tail = ''] = text.split('::');
  const groups = (part: string): number[] =>
    part
      .split(':')
      .filter(Boolean)
      .map((group) => parseInt(group, 16));
  const [front, back] = [groups(head), groups(tail)];
  return numbers(2, ...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back);
}
