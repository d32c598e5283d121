import { i32, u16 } from './bytes.ts';

/** What stands in a frame instead of an IP packet. */
export const LINK = { notIp: -1, unsupported: -2, cut: -3 } as const;

const NULL = 0;
const ETHERNET = 1;
const LOOP = 108;
const LINUX_SLL = 113;
const LINUX_SLL2 = 276;
/** DLT_RAW is 12 or 14 where a tool wrote the number of its own system; 228 and 229 are IPv4 and IPv6 alone. */
const RAW: readonly number[] = [101, 12, 14, 228, 229];

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const PPPOE_SESSION = 0x8864;
/** 802.1Q, 802.1ad (QinQ), and the value that was used for QinQ before it. */
const VLAN: readonly number[] = [0x8100, 0x88a8, 0x9100];
const MOST_TAGS = 8;
/** AF_INET, and AF_INET6 of Linux, NetBSD, FreeBSD and macOS. */
const FAMILIES: readonly number[] = [2, 10, 24, 28, 30];

/** Offset of the IP header in a frame at `at`, or one of {@link LINK}. Layouts: tcpdump.org/linktypes.html. */
export function networkAt(bytes: Uint8Array, at: number, end: number, linkType: number): number {
  switch (linkType) {
    case ETHERNET:
      return etherType(bytes, at + 12, end);
    case LINUX_SLL:
      return etherType(bytes, at + 14, end);
    case LINUX_SLL2:
      if (at + 20 > end) return LINK.cut;
      return behindType(bytes, u16(bytes, at), at + 20, end);
    case NULL:
    case LOOP:
      return family(bytes, at, end);
    default:
      return RAW.includes(linkType) ? (at < end ? at : LINK.cut) : LINK.unsupported;
  }
}

function etherType(bytes: Uint8Array, typeAt: number, end: number): number {
  if (typeAt + 2 > end) return LINK.cut;
  return behindType(bytes, u16(bytes, typeAt), typeAt + 2, end);
}

function behindType(bytes: Uint8Array, first: number, next: number, end: number): number {
  let type = first;
  let at = next;
  for (let tags = 0; VLAN.includes(type); tags++) {
    if (at + 4 > end) return LINK.cut;
    if (tags === MOST_TAGS) return LINK.notIp;
    type = u16(bytes, at + 2);
    at += 4;
  }
  if (type === PPPOE_SESSION) {
    if (at + 8 > end) return LINK.cut;
    const protocol = u16(bytes, at + 6);
    return protocol === 0x0021 || protocol === 0x0057 ? at + 8 : LINK.notIp;
  }
  if (type !== IPV4 && type !== IPV6) return LINK.notIp;
  return at < end ? at : LINK.cut;
}

/** BSD loopback: the address family in the byte order of whoever wrote it (NULL), or big-endian (LOOP). */
function family(bytes: Uint8Array, at: number, end: number): number {
  if (at + 5 > end) return LINK.cut;
  const value = i32(bytes, at);
  const known = FAMILIES.includes(value) || (FAMILIES.includes(value >>> 24) && (value & 0xffffff) === 0);
  return known ? at + 4 : LINK.notIp;
}
