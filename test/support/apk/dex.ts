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

/** A dex file that defines classes without members, and holds further strings. Package and class names dotted. */
export function writeDex(content: {
  readonly classes: readonly string[];
  readonly strings?: readonly string[];
}): Buffer {
  const descriptors = content.classes.map((name) => `L${name.replaceAll('.', '/')};`);
  const strings = [...new Set([...descriptors, ...(content.strings ?? [])])].sort();
  const headerBytes = 0x70;
  const typesAt = headerBytes + strings.length * 4;
  const classesAt = typesAt + descriptors.length * 4;
  const dataAt = classesAt + descriptors.length * 32;
  const head = Buffer.alloc(dataAt);
  const data: Buffer[] = [];
  let at = dataAt;
  strings.forEach((text, index) => {
    head.writeUInt32LE(at, headerBytes + index * 4);
    const bytes = Buffer.concat([uleb128(text.length), Buffer.from(text, 'utf8'), Buffer.alloc(1)]);
    data.push(bytes);
    at += bytes.length;
  });
  descriptors.forEach((descriptor, index) => {
    head.writeUInt32LE(strings.indexOf(descriptor), typesAt + index * 4);
    head.writeUInt32LE(index, classesAt + index * 32);
  });
  const dex = Buffer.concat([head, ...data]);
  dex.write('dex\n035\0', 0, 'latin1');
  dex.writeUInt32LE(dex.length, 32);
  dex.writeUInt32LE(headerBytes, 36);
  dex.writeUInt32LE(0x12345678, 40);
  const tables: readonly (readonly [at: number, count: number, offset: number])[] = [
    [56, strings.length, headerBytes],
    [64, descriptors.length, typesAt],
    [96, descriptors.length, classesAt],
    [104, dex.length - dataAt, dataAt],
  ];
  for (const [place, count, offset] of tables) {
    dex.writeUInt32LE(count, place);
    dex.writeUInt32LE(offset, place + 4);
  }
  createHash('sha1').update(dex.subarray(32)).digest().copy(dex, 12);
  dex.writeUInt32LE(adler32(dex.subarray(12)), 8);
  return dex;
}

function uleb128(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return Buffer.from(bytes);
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
