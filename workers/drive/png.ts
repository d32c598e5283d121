import { crc32, deflateSync, inflateSync } from 'node:zlib';

/** A picture as rows of red, green and blue, a byte each. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** No screen has more. */
const MOST_PIXELS = 40_000_000;
/** Samples a pixel by colour type: grey, RGB, palette, grey and alpha, RGB and alpha. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/**
 * Reads a PNG as screenshots are: 8 bits a sample, not interlaced (W3C, Portable Network Graphics, third edition).
 * Alpha is left out. The bytes come from a device, so sizes are bounded before anything is unpacked.
 * @throws RangeError for what is no such PNG
 */
export function decodePng(bytes: Buffer): Picture {
  if (!bytes.subarray(0, 8).equals(SIGNATURE)) throw new RangeError('not a PNG');
  let header: Buffer | null = null;
  let palette: Buffer = Buffer.alloc(0);
  const packed: Buffer[] = [];
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (data.length < length) throw new RangeError('a PNG that ends too early');
    if (type === 'IHDR') header = data;
    else if (type === 'PLTE') palette = data;
    else if (type === 'IDAT') packed.push(data);
    else if (type === 'IEND') break;
    at += 12 + length;
  }
  if (header?.length !== 13) throw new RangeError('a PNG without a header');
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const [depth, colour, , , interlace] = header.subarray(8);
  const channels = CHANNELS[colour ?? -1];
  if (depth !== 8 || channels === undefined || interlace !== 0) throw new RangeError('a PNG of another kind');
  if (width < 1 || height < 1 || width * height > MOST_PIXELS) throw new RangeError('a PNG of that size is no screen');
  const rows = unfilter(inflate(packed, (width * channels + 1) * height), width * channels, height, channels);
  return { width, height, rgb: toRgb(rows, channels, colour === 3 ? palette : null) };
}

/** Writes a picture as an RGB PNG; rows are filtered by what stands above them, which suits flat areas. */
export function encodePng({ width, height, rgb }: Picture): Buffer {
  const stride = width * 3;
  const rows = Buffer.alloc((stride + 1) * height);
  for (let y = 0; y < height; y++) {
    rows[y * (stride + 1)] = 2;
    for (let x = 0; x < stride; x++) {
      const above = y === 0 ? 0 : (rgb[(y - 1) * stride + x] ?? 0);
      rows[y * (stride + 1) + 1 + x] = (rgb[y * stride + x] ?? 0) - above;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const data = deflateSync(rows, { level: 9 });
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

function inflate(packed: readonly Buffer[], size: number): Buffer {
  let rows: Buffer;
  try {
    rows = inflateSync(Buffer.concat(packed), { maxOutputLength: size });
  } catch (cause) {
    throw new RangeError('a PNG that does not unpack', { cause });
  }
  if (rows.length !== size) throw new RangeError('a PNG with rows missing');
  return rows;
}

/** Takes back the filter of each row (section 9 of the specification), in place. */
function unfilter(rows: Buffer, stride: number, height: number, channels: number): Buffer {
  const plain = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const from = y * (stride + 1) + 1;
    const to = y * stride;
    const filter = rows[from - 1];
    for (let x = 0; x < stride; x++) {
      const left = x < channels ? 0 : (plain[to + x - channels] ?? 0);
      const up = y === 0 ? 0 : (plain[to + x - stride] ?? 0);
      const corner = x < channels || y === 0 ? 0 : (plain[to + x - stride - channels] ?? 0);
      plain[to + x] = (rows[from + x] ?? 0) + predicted(filter, left, up, corner);
    }
  }
  return plain;
}

function predicted(filter: number | undefined, left: number, up: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter !== 4) throw new RangeError('a PNG with an unknown filter');
  const [toLeft, toUp, toCorner] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

function toRgb(rows: Buffer, channels: number, palette: Buffer | null): Uint8Array {
  if (channels === 3) return rows;
  const pixels = rows.length / channels;
  const rgb = new Uint8Array(pixels * 3);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let part = 0; part < 3; part++) {
      const sample = rows[pixel * channels + (channels === 4 ? part : 0)] ?? 0;
      rgb[pixel * 3 + part] = palette === null ? sample : (palette[sample * 3 + part] ?? 0);
    }
  }
  return rgb;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(data.length);
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE(crc32(body));
  return Buffer.concat([head, body, tail]);
}
