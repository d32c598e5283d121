import { Fault } from '../../orchestrator/contract/fault.ts';
import { viewOf, type ByteView } from './bytes.ts';
import type { OddityLog } from './oddities.ts';
import { entryValue } from './resource-entry.ts';
import { localeOf, preferenceOf } from './resource-config.ts';
import { isReference, type ResourceValue } from './resource-value.ts';
import { readStringPool, type StringPool } from './string-pool.ts';

/** resources.arsc, asked for one value at a time. */
export interface Resources {
  /** Follows references; English is preferred, then no locale. null where nothing answers, or a bag does. */
  resolve(resourceId: number): ResourceValue | null;
  /** The text of a resource in each locale, the default (null) first; references are followed. */
  texts(resourceId: number): { readonly locale: string | null; readonly text: string }[];
  /** Locales for which the table holds anything, as BCP 47 tags; at most 200. */
  readonly locales: readonly string[];
}

interface TypeChunk {
  readonly at: number;
  readonly end: number;
  readonly preference: number;
  readonly locale: string | null;
}

const CHUNK = { stringPool: 0x0001, table: 0x0002, package: 0x0200, type: 0x0201 };
const PACKAGE_BYTES = 288;
const MOST_REFERENCES = 20;
const MOST_TYPES = 20_000;
const MOST_LOCALES = 200;
/** A table of many configurations, asked for every attribute, would keep the reader busy for hours. */
const MOST_PROBES = 2_000_000;

export const NO_RESOURCES: Resources = { resolve: () => null, texts: () => [], locales: [] };

/**
 * Indexes the chunks of a resource table (frameworks/base ResourceTypes.h, LoadedArsc.cpp). Chunks of overlayables and
 * of libraries are stepped over; staged aliases count in the framework's own table only, as there.
 * @throws Fault apk-malformed where a chunk leaves the table
 */
export function readResources(bytes: Buffer, oddities: OddityLog): Resources {
  const view = viewOf(bytes, 'resources.arsc', 'apk-malformed');
  if (view.u16(0) !== CHUNK.table) {
    throw new Fault('apk-malformed', `resources.arsc has chunk type ${view.u16(0)}, so it is no resource table.`);
  }
  const types = new Map<number, TypeChunk[]>();
  let strings: StringPool | null = null;
  for (const chunk of chunks(view, view.u16(2), Math.min(bytes.length, view.u32(4)))) {
    // Only the first pool counts (LoadedArsc::LoadTable).
    if (chunk.type === CHUNK.stringPool) strings ??= readStringPool(view, chunk.at, oddities);
    if (chunk.type === CHUNK.package) indexPackage(view, chunk, types);
  }
  const locales = new Set<string>();
  for (const list of types.values()) {
    list.sort((one, other) => other.preference - one.preference);
    for (const { locale } of list) if (locale !== null && locales.size < MOST_LOCALES) locales.add(locale);
  }
  // A reference inside a shared library or feature names its own package as 0 (DynamicRefTable).
  const ownPackage = [...types.keys()].map((key) => key >>> 8).find((id) => id !== 0) ?? 0;
  let probes = 0;
  const chunksOf = (resourceId: number): readonly TypeChunk[] => {
    const packageId = resourceId >>> 24 || ownPackage;
    const found = types.get((packageId << 8) | ((resourceId >>> 16) & 0xff)) ?? [];
    probes += found.length;
    if (probes > MOST_PROBES) throw new Fault('apk-malformed', `resources.arsc was asked over ${MOST_PROBES} times.`);
    return found;
  };
  const known = new Map<number, ResourceValue | null>();
  const lookUp = (resourceId: number): ResourceValue | null => {
    let value = known.get(resourceId) ?? null;
    if (known.has(resourceId)) return value;
    for (const type of chunksOf(resourceId)) {
      value = entryValue(view, type, resourceId & 0xffff, strings);
      if (value !== null) break;
    }
    known.set(resourceId, value);
    return value;
  };
  const follow = (first: ResourceValue | null): ResourceValue | null => {
    let value = first;
    for (let hops = 0; value !== null && isReference(value); hops += 1) {
      if (hops === MOST_REFERENCES) return null;
      value = lookUp(value.data);
    }
    return value;
  };
  return {
    resolve: (resourceId) => follow(lookUp(resourceId)),
    texts(resourceId) {
      const byLocale = new Map<string | null, string>();
      for (const type of chunksOf(resourceId)) {
        if (byLocale.has(type.locale) || byLocale.size >= MOST_LOCALES) continue;
        const text = follow(entryValue(view, type, resourceId & 0xffff, strings))?.text;
        if (typeof text === 'string') byLocale.set(type.locale, text);
      }
      return [...byLocale]
        .map(([locale, text]) => ({ locale, text }))
        .sort((one, other) => ((one.locale ?? '') < (other.locale ?? '') ? -1 : 1));
    },
    locales: [...locales].sort(),
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
  // Feature splits begin to count their types behind those of the base (ResTable_package.typeIdOffset).
  const typeIdOffset = chunk.headerBytes >= PACKAGE_BYTES ? view.u32(chunk.at + 284) & 0xff : 0;
  let seen = 0;
  for (const inner of chunks(view, chunk.at + chunk.headerBytes, chunk.end)) {
    if (inner.type !== CHUNK.type || seen >= MOST_TYPES) continue;
    seen += 1;
    const key = (packageId << 8) | ((view.u8(inner.at + 8) + typeIdOffset) & 0xff);
    const list = types.get(key) ?? [];
    const config = inner.at + 20;
    list.push({
      at: inner.at,
      end: inner.end,
      preference: preferenceOf(view, config),
      locale: localeOf(view, config),
    });
    types.set(key, list);
  }
}
