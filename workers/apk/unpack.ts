import { constants, inflateRawSync } from 'node:zlib';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import type { ZipArchive, ZipEntry } from './zip.ts';
import { readLocalHeader } from './zip-local.ts';

const DEFLATED = 8;
/** Real manifests, resource tables and libraries stay under 60:1; deflate itself ends at 1032:1. */
const MOST_RATIO = 300;
const RATIO_FREE_BYTES = 1024 * 1024;

/**
 * The content of one entry, at most `mostBytes` of it. As in Android's ApkAssets (frameworks/base libs/androidfw
 * AssetsProvider.cpp) method 8 is deflated and every other one means "stored", which malware uses against unpackers;
 * the method in the local header is not looked at, other contradictions between the headers are refused.
 * @throws Fault apk-malformed, apk-truncated, apk-too-large
 */
export function unpack(archive: ZipArchive, entry: ZipEntry, mostBytes: number): Buffer {
  if (entry.uncompressedBytes > mostBytes) {
    throw new Fault(
      'apk-too-large',
      `${printable(entry.path)} unpacks to ${entry.uncompressedBytes} bytes; ${mostBytes} are allowed.`,
    );
  }
  const { dataOffset, refusal } = readLocalHeader(archive, entry);
  if (refusal !== null) throw new Fault('apk-malformed', refusal);
  if (entry.method === DEFLATED) return inflate(entry, archive.view.slice(dataOffset, entry.compressedBytes));
  return archive.view.slice(dataOffset, entry.uncompressedBytes);
}

/** Raw deflate of one entry. @throws Fault apk-malformed, apk-too-large */
export function inflate(entry: Pick<ZipEntry, 'path' | 'uncompressedBytes'>, packed: Buffer): Buffer {
  const name = printable(entry.path);
  refuseBomb(entry, packed.length);
  if (entry.uncompressedBytes === 0) return Buffer.alloc(0);
  let bytes: Buffer;
  try {
    bytes = inflateRawSync(packed, {
      maxOutputLength: entry.uncompressedBytes,
      chunkSize: chunkBytesFor(entry.uncompressedBytes, packed.length),
      finishFlush: constants.Z_SYNC_FLUSH,
    });
  } catch (cause) {
    throw new Fault('apk-malformed', `${name} does not unpack to its declared size.`, { cause });
  }
  if (bytes.length !== entry.uncompressedBytes) {
    throw new Fault('apk-malformed', `${name} unpacks to ${bytes.length} bytes, not to ${entry.uncompressedBytes}.`);
  }
  return bytes;
}

export function refuseBomb(entry: Pick<ZipEntry, 'path' | 'uncompressedBytes'>, packedBytes: number): void {
  if (entry.uncompressedBytes <= Math.max(RATIO_FREE_BYTES, packedBytes * MOST_RATIO)) return;
  throw new Fault(
    'apk-too-large',
    `${printable(entry.path)} would grow from ${packedBytes} to ${entry.uncompressedBytes} bytes, as zip bombs do.`,
  );
}

/** One chunk for ordinary content, so that zlib copies nothing; not the memory that a lie about the size would take. */
export function chunkBytesFor(size: number, packedBytes: number): number {
  return Math.max(64, Math.min(size + 1, packedBytes * 8 + 65_536, 32 * 1024 * 1024));
}
