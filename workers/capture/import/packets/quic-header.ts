import { u32 } from './bytes.ts';
import { quicVersion } from './quic-keys.ts';

/** One QUIC packet with a long header (RFC 9000, 17.2). Offsets are into the datagram's buffer. */
export interface LongHeader {
  readonly version: number;
  readonly kind: 'initial' | 'zero-rtt' | 'other';
  readonly destinationIdAt: number;
  readonly destinationIdBytes: number;
  /** Where the protected packet number is. */
  readonly numberAt: number;
  /** Behind the packet: the next one of the same datagram begins here. */
  readonly end: number;
}

/** A long header of a version that is known; null for anything else. */
export function readLongHeader(bytes: Buffer, at: number, to: number): LongHeader | null {
  if (to - at < 7 || (bytes[at]! & 0xc0) !== 0xc0) return null;
  const version = u32(bytes, at + 1);
  const known = quicVersion(version);
  if (!known) return null;
  const type = (bytes[at]! >> 4) & 3;
  const destinationIdAt = at + 6;
  const destinationIdBytes = bytes[at + 5]!;
  const sourceIdAt = destinationIdAt + destinationIdBytes + 1;
  if (destinationIdBytes > 20 || sourceIdAt > to) return null;
  let next = sourceIdAt + bytes[sourceIdAt - 1]!;
  const here = { version, destinationIdAt, destinationIdBytes };
  // A Retry has neither number nor length: it is all that its datagram holds.
  if (type === (known.initial + 3) % 4) return { ...here, kind: 'other', numberAt: to, end: to };
  if (type === known.initial) {
    const token = readVarint(bytes, next, to);
    if (token === null) return null;
    next = token.end + token.value;
  }
  const length = readVarint(bytes, next, to);
  if (length === null || length.value > to - length.end) return null;
  const kind = type === known.initial ? 'initial' : type === known.zeroRtt ? 'zero-rtt' : 'other';
  return { ...here, kind, numberAt: length.end, end: length.end + length.value };
}

/** A variable-length integer (RFC 9000, 16); null where it is cut. Beyond 2^53 it is inexact, and too long anyway. */
export function readVarint(bytes: Uint8Array, at: number, to: number): { value: number; end: number } | null {
  if (at >= to) return null;
  const length = 1 << (bytes[at]! >> 6);
  if (at + length > to) return null;
  let value = bytes[at]! & 0x3f;
  for (let i = 1; i < length; i++) value = value * 256 + bytes[at + i]!;
  return { value, end: at + length };
}

/** How many bytes of a datagram are application data: 0-RTT packets, and all behind the long headers. */
export function quicPayloadBytes(bytes: Buffer, from: number, to: number, wireBytes: number): number {
  let payload = 0;
  for (let at = from; at < to;) {
    if ((bytes[at]! & 0x80) === 0) return payload + wireBytes - (at - from);
    const header = readLongHeader(bytes, at, to);
    if (!header) return payload; // cut by the snapshot length, or version negotiation: no application data either way
    if (header.kind === 'zero-rtt') payload += header.end - at;
    at = header.end;
  }
  return payload;
}
