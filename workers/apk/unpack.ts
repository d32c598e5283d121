import { constants, inflateRawSync } from 'node:zlib';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import type { ZipArchive, ZipEntry } from './zip.ts';

const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;
/** Real manifests, resource tables and libraries stay under 60:1; deflate itself ends at 1032:1. */
const MOST_RATIO = 300;
const RATIO_FREE_BYTES = 1024 * 1024;

export interface Unpacked {
  readonly bytes: Buffer;
  readonly warning: string | null;
}

/**
 * The content of one entry, at most `mostBytes` of it. An unknown compression method means "stored" to Android's
 * ApkAssets (frameworks/base libs/androidfw AssetsProvider.cpp), which malware uses against unpackers.
 * @throws Fault apk-malformed, apk-truncated, apk-too-large
 */
export function unpack(archive: ZipArchive, entry: ZipEntry, mostBytes: number): Unpacked {
  const name = printable(entry.path);
  if (entry.uncompressedBytes > mostBytes) {
    throw new Fault('apk-too-large', `${name} unpacks to ${entry.uncompressedBytes} bytes; ${mostBytes} are allowed.`);
  }
  const at = dataOffset(archive, entry);
  if (entry.method === STORED) return { bytes: stored(archive, entry, at), warning: null };
  if (entry.method === DEFLATED) return { bytes: inflate(archive, entry, at), warning: null };
  const warning = `${name} names the unknown compression method ${entry.method}; read as Android reads it.`;
  if (entry.compressedBytes !== entry.uncompressedBytes) {
    try {
      return { bytes: inflate(archive, entry, at), warning };
    } catch {
      // Not deflated either: what is left is what Android does, bytes as they stand.
    }
  }
  return { bytes: stored(archive, entry, at), warning };
}

function dataOffset(archive: ZipArchive, entry: ZipEntry): number {
  const { view, bytes } = archive;
  const at = entry.headerOffset;
  if (view.u32(at) !== LOCAL) {
    throw new Fault('apk-malformed', `${printable(entry.path)} has no local header at offset ${at}.`);
  }
  const nameBytes = view.u16(at + 26);
  const localName = bytes.subarray(at + LOCAL_BYTES, at + LOCAL_BYTES + nameBytes).toString('utf8');
  if (localName !== entry.path) {
    throw new Fault('apk-malformed', `${printable(entry.path)} is called ${printable(localName)} in its local header.`);
  }
  return at + LOCAL_BYTES + nameBytes + view.u16(at + 28);
}

function stored(archive: ZipArchive, entry: ZipEntry, at: number): Buffer {
  return archive.view.slice(at, entry.uncompressedBytes);
}

function inflate(archive: ZipArchive, entry: ZipEntry, at: number): Buffer {
  const name = printable(entry.path);
  const packed = archive.view.slice(at, entry.compressedBytes);
  if (entry.uncompressedBytes > Math.max(RATIO_FREE_BYTES, entry.compressedBytes * MOST_RATIO)) {
    throw new Fault(
      'apk-too-large',
      `${name} would grow from ${entry.compressedBytes} to ${entry.uncompressedBytes} bytes, as zip bombs do.`,
    );
  }
  if (entry.uncompressedBytes === 0) return Buffer.alloc(0);
  let bytes: Buffer;
  try {
    bytes = inflateRawSync(packed, { maxOutputLength: entry.uncompressedBytes, finishFlush: constants.Z_SYNC_FLUSH });
  } catch (cause) {
    throw new Fault('apk-malformed', `${name} at offset ${at} does not unpack to its declared size.`, { cause });
  }
  if (bytes.length !== entry.uncompressedBytes) {
    throw new Fault('apk-malformed', `${name} unpacks to ${bytes.length} bytes, not to ${entry.uncompressedBytes}.`);
  }
  return bytes;
}
