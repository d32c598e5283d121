import { deflateRawSync } from 'node:zlib';

export interface ZipInput {
  readonly path: string;
  readonly bytes: Buffer;
  readonly deflate?: boolean;
  /** Byte boundary on which stored content begins, as zipalign arranges it. */
  readonly align?: number;
  /** For hostile archives: what the headers say instead of the truth. */
  readonly lie?: {
    readonly method?: number;
    readonly localMethod?: number;
    readonly flags?: number;
    readonly uncompressedBytes?: number;
    readonly localPath?: string;
  };
}

const LOCAL_BYTES = 30;
/** Extra field id for alignment (developer.android.com, apksig): the boundary, then zeros. */
const ALIGNMENT_FIELD = 0xd935;
/** 1981-01-01, as reproducible builds write it. */
const DOS_DATE = (1 << 9) | (1 << 5) | 1;

/** An archive without a signing block: entries in the order given, no time stamps, no comment. */
export function writeZip(inputs: readonly ZipInput[]): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const input of inputs) {
    const deflated = input.deflate === true;
    const data = deflated ? deflateRawSync(input.bytes, { level: 9 }) : input.bytes;
    const path = Buffer.from(input.path, 'utf8');
    const localPath = Buffer.from(input.lie?.localPath ?? input.path, 'utf8');
    const extra = deflated ? Buffer.alloc(0) : alignment(offset + LOCAL_BYTES + localPath.length, input.align ?? 4);
    const method = deflated ? 8 : 0;
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(input.lie?.flags ?? 0x0800, 2);
    common.writeUInt16LE(DOS_DATE, 8);
    common.writeUInt32LE(crc32(input.bytes), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(input.lie?.uncompressedBytes ?? input.bytes.length, 18);
    const local = Buffer.from(common);
    local.writeUInt16LE(input.lie?.localMethod ?? input.lie?.method ?? method, 4);
    local.writeUInt16LE(localPath.length, 22);
    local.writeUInt16LE(extra.length, 24);
    parts.push(signature(0x04034b50), local, localPath, extra, data);
    common.writeUInt16LE(input.lie?.method ?? method, 4);
    common.writeUInt16LE(path.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    central.push(signature(0x02014b50), Buffer.from([20, 0]), common, tail, path);
    offset += LOCAL_BYTES + localPath.length + extra.length + data.length;
  }
  const directory = Buffer.concat(central);
  return Buffer.concat([...parts, directory, endRecord(inputs.length, directory.length, offset)]);
}

export function endRecord(count: number, centralBytes: number, centralOffset: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(centralBytes, 12);
  end.writeUInt32LE(centralOffset, 16);
  return end;
}

function alignment(dataOffset: number, boundary: number): Buffer {
  if (dataOffset % boundary === 0) return Buffer.alloc(0);
  const padding = (boundary - ((dataOffset + 6) % boundary)) % boundary;
  const field = Buffer.alloc(6 + padding);
  field.writeUInt16LE(ALIGNMENT_FIELD, 0);
  field.writeUInt16LE(2 + padding, 2);
  field.writeUInt16LE(boundary, 4);
  return field;
}

function signature(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number, 0);
  return bytes;
}

export const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** node:zlib has crc32 only from Node 22.2 on. */
export function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}
