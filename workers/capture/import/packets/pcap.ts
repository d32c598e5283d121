import { uint32 } from './bytes.ts';
import type { Packet } from './packet.ts';
import { MOST_PACKET_BYTES, type Damage, type PacketSource, type TakePacket } from './source.ts';

/** What the header of a pcap file says (draft-ietf-opsawg-pcap, 4). */
export interface PcapHeader {
  readonly little: boolean;
  /** Fractions of a second in one unit of the second time field. */
  readonly unitsPerSecond: number;
  readonly linkType: number;
}

export const PCAP_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const MAGIC_NANOSECONDS = 0xa1b23c4d;
/** How far apart two neighbouring packets may be for the second one to be believed after damage. */
const BELIEVED_SECONDS = 86_400;

/** null where these are not the first bytes of a pcap file. */
export function readPcapHeader(bytes: Buffer): PcapHeader | null {
  if (bytes.length < PCAP_HEADER_BYTES) return null;
  for (const little of [false, true]) {
    const magic = uint32(bytes, 0, little);
    if (magic !== MAGIC_MICROSECONDS && magic !== MAGIC_NANOSECONDS) continue;
    // The upper bits say whether and how long frame check sequences are; the link type is below them.
    const linkType = uint32(bytes, 20, little) & 0xffff;
    return { little, unitsPerSecond: magic === MAGIC_NANOSECONDS ? 1e9 : 1e6, linkType };
  }
  return null;
}

/** Reads the packets of a pcap file behind its header. */
export function createPcapSource(header: PcapHeader, packet: Packet, take: TakePacket): PacketSource {
  const { little, unitsPerSecond } = header;
  const msPerUnit = 1000 / unitsPerSecond;
  const damage: Damage = { unreadBytes: 0, breaks: 0, endsShort: null };
  let lastSeconds: number | null = null;
  let searching = false;

  /** A header that damage does not look like. */
  const isSound = (bytes: Buffer, at: number): boolean => {
    const captured = uint32(bytes, at + 8, little);
    if (captured > MOST_PACKET_BYTES) return false;
    if (uint32(bytes, at + 4, little) < unitsPerSecond) return true;
    return lastSeconds !== null && Math.abs(uint32(bytes, at, little) - lastSeconds) <= BELIEVED_SECONDS;
  };
  /** A header that is believed in the midst of damage. */
  const isBelieved = (bytes: Buffer, at: number): boolean => {
    const captured = uint32(bytes, at + 8, little);
    if (captured === 0 || captured > MOST_PACKET_BYTES || captured > uint32(bytes, at + 12, little)) return false;
    if (uint32(bytes, at + 12, little) > MOST_PACKET_BYTES || uint32(bytes, at + 4, little) >= unitsPerSecond)
      return false;
    return lastSeconds === null || Math.abs(uint32(bytes, at, little) - lastSeconds) <= BELIEVED_SECONDS;
  };
  /** The next header that is believed and whose packet is followed by another, or by the end of the file. */
  const search = (bytes: Buffer, from: number, to: number, last: boolean): number | null => {
    for (let at = from; at + RECORD_HEADER_BYTES <= to; at++) {
      if (!isBelieved(bytes, at)) continue;
      const next = at + RECORD_HEADER_BYTES + uint32(bytes, at + 8, little);
      if (next === to && last) return at;
      if (next + RECORD_HEADER_BYTES > to) {
        if (last) continue;
        return at; // what follows is not in the buffer yet: it is looked at again with more of the file
      }
      if (isBelieved(bytes, next)) return at;
    }
    return null;
  };
  const emit = (bytes: Buffer, at: number, captured: number): void => {
    const seconds = uint32(bytes, at, little);
    lastSeconds = seconds;
    packet.bytes = bytes;
    packet.number += 1;
    packet.timeMs = seconds * 1000 + uint32(bytes, at + 4, little) * msPerUnit;
    packet.at = at + RECORD_HEADER_BYTES;
    packet.end = packet.at + captured;
    packet.frameBytes = Math.max(captured, uint32(bytes, at + 12, little));
    packet.linkType = header.linkType;
    packet.uid = -1;
    take(packet);
  };

  return {
    damage,
    read(bytes, from, to, last) {
      let at = from;
      for (;;) {
        if (searching) {
          const found = search(bytes, at, to, last);
          const resume = found ?? Math.max(at, last ? to : to - RECORD_HEADER_BYTES + 1);
          damage.unreadBytes += resume - at;
          at = resume;
          if (found === null) return at;
          const next = at + RECORD_HEADER_BYTES + uint32(bytes, at + 8, little);
          if (!last && next + RECORD_HEADER_BYTES > to) return at;
          searching = false;
        }
        if (at + RECORD_HEADER_BYTES > to) break;
        if (!isSound(bytes, at)) {
          searching = true;
          damage.breaks += 1;
          damage.unreadBytes += 1;
          at += 1;
          continue;
        }
        const captured = uint32(bytes, at + 8, little);
        const next = at + RECORD_HEADER_BYTES + captured;
        if (next > to) {
          if (!last || search(bytes, at + 1, to, true) === null) break;
          searching = true;
          damage.breaks += 1;
          damage.unreadBytes += 1;
          at += 1;
          continue;
        }
        emit(bytes, at, captured);
        at = next;
      }
      if (!last || at === to) return at;
      const whole =
        at + RECORD_HEADER_BYTES > to ? RECORD_HEADER_BYTES : RECORD_HEADER_BYTES + uint32(bytes, at + 8, little);
      damage.endsShort = { what: `packet ${packet.number + 1}`, missingBytes: whole - (to - at) };
      damage.unreadBytes += to - at;
      return to;
    },
  };
}
