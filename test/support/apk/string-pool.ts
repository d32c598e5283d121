/** A ResStringPool chunk without styles. aapt2 writes manifests in UTF-16 and resource tables in UTF-8. */
export function stringPool(strings: readonly string[], encoding: 'utf8' | 'utf16le'): Buffer {
  const written = strings.map((text) => (encoding === 'utf8' ? utf8(text) : utf16(text)));
  const offsets = Buffer.alloc(4 * strings.length);
  let offset = 0;
  written.forEach((bytes, index) => {
    offsets.writeUInt32LE(offset, index * 4);
    offset += bytes.length;
  });
  const padding = Buffer.alloc((4 - (offset % 4)) % 4);
  const header = Buffer.alloc(28);
  header.writeUInt16LE(0x0001, 0);
  header.writeUInt16LE(28, 2);
  header.writeUInt32LE(28 + offsets.length + offset + padding.length, 4);
  header.writeUInt32LE(strings.length, 8);
  header.writeUInt32LE(encoding === 'utf8' ? 1 << 8 : 0, 16);
  header.writeUInt32LE(28 + offsets.length, 20);
  return Buffer.concat([header, offsets, ...written, padding]);
}

function utf16(text: string): Buffer {
  if (text.length > 0x7fff) throw new RangeError(`A string of ${text.length} characters is too long for the pool.`);
  const length = Buffer.alloc(2);
  length.writeUInt16LE(text.length, 0);
  return Buffer.concat([length, Buffer.from(text, 'utf16le'), Buffer.alloc(2)]);
}

function utf8(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([shortLength(text.length), shortLength(bytes.length), bytes, Buffer.alloc(1)]);
}

function shortLength(length: number): Buffer {
  if (length > 0x7fff) throw new RangeError(`A string of length ${length} is too long for the pool.`);
  return length < 0x80 ? Buffer.from([length]) : Buffer.from([0x80 | (length >> 8), length & 0xff]);
}
