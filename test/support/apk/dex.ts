import { createHash } from 'node:crypto';

/**
 * The smallest valid classes.dex: a header and a map of itself, no class (source.android.com/docs/core/runtime/dex-format).
 */
export function emptyDex(): Buffer {
  const headerBytes = 0x70;
  const map = Buffer.alloc(4 + 2 * 12);
  map.writeUInt32LE(2, 0);
  map.writeUInt32LE(1, 8); // header_item: type 0x0000, one of it, at offset 0
  map.writeUInt16LE(0x1000, 16); // map_list
  map.writeUInt32LE(1, 20);
  map.writeUInt32LE(headerBytes, 24);
  const dex = Buffer.concat([Buffer.alloc(headerBytes), map]);
  dex.write('dex\n035\0', 0, 'latin1');
  dex.writeUInt32LE(dex.length, 32);
  dex.writeUInt32LE(headerBytes, 36);
  dex.writeUInt32LE(0x12345678, 40);
  dex.writeUInt32LE(headerBytes, 52); // map_off
  dex.writeUInt32LE(map.length, 104); // data_size
  dex.writeUInt32LE(headerBytes, 108); // data_off
  createHash('sha1').update(dex.subarray(32)).digest().copy(dex, 12);
  dex.writeUInt32LE(adler32(dex.subarray(12)), 8);
  return dex;
}

/** RFC 1950, section 9. */
function adler32(bytes: Buffer): number {
  let low = 1;
  let high = 0;
  for (const byte of bytes) {
    low = (low + byte) % 65521;
    high = (high + low) % 65521;
  }
  return high * 65536 + low;
}
