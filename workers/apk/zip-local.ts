import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import type { ZipArchive, ZipEntry } from './zip.ts';

/** The local header of an entry, held against the central directory as libziparchive does when it opens one. */
export interface LocalHeader {
  readonly dataOffset: number;
  /** Behind data and data descriptor. */
  readonly end: number;
  readonly method: number;
  readonly extraBytes: number;
  /** A contradiction for which Android does not open this entry (FindEntry: kInconsistentInformation), or null. */
  readonly refusal: string | null;
}

const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const DESCRIPTOR_FLAG = 0x8;
const DESCRIPTOR = 0x08074b50;
const STORED = 0;

/** @throws Fault apk-malformed where there is no local header, or data run into the central directory */
export function readLocalHeader(archive: ZipArchive, entry: ZipEntry): LocalHeader {
  const { bytes, centralOffset } = archive;
  const at = entry.headerOffset;
  const name = (): string => printable(entry.path);
  if (at + LOCAL_BYTES >= centralOffset || bytes.readUInt32LE(at) !== LOCAL) {
    throw new Fault('apk-malformed', `${name()} has no local header at offset ${at}.`);
  }
  const nameBytes = bytes.readUInt16LE(at + 26);
  const extraBytes = bytes.readUInt16LE(at + 28);
  const dataOffset = at + LOCAL_BYTES + nameBytes + extraBytes;
  const storedBytes = Math.max(entry.compressedBytes, entry.method === STORED ? entry.uncompressedBytes : 0);
  if (dataOffset + storedBytes > centralOffset) {
    throw new Fault('apk-malformed', `${name()} would end at offset ${dataOffset + storedBytes}, behind all entries.`);
  }
  const localName = bytes.toString('utf8', at + LOCAL_BYTES, at + LOCAL_BYTES + nameBytes);
  let refusal: string | null = null;
  if (localName !== entry.path) {
    refusal = `${name()} is called ${printable(localName)} in its local header.`;
  }
  const flags = bytes.readUInt16LE(at + 6);
  let end = dataOffset + storedBytes;
  if ((flags & DESCRIPTOR_FLAG) !== 0) {
    end += bytes.readUInt32LE(Math.min(end, bytes.length - 4)) === DESCRIPTOR ? 16 : 12;
  } else {
    const sizes: readonly (readonly [string, number, number])[] = [
      ['CRC-32', bytes.readUInt32LE(at + 14), entry.crc32],
      ['compressed size', bytes.readUInt32LE(at + 18), entry.compressedBytes],
      ['size', bytes.readUInt32LE(at + 22), entry.uncompressedBytes],
    ];
    for (const [what, local, central] of sizes) {
      if (local !== central) refusal ??= `${name()} has the ${what} ${central}, but ${local} in its local header.`;
    }
  }
  return { dataOffset, end, method: bytes.readUInt16LE(at + 8), extraBytes, refusal };
}

/** What the data descriptor behind an entry says other than the central directory; null where it agrees or is none. */
export function descriptorDisagreement(archive: ZipArchive, entry: ZipEntry, header: LocalHeader): string | null {
  const { bytes } = archive;
  const flags = bytes.readUInt16LE(entry.headerOffset + 6);
  if ((flags & DESCRIPTOR_FLAG) === 0) return null;
  const at = header.end - 12;
  if (at + 12 > bytes.length) return `${printable(entry.path)} lacks its data descriptor.`;
  const agrees =
    bytes.readUInt32LE(at) === entry.crc32 &&
    bytes.readUInt32LE(at + 4) === entry.compressedBytes &&
    bytes.readUInt32LE(at + 8) === entry.uncompressedBytes;
  return agrees ? null : `${printable(entry.path)} has a data descriptor that contradicts the central directory.`;
}
