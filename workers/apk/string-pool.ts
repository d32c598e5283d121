import { Fault } from '../../orchestrator/contract/fault.ts';
import type { ByteView } from './bytes.ts';
import { decodeModifiedUtf8 } from './modified-utf8.ts';
import type { OddityLog } from './oddities.ts';

/** ResStringPool (frameworks/base ResourceTypes.h), decoded string by string when asked. */
export interface StringPool {
  readonly count: number;
  /** null where the index or the string lies outside the pool, as Android's string8At/stringAt answer. */
  at(index: number): string | null;
}

export const NO_STRINGS: StringPool = { count: 0, at: () => null };

const UTF8_FLAG = 1 << 8;
const MOST_STRING_BYTES = 65_536;
/** Strings may overlap, so a small file can hold a huge amount of text; the largest real manifests hold about 1 MiB. */
const MOST_CHARACTERS = 8 * 1024 * 1024;

/**
 * `offset` is that of the chunk header. Style counts are not needed, and hostile files lie in them; a count of strings
 * that the chunk cannot hold is cut to what it holds.
 */
export function readStringPool(view: ByteView, offset: number, oddities: OddityLog): StringPool {
  const headerBytes = view.u16(offset + 2);
  const end = Math.min(view.length, offset + view.u32(offset + 4));
  const declared = view.u32(offset + 8);
  const styles = view.u32(offset + 12);
  const utf8 = (view.u32(offset + 16) & UTF8_FLAG) !== 0;
  const stringsAt = offset + view.u32(offset + 20);
  const indexAt = offset + headerBytes;
  const room = Math.floor((Math.min(end, stringsAt) - indexAt) / 4);
  const count = Math.max(0, Math.min(declared, room));
  if (count < declared || styles > room - count) {
    const detail = `The strings of ${view.where} claim ${declared} strings and ${styles} styles; there is room for ${room}.`;
    oddities.add('xml-string-pool', view.where, detail);
  }
  let characters = 0;
  const known = new Map<number, string | null>();
  const decode = (index: number): string | null => {
    const at = stringsAt + view.u32(indexAt + index * 4);
    if (at + 2 > end) return null;
    return utf8 ? decodeUtf8(view, at, end) : decodeUtf16(view, at, end);
  };
  return {
    count,
    at(index) {
      if (index < 0 || index >= count) return null;
      let text = known.get(index);
      if (text === undefined) {
        text = decode(index);
        known.set(index, text);
        characters += text?.length ?? 0;
        if (characters > MOST_CHARACTERS) {
          throw new Fault(view.code, `${view.where} unfolds to over ${MOST_CHARACTERS} characters of text.`);
        }
      }
      return text;
    },
  };
}

/** Two lengths stand in front, in characters and in bytes, each of one or two bytes. */
function decodeUtf8(view: ByteView, start: number, end: number): string | null {
  let at = start + ((view.u8(start) & 0x80) === 0 ? 1 : 2);
  if (at + 1 > end) return null;
  let size = view.u8(at);
  at += 1;
  if ((size & 0x80) !== 0) {
    if (at + 1 > end) return null;
    size = ((size & 0x7f) << 8) | view.u8(at);
    at += 1;
  }
  // Longer strings keep the lower fifteen bits of their length: the NUL behind them tells the rest (stringDecodeAt).
  let whole = size;
  while (at + whole < end && whole < MOST_STRING_BYTES && view.u8(at + whole) !== 0) whole += 0x8000;
  if (at + whole < end && view.u8(at + whole) === 0) size = whole;
  if (at + size > end) return null;
  return decodeModifiedUtf8(view.slice(at, size));
}

function decodeUtf16(view: ByteView, start: number, end: number): string | null {
  let at = start + 2;
  let units = view.u16(start);
  if ((units & 0x8000) !== 0) {
    if (at + 2 > end) return null;
    units = ((units & 0x7fff) << 16) | view.u16(at);
    at += 2;
  }
  if (units * 2 > MOST_STRING_BYTES || at + units * 2 > end) return null;
  return view.slice(at, units * 2).toString('utf16le');
}
