import { createHash } from 'node:crypto';

const PAGE_BYTES = 4096;
/** The salt of an APK's tree is eight zeros (VerityBuilder.DEFAULT_SALT). */
const SALT = Buffer.alloc(8);

/**
 * Root of the fs-verity tree over the signed sections, and their length: what the verity algorithms of v2 and v3 sign
 * (frameworks/base core/java/android/util/apk/VerityBuilder.java). Pages of 4 KiB are digested, the digests are laid
 * side by side and filled up to pages, and so on until one page is left. null where the entries do not end on a page:
 * the platform demands that, and fills the signing block up with the verity padding block.
 */
export function verityDigest(sections: readonly [entries: Buffer, central: Buffer, end: Buffer]): Buffer | null {
  if (sections[0].length % PAGE_BYTES !== 0) return null;
  const length = sections.reduce((sum, section) => sum + section.length, 0);
  // What stands behind the entries is small, so only that is copied.
  let level: Buffer = Buffer.concat([pageDigests(sections[0]), pageDigests(Buffer.concat(sections.slice(1)))]);
  while (level.length > PAGE_BYTES) level = pageDigests(level);
  const root = digestOf(filled(level));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(length));
  return Buffer.concat([root, size]);
}

function pageDigests(bytes: Buffer): Buffer {
  const digests: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += PAGE_BYTES)
    digests.push(digestOf(filled(bytes.subarray(at, at + PAGE_BYTES))));
  return Buffer.concat(digests);
}

function filled(page: Buffer): Buffer {
  return page.length === PAGE_BYTES ? page : Buffer.concat([page, Buffer.alloc(PAGE_BYTES - page.length)]);
}

function digestOf(page: Buffer): Buffer {
  return createHash('sha256').update(SALT).update(page).digest();
}
