import { uint16, uint32 } from './bytes.ts';

/** Block types of pcapng (draft-ietf-opsawg-pcapng, 4). */
export const BLOCK = {
  section: 0x0a0d0d0a,
  interface: 1,
  packet: 2,
  simplePacket: 3,
  nameResolution: 4,
  statistics: 5,
  enhancedPacket: 6,
  systemdJournal: 9,
  decryptionSecrets: 10,
  custom: 0x00000bad,
  customUncopied: 0x40000bad,
} as const;

const KNOWN: ReadonlySet<number> = new Set(Object.values(BLOCK));
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
export const SHORTEST_BLOCK = 12;

export interface Interface {
  readonly linkType: number;
  /** 0: no bound. */
  readonly snapBytes: number;
  readonly unitsPerSecond: number;
  readonly offsetSeconds: number;
}

/** null where these are not the first bytes of a section. */
export function sectionIsLittle(bytes: Uint8Array, at: number): boolean | null {
  if (uint32(bytes, at, true) !== BLOCK.section) return null;
  if (uint32(bytes, at + 8, true) === BYTE_ORDER_MAGIC) return true;
  return uint32(bytes, at + 8, false) === BYTE_ORDER_MAGIC ? false : null;
}

/** Length of the block whose header is at `at`, in the section's byte order; null where that is no block's length. */
export function blockLength(bytes: Uint8Array, at: number, little: boolean): number | null {
  const length = uint32(bytes, at + 4, little);
  return length >= SHORTEST_BLOCK && length % 4 === 0 ? length : null;
}

/** A block of a known type whose length stands at both of its ends, as it must. */
export function isWholeBlock(bytes: Uint8Array, at: number, to: number, little: boolean): boolean {
  if (at + SHORTEST_BLOCK > to) return false;
  const order = sectionIsLittle(bytes, at) ?? little;
  if (!KNOWN.has(uint32(bytes, at, order))) return false;
  const length = blockLength(bytes, at, order);
  return length !== null && at + length <= to && uint32(bytes, at + length - 4, order) === length;
}

/** An Interface Description Block of `end - at` bytes. */
export function readInterface(bytes: Uint8Array, at: number, end: number, little: boolean): Interface | null {
  if (end - at < 20) return null;
  let unitsPerSecond = 1e6;
  let offsetSeconds = 0;
  for (const { code, valueAt, length } of optionsIn(bytes, at + 16, end - 4, little)) {
    if (code === 9 && length >= 1) {
      const exponent = bytes[valueAt]! & 0x7f;
      unitsPerSecond = (bytes[valueAt]! & 0x80) !== 0 ? 2 ** exponent : 10 ** exponent;
    } else if (code === 14 && length >= 8) {
      const low = uint32(bytes, little ? valueAt : valueAt + 4, little);
      const high = uint32(bytes, little ? valueAt + 4 : valueAt, little) | 0;
      offsetSeconds = high * 0x100000000 + low;
    }
  }
  return {
    linkType: uint16(bytes, at + 8, little),
    snapBytes: uint32(bytes, at + 12, little),
    unitsPerSecond,
    offsetSeconds,
  };
}

interface Option {
  readonly code: number;
  readonly valueAt: number;
  readonly length: number;
}

/** The options between two offsets, up to the first that does not fit. */
export function* optionsIn(bytes: Uint8Array, from: number, to: number, little: boolean): Generator<Option> {
  for (let at = from; at + 4 <= to;) {
    const code = uint16(bytes, at, little);
    const length = uint16(bytes, at + 2, little);
    if (code === 0 || at + 4 + length > to) return;
    yield { code, valueAt: at + 4, length };
    at += 4 + length + (-length & 3);
  }
}
