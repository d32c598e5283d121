import { u16 } from './bytes.ts';

/**
 * The server name of Google's QUIC before the IETF's (versions Q0xx), whose CHLO message was not encrypted: a table of
 * tags with end offsets, little-endian ("QUIC Crypto", 2016). null where there is none.
 */
export function readGoogleQuicName(bytes: Buffer, from: number, to: number): string | null {
  const found = bytes.subarray(from, Math.min(to, from + 128)).indexOf('CHLO', 0, 'latin1');
  const at = from + found;
  if (found < 0 || at + 8 > to) return null;
  const tags = bytes.readUInt16LE(at + 4);
  const values = at + 8 + tags * 8;
  if (tags > 128 || values > to) return null;
  let start = 0;
  for (let entry = at + 8; entry < values; entry += 8) {
    const end = bytes.readUInt32LE(entry + 4);
    if (end < start || values + end > to) return null;
    if (bytes.toString('latin1', entry, entry + 4) === 'SNI\0')
      return bytes.toString('utf8', values + start, values + end);
    start = end;
  }
  return null;
}

/** True where the datagram names a version of Google's QUIC: behind an 8-byte connection id, or in a long header. */
export function isGoogleQuic(bytes: Buffer, from: number, to: number): boolean {
  const isQ0 = (at: number): boolean => to - at >= 4 && u16(bytes, at) === 0x5130;
  return (
    to - from >= 13 && ((bytes[from]! & 0x80) !== 0 ? isQ0(from + 1) : (bytes[from]! & 0x09) === 0x09 && isQ0(from + 9))
  );
}
