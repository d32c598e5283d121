import type { ByteView } from './bytes.ts';
import type { ResourceValue } from './resource-value.ts';
import type { StringPool } from './string-pool.ts';

const SPARSE = 0x01;
const SHORT_OFFSETS = 0x02;
const COMPLEX = 0x0001;
const COMPACT = 0x0008;
const NO_ENTRY = 0xffffffff;
const STRING = 0x03;
const MOST_ENTRIES = 65_536;

/** The value of one entry of a ResTable_type chunk; null where there is none, or a bag of several. */
export function entryValue(
  view: ByteView,
  chunk: { readonly at: number; readonly end: number },
  index: number,
  strings: StringPool | null,
): ResourceValue | null {
  const entryAt = entryOffset(view, chunk.at, index);
  if (entryAt === null || entryAt + 8 > chunk.end) return null;
  const flags = view.u16(entryAt + 2);
  // ResTable_entry, compact since Android 14: key, then flags with the type in their upper half, then the data.
  const compact = (flags & COMPACT) !== 0;
  if (!compact && (flags & COMPLEX) !== 0) return null;
  const valueAt = entryAt + view.u16(entryAt);
  if (!compact && valueAt + 8 > chunk.end) return null;
  const type = compact ? flags >> 8 : view.u8(valueAt + 3);
  const data = view.u32(compact ? entryAt + 4 : valueAt + 4);
  return { type, data, text: type === STRING ? (strings?.at(data) ?? null) : null };
}

/** Offsets are 32-bit, 16-bit in units of four, or pairs of index and offset in a sparse chunk. */
function entryOffset(view: ByteView, at: number, index: number): number | null {
  const flags = view.u8(at + 9);
  const count = Math.min(view.u32(at + 12), MOST_ENTRIES);
  const entriesAt = at + view.u32(at + 16);
  const offsetsAt = at + view.u16(at + 2);
  if ((flags & SPARSE) !== 0) {
    const offset = sparseOffset(view, offsetsAt, count, index);
    return offset === null ? null : entriesAt + offset;
  }
  if (index >= count) return null;
  if ((flags & SHORT_OFFSETS) !== 0) {
    const short = view.u16(offsetsAt + index * 2);
    return short === 0xffff ? null : entriesAt + short * 4;
  }
  const offset = view.u32(offsetsAt + index * 4);
  return offset === NO_ENTRY ? null : entriesAt + offset;
}

function sparseOffset(view: ByteView, offsetsAt: number, count: number, index: number): number | null {
  let low = 0;
  let high = count - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = view.u16(offsetsAt + middle * 4);
    if (found === index) return view.u16(offsetsAt + middle * 4 + 2) * 4;
    if (found < index) low = middle + 1;
    else high = middle - 1;
  }
  return null;
}
