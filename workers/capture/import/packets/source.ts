import type { Packet } from './packet.ts';

/** How much of a file could not be read, and why; every reader of packets adds to it. */
export interface Damage {
  /** Bytes of the file that are part of no packet or block that was understood. */
  unreadBytes: number;
  /** Places where the order of the file was lost and found again. */
  breaks: number;
  /** Bytes that the packet or block at the end of the file lacks; null where the file ends as it should. */
  endsShort: { readonly what: string; readonly missingBytes: number } | null;
}

export interface PacketSource {
  readonly damage: Damage;
  /**
   * Reads what is whole between `from` and `to` and returns the offset of what is not, which may lie beyond `to` where
   * bytes are to be passed over. It never leaves more than {@link MOST_RECORD_BYTES} unread before the last call.
   * @param last what ends at `to` is the end of the file
   */
  read(bytes: Buffer, from: number, to: number, last: boolean): number;
}

/** Takes a packet whose frame has been found; it reads the frame from `packet.bytes` at once. */
export type TakePacket = (packet: Packet) => void;

/** Wireshark's bound for a packet of any network (wiretap/wtap.h, WTAP_MAX_PACKET_SIZE_STANDARD). */
export const MOST_PACKET_BYTES = 262_144;
/** A block holds a packet, options, and headers. */
export const MOST_RECORD_BYTES = 2 * MOST_PACKET_BYTES;
