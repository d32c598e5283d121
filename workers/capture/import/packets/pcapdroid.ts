import { uint16, uint32 } from './bytes.ts';

/**
 * What PCAPdroid adds to a capture to say whose packet it is (emanuele-f/PCAPdroid, app/src/main/jni/core/pcap_dump.c):
 * in pcap a trailer behind each packet, in pcapng a block that names each uid and a comment on each packet.
 */
export interface App {
  readonly uid: number;
  /** Where only the trailer speaks there is no package. */
  readonly packageName: string | null;
  readonly appName: string;
}

const TRAILER_MAGIC = 0x01072021;
/** Magic, uid, 20 bytes of name, and a checksum in place of Ethernet's. */
const TRAILER_BYTES = 32;
const NAME_BYTES = 20;
const ENTERPRISE_NUMBER = 62_652;
const UID_MAP = 1;
const COMMENT_PREFIX = [0x75, 0x2d]; // "u-"

/** Offset of the trailer of a frame, behind the IP packet that ends at `ipEnd`; -1 where there is none. */
export function trailerAt(bytes: Uint8Array, ipEnd: number, end: number): number {
  const at = end - TRAILER_BYTES;
  // Inside the IP packet these bytes would be an app's, which could claim to be another one.
  return at >= ipEnd && uint32(bytes, at, false) === TRAILER_MAGIC ? at : -1;
}

export function readTrailer(bytes: Buffer, at: number): App {
  return { uid: trailerUid(bytes, at), packageName: null, appName: text(bytes, at + 8, NAME_BYTES) };
}

export function trailerUid(bytes: Uint8Array, at: number): number {
  return uint32(bytes, at + 4, false) | 0;
}

/** The app that a Custom Block from `at` to `end` names; null where it is of another maker or kind. */
export function readUidBlock(bytes: Buffer, at: number, end: number, little: boolean): App | null {
  if (end - at < 12 + 4 + 6 + 4 || uint32(bytes, at + 8, little) !== ENTERPRISE_NUMBER) return null;
  if (uint16(bytes, at + 12, little) !== 1 || bytes[at + 14] !== UID_MAP) return null;
  const packageBytes = bytes[at + 20]!;
  const nameBytes = bytes[at + 21]!;
  const packageAt = at + 22;
  if (packageAt + packageBytes + nameBytes > end - 4) return null;
  return {
    uid: uint32(bytes, at + 16, little) | 0,
    packageName: text(bytes, packageAt, packageBytes),
    appName: text(bytes, packageAt + packageBytes, nameBytes),
  };
}

/** The uid in a comment `u-10123`; -1 where the comment is another. */
export function uidInComment(bytes: Uint8Array, at: number, length: number): number {
  if (length < 3 || length > 12 || bytes[at] !== COMMENT_PREFIX[0] || bytes[at + 1] !== COMMENT_PREFIX[1]) return -1;
  let uid = 0;
  for (let i = at + 2; i < at + length; i++) {
    const digit = bytes[i]! - 0x30;
    if (digit < 0 || digit > 9) return -1;
    uid = uid * 10 + digit;
  }
  return uid <= 0x7fffffff ? uid : -1;
}

function text(bytes: Buffer, at: number, length: number): string {
  const end = bytes.subarray(at, at + length).indexOf(0);
  return bytes.toString('utf8', at, at + (end < 0 ? length : end));
}
