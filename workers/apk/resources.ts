import { Fault } from '../../orchestrator/contract/fault.ts';
import { viewOf, type ByteView } from './bytes.ts';
import { isReference, type ResourceValue } from './resource-value.ts';
import { readStringPool, type StringPool } from './string-pool.ts';

/** resources.arsc, asked for one value at a time. */
export interface Resources {
  /** Follows references; English is preferred, then no locale. null where nothing answers, or a bag does. */
  resolve(resourceId: number): ResourceValue | null;
}

interface TypeChunk {
  readonly at: number;
  readonly preference: number;
}

const CHUNK = { stringPool: 0x0001, table: 0x0002, package: 0x0200, type: 0x0201 };
const SPARSE = 0x01;
const SHORT_OFFSETS = 0x02;
const COMPLEX = 0x0001;
const COMPACT = 0x0008;
const MOST_REFERENCES = 20;
const MOST_TYPES = 20_000;

export const NO_RESOURCES: Resources = { resolve: () => null };

/**
 * Indexes the chunks of a resource table (frameworks/base ResourceTypes.h, LoadedArsc.cpp).
 * @throws Fault apk-malformed where a chunk leaves the table
 */
export function readResources(bytes: Buffer): Resources {
  const view = viewOf(bytes, 'resources.arsc', 'apk-malformed');
  if (view.u16(0) !== CHUNK.table) {
    throw new Fault('apk-malformed', `resources.arsc has chunk type ${view.u16(0)}, so it is no resource table.`);
  }
  const types = new Map<number, TypeChunk[]>();
  let strings: StringPool | null = null;
  for (const chunk of chunks(view, view.u16(2), Math.min(bytes.length, view.u32(4)))) {
    if (chunk.type === CHUNK.stringPool) strings ??= readStringPool(view, chunk.at);
    if (chunk.type === CHUNK.package) indexPackage(view, chunk, types);
  }
  for (const list of types.values()) list.sort((one, other) => other.preference - one.preference);

  const lookUp = (resourceId: number): ResourceValue | null => {
    for (const type of types.get(resourceId >>> 16) ?? []) {
      const value = entryValue(view, type.at, resourceId & 0xffff, strings);
      if (value !== null) return value;
    }
    return null;
  };
  return {
    resolve(resourceId) {
      let value = lookUp(resourceId);
      for (let hops = 0; value !== null && isReference(value); hops += 1) {
        if (hops === MOST_REFERENCES) return null;
        value = lookUp(value.data);
      }
      return value;
    },
  };
}

interface Chunk {
  readonly type: number;
  readonly at: number;
  readonly headerBytes: number;
  readonly end: number;
}

/** Stops at the first impossible size: what stands before it is still good. */
function* chunks(view: ByteView, from: number, end: number): Generator<Chunk> {
  let at = from;
  while (at + 8 <= end) {
    const size = view.u32(at + 4);
    if (size < 8 || at + size > end) return;
    yield { type: view.u16(at), at, headerBytes: view.u16(at + 2), end: at + size };
    at += size;
  }
}

function indexPackage(view: ByteView, chunk: Chunk, types: Map<number, TypeChunk[]>): void {
  const packageId = view.u32(chunk.at + 8) & 0xff;
  let seen = 0;
  for (const inner of chunks(view, chunk.at + chunk.headerBytes, chunk.end)) {
    if (inner.type !== CHUNK.type || seen >= MOST_TYPES) continue;
    seen += 1;
    const key = (packageId << 8) | view.u8(inner.at + 8);
    const list = types.get(key) ?? [];
    list.push({ at: inner.at, preference: preferenceOf(view, inner.at + 20) });
    types.set(key, list);
  }
}

/** ResTable_config: language at 8, region at 10; any further qualifier makes the entry less general. */
function preferenceOf(view: ByteView, at: number): number {
  const size = view.u32(at);
  const language = size >= 12 ? view.slice(at + 8, 2).toString('latin1') : '\0\0';
  const region = size >= 12 ? view.slice(at + 10, 2).toString('latin1') : '\0\0';
  let preference = 0;
  if (language === 'en') preference = region === 'US' ? 40 : region === '\0\0' ? 30 : -20;
  else if (language !== '\0\0') preference = -40;
  for (let next = 12; next + 4 <= Math.min(size, 64); next += 4) if (view.u32(at + next) !== 0) preference -= 1;
  if (size >= 8 && view.u32(at + 4) !== 0) preference -= 1;
  return preference;
}

function entryValue(view: ByteView, at: number, index: number, strings: StringPool | null): ResourceValue | null {
  const entryAt = entryOffset(view, at, index);
  if (entryAt === null) return null;
  const flags = view.u16(entryAt + 2);
  const compact = (flags & COMPACT) !== 0;
  if (!compact && (flags & COMPLEX) !== 0) return null;
  const valueAt = entryAt + view.u16(entryAt);
  const type = compact ? flags >> 8 : view.u8(valueAt + 3);
  const data = view.u32(compact ? entryAt + 4 : valueAt + 4);
  return { type, data, text: type === 3 ? (strings?.at(data) ?? null) : null };
}

/** Offsets are 32-bit, 16-bit in units of four, or pairs of index and offset in a sparse chunk. */
function entryOffset(view: ByteView, at: number, index: number): number | null {
  const flags = view.u8(at + 9);
  const count = view.u32(at + 12);
  const entriesAt = at + view.u32(at + 16);
  const offsetsAt = at + view.u16(at + 2);
  if ((flags & SPARSE) !== 0) {
    let low = 0;
    let high = Math.min(count, 65_536) - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = view.u16(offsetsAt + middle * 4);
      if (found === index) return entriesAt + view.u16(offsetsAt + middle * 4 + 2) * 4;
      if (found < index) low = middle + 1;
      else high = middle - 1;
    }
    return null;
  }
  if (index >= count) return null;
  if ((flags & SHORT_OFFSETS) !== 0) {
    const short = view.u16(offsetsAt + index * 2);
    return short === 0xffff ? null : entriesAt + short * 4;
  }
  const offset = view.u32(offsetsAt + index * 4);
  return offset === 0xffffffff ? null : entriesAt + offset;
}
