import { createHash } from 'node:crypto';
import type { ZipArchive } from './zip.ts';

const CHUNK_BYTES = 1024 * 1024;

/**
 * The v2/v3 content digest: SHA over 0x5a, the number of chunks and the digests of all 1 MiB chunks of entries, central
 * directory and end record, each chunk behind 0xa5 and its length; the end record is read as if the central directory
 * began where the signing block does (source.android.com/docs/security/features/apksigning/v2).
 */
export function contentDigest(archive: ZipArchive, blockOffset: number, hash: 'sha256' | 'sha512'): Buffer {
  const end = Buffer.from(archive.bytes.subarray(archive.endOffset));
  end.writeUInt32LE(blockOffset, 16);
  const sections = [
    archive.bytes.subarray(0, blockOffset),
    archive.bytes.subarray(archive.centralOffset, archive.endOffset),
    end,
  ];
  const digests: Buffer[] = [];
  for (const section of sections) {
    for (let at = 0; at < section.length; at += CHUNK_BYTES) {
      const chunk = section.subarray(at, at + CHUNK_BYTES);
      digests.push(createHash(hash).update(prefix(0xa5, chunk.length)).update(chunk).digest());
    }
  }
  return createHash(hash).update(prefix(0x5a, digests.length)).update(Buffer.concat(digests)).digest();
}

function prefix(mark: number, count: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8(mark, 0);
  bytes.writeUInt32LE(count, 1);
  return bytes;
}
