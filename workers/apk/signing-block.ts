import { Fault } from '../../orchestrator/contract/fault.ts';
import type { ZipArchive } from './zip.ts';
import { viewOf } from './bytes.ts';

/** Ids of source.android.com/docs/security/features/apksigning/v2 and v3. */
export const SIGNATURE_BLOCK = { v2: 0x7109871a, v3: 0xf05368c0, 'v3.1': 0x1b93ad61 } as const;

/** Blocks beside the signatures: named, not read. */
const OTHER_BLOCKS: ReadonlyMap<number, string> = new Map([
  [0x42726577, 'verity padding'],
  [0x2b09189e, 'source stamp v1'],
  [0x6dff800d, 'source stamp v2'],
  [0x504b4453, 'dependency metadata'],
  [0x2146444e, 'Google Play metadata'],
  [0x71777777, 'Walle channel'],
]);

export interface SigningBlock {
  /** Where the block begins: the end of the entries. */
  readonly offset: number;
  readonly pairs: ReadonlyMap<number, Buffer>;
}

const MAGIC = Buffer.from('APK Sig Block 42', 'latin1');
const FOOTER_BYTES = 24;
const MOST_PAIRS = 1000;

/** The APK Signing Block right before the central directory, or null where there is none. */
export function findSigningBlock(archive: ZipArchive): SigningBlock | null {
  const { bytes, centralOffset, centralBytes, endOffset } = archive;
  // ApkSigningBlockUtils.getCentralDirOffset: where something stands between them, the platform finds no block.
  if (centralOffset < FOOTER_BYTES + 8 || centralOffset + centralBytes !== endOffset) return null;
  if (!bytes.subarray(centralOffset - MAGIC.length, centralOffset).equals(MAGIC)) return null;
  const view = viewOf(bytes, 'The archive', 'apk-malformed');
  const size = view.u64(centralOffset - FOOTER_BYTES);
  const offset = centralOffset - size - 8;
  if (size < FOOTER_BYTES || offset < 0 || view.u64(offset) !== size) {
    throw new Fault('apk-malformed', `The signing block before offset ${centralOffset} declares two different sizes.`);
  }
  const pairs = new Map<number, Buffer>();
  let at = offset + 8;
  for (let count = 0; at < centralOffset - FOOTER_BYTES; count += 1) {
    const pairBytes = view.u64(at);
    if (count >= MOST_PAIRS || pairBytes < 4 || at + 8 + pairBytes > centralOffset - FOOTER_BYTES) {
      throw new Fault('apk-malformed', `Pair ${count} of the signing block at offset ${at} leaves the block.`);
    }
    const id = view.u32(at + 8);
    // The platform takes the first pair of an id (ApkSigningBlockUtils.findApkSignatureSchemeBlock).
    if (!pairs.has(id)) pairs.set(id, view.slice(at + 12, pairBytes - 4));
    at += 8 + pairBytes;
  }
  return { offset, pairs };
}

/** Names of the blocks that are no signatures, unknown ones as their id in hexadecimal. */
export function otherBlocks(block: SigningBlock): string[] {
  const signatures = new Set<number>(Object.values(SIGNATURE_BLOCK));
  return [...block.pairs.keys()]
    .filter((id) => !signatures.has(id))
    .map((id) => OTHER_BLOCKS.get(id) ?? `0x${id.toString(16).padStart(8, '0')}`)
    .slice(0, 50);
}

/** Splits a sequence of chunks, each behind its 32-bit length. */
export function lengthPrefixed(bytes: Buffer, where: string): Buffer[] {
  const view = viewOf(bytes, where, 'apk-unsigned');
  const parts: Buffer[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (parts.length >= MOST_PAIRS) throw new Fault('apk-unsigned', `${where} has over ${MOST_PAIRS} parts.`);
    const size = view.u32(at);
    parts.push(view.slice(at + 4, size));
    at += 4 + size;
  }
  return parts;
}
