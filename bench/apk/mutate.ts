import { writeZip, type ZipInput } from '../../test/support/apk/zip.ts';
import { files, parts, signedBy } from './seeds.ts';

/** A mutated APK, in words and bytes; the same number gives the same bytes. */
export interface Mutant {
  readonly what: string;
  readonly bytes: Buffer;
}

/** Whole numbers below a bound, from a seed (mulberry32). */
export type Draw = (below: number) => number;

export function drawFrom(seed: number): Draw {
  let state = (seed * 0x9e3779b1 + 0x6d2b79f5) >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Three in ten are damaged as files, three by the structure of the archive, four in a part before it is put together. */
export function mutant(seed: number): Mutant {
  const draw = drawFrom(seed);
  const kind = draw(10);
  if (kind < 3) {
    const file = pick(files, draw);
    return { what: `${file.name}, bytes`, bytes: damageBytes(file.bytes, draw) };
  }
  if (kind < 6) {
    const file = pick(files, draw);
    return { what: `${file.name}, headers`, bytes: damageHeaders(file.bytes, draw) };
  }
  return damagedPart(draw);
}

/** A file of one's own, damaged by bytes or by the structure of the archive. */
export function mutantOf(original: Buffer, seed: number): Mutant {
  const draw = drawFrom(seed);
  return draw(2) === 0
    ? { what: 'the file given, bytes', bytes: damageBytes(original, draw) }
    : { what: 'the file given, headers', bytes: damageHeaders(original, draw) };
}

const INTERESTING = [
  0, 1, 2, 4, 7, 8, 19, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff,
];

/** One to six changes of bytes, anywhere. */
export function damageBytes(original: Buffer, draw: Draw): Buffer {
  let bytes = Buffer.from(original);
  const changes = 1 + draw(6);
  for (let change = 0; change < changes && bytes.length > 8; change += 1) {
    const at = draw(bytes.length);
    const size = 1 + draw(Math.min(64, bytes.length - at));
    const how = draw(8);
    if (how < 3) bytes[at] = draw(256);
    else if (how === 3) writeNumber(bytes, at, draw);
    else if (how === 4) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)]);
    else if (how === 5)
      bytes = Buffer.concat([bytes.subarray(0, at), Buffer.alloc(size, draw(256)), bytes.subarray(at)]);
    else if (how === 6) bytes.copyWithin(draw(bytes.length), at, at + size);
    else if (draw(4) === 0) bytes = Buffer.from(bytes.subarray(0, at));
    else bytes[at] = (bytes[at] ?? 0) ^ (1 << draw(8));
  }
  return bytes;
}

const SIGNATURES = ['504b0304', '504b0102', '504b0506', '41504b2053696720426c6f636b203432'].map((hex) =>
  Buffer.from(hex, 'hex'),
);

/** Numbers close to the marks of an archive: sizes, counts, offsets, flags of headers, end record, signing block. */
function damageHeaders(original: Buffer, draw: Draw): Buffer {
  const bytes = Buffer.from(original);
  const changes = 1 + draw(3);
  for (let change = 0; change < changes; change += 1) {
    const places = occurrences(bytes, pick(SIGNATURES, draw));
    if (places.length === 0) continue;
    const mark = pick(places, draw);
    // The signing block's sizes stand before its mark, all other fields behind theirs.
    const at = mark - 24 + draw(72);
    if (at >= 0 && at + 4 <= bytes.length) writeNumber(bytes, at, draw);
  }
  return bytes;
}

/** One entry is damaged by bytes, by its chunks, or in size and method, and the archive is built around it. */
function damagedPart(draw: Draw): Mutant {
  const target = draw(parts.length);
  const path = parts[target]?.path ?? '';
  const chunked = /\.(xml|arsc)$/.test(path) && draw(3) > 0;
  const inputs = parts.map((input, index): ZipInput => {
    if (index !== target) return input;
    const bytes = chunked ? damageChunks(input.bytes, draw) : damageBytes(input.bytes, draw);
    const deflate = draw(4) === 0;
    return draw(8) === 0 ? { ...input, bytes, deflate, lie: lieOf(draw) } : { ...input, bytes, deflate };
  });
  // A signature takes time and lets the reader go on to what it looks at last.
  const signed = draw(3) === 0;
  const bytes = signed ? signedBy('v2')(inputs) : writeZip(inputs);
  return { what: `${path}, ${chunked ? 'chunks' : 'bytes'}${signed ? ', signed' : ''}`, bytes };
}

/** Walks chunks of compiled XML and resource tables, and writes a number into the head of some. */
function damageChunks(original: Buffer, draw: Draw): Buffer {
  const bytes = Buffer.from(original);
  const heads: number[] = [];
  const walk = (from: number, end: number): void => {
    for (let at = from; at + 8 <= end && heads.length < 400;) {
      heads.push(at);
      const type = bytes.readUInt16LE(at);
      const size = bytes.readUInt32LE(at + 4);
      if (size < 8 || at + size > end) return;
      if (type === 0x0002 || type === 0x0003 || type === 0x0200) walk(at + bytes.readUInt16LE(at + 2), at + size);
      at += size;
    }
  };
  walk(0, bytes.length);
  const changes = 1 + draw(3);
  for (let change = 0; change < changes && heads.length > 0; change += 1) {
    const at = pick(heads, draw) + 2 * draw(40);
    if (at + 4 <= bytes.length) writeNumber(bytes, at, draw);
  }
  return bytes;
}

function lieOf(draw: Draw): NonNullable<ZipInput['lie']> {
  const lies: readonly NonNullable<ZipInput['lie']>[] = [
    { method: pick(INTERESTING, draw) & 0xffff },
    { localMethod: pick(INTERESTING, draw) & 0xffff },
    { flags: draw(0x10000) },
    { uncompressedBytes: pick(INTERESTING, draw) },
    { localPath: '../AndroidManifest.xml' },
  ];
  return pick(lies, draw);
}

function writeNumber(bytes: Buffer, at: number, draw: Draw): void {
  const value = pick(INTERESTING, draw);
  if (draw(2) === 0 && at + 4 <= bytes.length) bytes.writeUInt32LE(value, at);
  else if (at + 2 <= bytes.length) bytes.writeUInt16LE(value & 0xffff, at);
}

function occurrences(bytes: Buffer, mark: Buffer): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(mark); at >= 0 && places.length < 200; at = bytes.indexOf(mark, at + 1)) places.push(at);
  return places;
}

function pick<T>(items: readonly T[], draw: Draw): T {
  const item = items[draw(items.length)];
  if (item === undefined) throw new RangeError('There is nothing to pick from.');
  return item;
}
