import { createHash } from 'node:crypto';
import type { SignatureAlgorithm } from './signature-algorithm.ts';
import { verityDigest } from './verity-digest.ts';
import type { ZipArchive } from './zip.ts';

const CHUNK_BYTES = 1024 * 1024;

/** Digests of the content that v2 and later sign, each computed once; null where the file has no such digest. */
export type ContentDigests = (kind: SignatureAlgorithm['content']) => Buffer | null;

export function contentDigests(archive: ZipArchive, blockOffset: number): ContentDigests {
  const known = new Map<SignatureAlgorithm['content'], Buffer | null>();
  return (kind) => {
    let digest = known.get(kind);
    if (digest === undefined) {
      const sections = signedSections(archive, blockOffset);
      if (kind === 'verity-sha256') digest = verityDigest(sections);
      else digest = chunkedDigest(sections, kind === 'chunked-sha256' ? 'sha256' : 'sha512');
      known.set(kind, digest);
    }
    return digest;
  };
}

/**
 * What is signed: entries, central directory, end record; the last is read as if the central directory began where the
 * signing block does (source.android.com/docs/security/features/apksigning/v2).
 */
function signedSections(archive: ZipArchive, blockOffset: number): [Buffer, Buffer, Buffer] {
  const end = Buffer.from(archive.bytes.subarray(archive.endOffset));
  end.writeUInt32LE(blockOffset, 16);
  return [
    archive.bytes.subarray(0, blockOffset),
    archive.bytes.subarray(archive.centralOffset, archive.endOffset),
    end,
  ];
}

/** SHA over 0x5a, the number of chunks and the digests of all 1 MiB chunks, each behind 0xa5 and its length. */
function chunkedDigest(sections: readonly Buffer[], hash: 'sha256' | 'sha512'): Buffer {
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
