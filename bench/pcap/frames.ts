/** Writes Ethernet frames with IPv4 into a buffer: only what the traffic of the bench needs, and fast. */
export interface Side {
  readonly address: number;
  readonly port: number;
}

export interface Segment {
  readonly from: Side;
  readonly to: Side;
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
}

export const FIN_ACK = 0x11;
export const SYN = 0x02;
export const SYN_ACK = 0x12;
export const ACK = 0x10;
export const PUSH_ACK = 0x18;

const ETHERNET_BYTES = 14;
const IP_BYTES = 20;
const TCP_BYTES = 32; // with the timestamps that every phone sends
const UDP_BYTES = 8;

/** Returns the offset behind the frame. */
export function writeTcp(out: Buffer, at: number, segment: Segment, payload: Buffer): number {
  const ip = writeIp(out, at, segment.from, segment.to, 6, TCP_BYTES + payload.length);
  out.writeUInt16BE(segment.from.port, ip);
  out.writeUInt16BE(segment.to.port, ip + 2);
  out.writeUInt32BE(segment.seq >>> 0, ip + 4);
  out.writeUInt32BE(segment.ack >>> 0, ip + 8);
  out[ip + 12] = (TCP_BYTES / 4) << 4;
  out[ip + 13] = segment.flags;
  out.writeUInt16BE(0xffff, ip + 14);
  out.writeUInt32BE(0, ip + 16);
  out.fill(1, ip + 20, ip + TCP_BYTES); // options: no-operation
  return put(out, ip + TCP_BYTES, payload);
}

export function writeUdp(out: Buffer, at: number, from: Side, to: Side, payload: Buffer): number {
  const ip = writeIp(out, at, from, to, 17, UDP_BYTES + payload.length);
  out.writeUInt16BE(from.port, ip);
  out.writeUInt16BE(to.port, ip + 2);
  out.writeUInt16BE(UDP_BYTES + payload.length, ip + 4);
  out.writeUInt16BE(0, ip + 6);
  return put(out, ip + UDP_BYTES, payload);
}

function writeIp(out: Buffer, at: number, from: Side, to: Side, protocol: number, bytes: number): number {
  out.fill(2, at, at + 12);
  out.writeUInt16BE(0x0800, at + 12);
  const ip = at + ETHERNET_BYTES;
  out.writeUInt32BE(0x45000000 | (IP_BYTES + bytes), ip);
  out.writeUInt32BE(0x00004000, ip + 4); // not to be fragmented
  out[ip + 8] = 64;
  out[ip + 9] = protocol;
  out.writeUInt16BE(0, ip + 10); // left to the network card, as on most captures of a sender
  out.writeUInt32BE(from.address, ip + 12);
  out.writeUInt32BE(to.address, ip + 16);
  return ip + IP_BYTES;
}

function put(out: Buffer, at: number, payload: Buffer): number {
  payload.copy(out, at);
  return at + payload.length;
}
