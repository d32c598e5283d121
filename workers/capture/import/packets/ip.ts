import { i32, u16 } from './bytes.ts';
import { TCP, UDP, type Packet } from './packet.ts';

/** Why an IP packet leads to no TCP or UDP header. */
export const IP = { malformed: -1, fragment: -2 } as const;

/** Extension headers of IPv6 that may stand before the transport (IANA, "IPv6 Extension Header Types"). */
const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
const LENGTH_IN_EIGHTS: readonly number[] = [HOP_BY_HOP, ROUTING, 60, 135, 139, 140];
const MOST_EXTENSIONS = 16;

/**
 * Reads the IP header at `at` into the packet: addresses and where the transport begins.
 * @returns the protocol number of the transport, or one of {@link IP}. `fragment` stands for one without the header.
 */
export function readIp(packet: Packet, at: number): number {
  const version = packet.bytes[at]! >> 4;
  if (version === 4) return readIp4(packet, at);
  return version === 6 ? readIp6(packet, at) : IP.malformed;
}

/** True for the first of several fragments, which has the transport header and a part of the payload. */
export function isFirstFragment(packet: Packet, at: number): boolean {
  return packet.version === 4 && (u16(packet.bytes, at + 6) & 0x3fff) === 0x2000;
}

function readIp4(packet: Packet, at: number): number {
  const { bytes, end } = packet;
  if (at + 20 > end) return IP.malformed;
  const headerBytes = (bytes[at]! & 0x0f) * 4;
  // Segmentation by the network card leaves 0 here: the frame then tells the length.
  const total = u16(bytes, at + 2) || packet.frameBytes - (at - packet.at);
  if (headerBytes < 20 || total < headerBytes || at + headerBytes > end) return IP.malformed;
  packet.version = 4;
  packet.src0 = i32(bytes, at + 12);
  packet.dst0 = i32(bytes, at + 16);
  packet.src1 = packet.src2 = packet.src3 = packet.dst1 = packet.dst2 = packet.dst3 = 0;
  place(packet, at + headerBytes, total - headerBytes);
  const protocol = bytes[at + 9]!;
  return (u16(bytes, at + 6) & 0x1fff) === 0 ? protocol : IP.fragment;
}

function readIp6(packet: Packet, at: number): number {
  const { bytes, end } = packet;
  if (at + 40 > end) return IP.malformed;
  const payload = u16(bytes, at + 4) || packet.frameBytes - (at - packet.at) - 40;
  packet.version = 6;
  packet.src0 = i32(bytes, at + 8);
  packet.src1 = i32(bytes, at + 12);
  packet.src2 = i32(bytes, at + 16);
  packet.src3 = i32(bytes, at + 20);
  packet.dst0 = i32(bytes, at + 24);
  packet.dst1 = i32(bytes, at + 28);
  packet.dst2 = i32(bytes, at + 32);
  packet.dst3 = i32(bytes, at + 36);
  let protocol = bytes[at + 6]!;
  let next = at + 40;
  for (let count = 0; count < MOST_EXTENSIONS; count++) {
    if (protocol === TCP || protocol === UDP) break;
    const eights = LENGTH_IN_EIGHTS.includes(protocol);
    if (!eights && protocol !== FRAGMENT && protocol !== AUTHENTICATION) break;
    if (next + 8 > end) return IP.malformed;
    if (protocol === FRAGMENT && (u16(bytes, next + 2) & 0xfff8) !== 0) return IP.fragment;
    const length = bytes[next + 1]!;
    const here = protocol;
    protocol = bytes[next]!;
    next += here === FRAGMENT ? 8 : here === AUTHENTICATION ? (length + 2) * 4 : (length + 1) * 8;
  }
  const bytesLeft = payload - (next - at - 40);
  if (bytesLeft < 0 || next > end) return IP.malformed;
  place(packet, next, bytesLeft);
  return protocol;
}

function place(packet: Packet, at: number, bytes: number): void {
  packet.transportAt = at;
  packet.transportBytes = bytes;
  packet.transportEnd = Math.min(packet.end, at + bytes);
}

/** Ports, numbers and payload of a TCP segment (RFC 9293, 3.1); false where it is cut or contradicts itself. */
export function readTcp(packet: Packet): boolean {
  const { bytes, transportAt: at, transportEnd: end } = packet;
  if (at + 20 > end) return false;
  const headerBytes = (bytes[at + 12]! >> 4) * 4;
  if (headerBytes < 20 || headerBytes > packet.transportBytes) return false;
  packet.transport = TCP;
  packet.srcPort = u16(bytes, at);
  packet.dstPort = u16(bytes, at + 2);
  packet.seq = i32(bytes, at + 4);
  packet.ack = i32(bytes, at + 8);
  packet.flags = bytes[at + 13]!;
  packet.payloadAt = Math.min(at + headerBytes, end);
  packet.payloadEnd = end;
  packet.payloadBytes = packet.transportBytes - headerBytes;
  return true;
}

/** Ports and payload of a UDP datagram (RFC 768). Its own length holds, also where IP cut it into fragments. */
export function readUdp(packet: Packet): boolean {
  const { bytes, transportAt: at, transportEnd: end } = packet;
  if (at + 8 > end) return false;
  const length = u16(bytes, at + 4) || packet.transportBytes;
  if (length < 8) return false;
  packet.transport = UDP;
  packet.srcPort = u16(bytes, at);
  packet.dstPort = u16(bytes, at + 2);
  packet.payloadAt = at + 8;
  packet.payloadEnd = Math.min(end, at + length);
  packet.payloadBytes = length - 8;
  return true;
}
