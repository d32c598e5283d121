/** An address as it stands in a packet: four signed words, of which IPv4 uses the first. */
export interface Address {
  readonly version: 4 | 6;
  readonly w0: number;
  readonly w1: number;
  readonly w2: number;
  readonly w3: number;
}

/** Dotted IPv4, or IPv6 as RFC 5952 writes it: lower case, the longest run of zero groups (of two or more) as `::`. */
export function addressText({ version, w0, w1, w2, w3 }: Address): string {
  if (version === 4) return `${w0 >>> 24}.${(w0 >>> 16) & 255}.${(w0 >>> 8) & 255}.${w0 & 255}`;
  const groups = [w0, w1, w2, w3].flatMap((word) => [word >>> 16, word & 0xffff]);
  // An IPv4-mapped address keeps its dotted form (RFC 5952, 5).
  if (w0 === 0 && w1 === 0 && w2 === 0xffff) return `::ffff:${addressText({ version: 4, w0: w3, w1, w2, w3 })}`;
  let best = -1;
  let bestLength = 1;
  for (let from = 0; from < 8; from++) {
    let to = from;
    while (to < 8 && groups[to] === 0) to += 1;
    if (to - from > bestLength) {
      best = from;
      bestLength = to - from;
    }
    if (to > from) from = to;
  }
  const hex = groups.map((group) => group.toString(16));
  if (best < 0) return hex.join(':');
  return `${hex.slice(0, best).join(':')}::${hex.slice(best + bestLength).join(':')}`;
}

/**
 * Set aside for networks of one's own: RFC 1918, 6598 (carriers, also used by VPN captures), 3927; RFC 4193 and
 * link-local addresses of IPv6.
 */
export function isPrivate({ version, w0 }: Address): boolean {
  const high = w0 >>> 16;
  if (version === 6) return w0 >>> 25 === 0x7e || (high & 0xffc0) === 0xfe80;
  return (
    w0 >>> 24 === 10 || (high & 0xfff0) === 0xac10 || high === 0xc0a8 || (high & 0xffc0) === 0x6440 || high === 0xa9fe
  );
}

/** Addressed to a group or to all: never the end that opened a conversation. */
export function isMulticast({ version, w0 }: Address): boolean {
  return version === 6 ? w0 >>> 24 === 0xff : w0 >>> 28 === 0xe || w0 === -1;
}
