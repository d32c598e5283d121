import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import { viewOf, type ByteView } from './bytes.ts';
import { readStringPool, type StringPool } from './string-pool.ts';
import type { ResourceValue } from './resource-value.ts';

export interface XmlAttribute {
  readonly namespace: string | null;
  readonly name: string;
  /** Public resource id of the attribute, which names it on Android whatever the string pool says. */
  readonly resourceId: number | null;
  readonly value: ResourceValue;
}

export interface XmlElement {
  readonly name: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlElement[];
  /** Character data directly inside, joined. */
  readonly text: string;
}

interface OpenElement extends XmlElement {
  readonly attributes: XmlAttribute[];
  readonly children: OpenElement[];
  text: string;
}

const CHUNK = { stringPool: 0x0001, xml: 0x0003, startElement: 0x0102, endElement: 0x0103, text: 0x0104 };
const RESOURCE_MAP = 0x0180;
const ABSENT = 0xffffffff;
const MOST_ELEMENTS = 100_000;
const MOST_ATTRIBUTES = 500_000;
const MOST_DEPTH = 200;

/**
 * Decodes a compiled XML file as ResXMLTree does (frameworks/base libs/androidfw/ResourceTypes.cpp): the type of the
 * document chunk is not looked at, unknown chunks are stepped over, bytes behind the document are ignored.
 * @throws Fault apk-bad-manifest, naming file and offset
 */
export function readBinaryXml(bytes: Buffer, where: string): { root: XmlElement; warnings: readonly string[] } {
  const view = viewOf(bytes, where, 'apk-bad-manifest');
  const warnings: string[] = [];
  if (bytes.subarray(0, 5).toString('latin1') === '<?xml') {
    throw new Fault('apk-bad-manifest', `${where} is plain text, not compiled XML.`);
  }
  if (view.u16(0) !== CHUNK.xml) warnings.push(`${where} has chunk type ${view.u16(0)}; Android does not look at it.`);
  const declaredEnd = view.u32(4);
  if (declaredEnd > bytes.length) {
    throw new Fault('apk-bad-manifest', `${where} declares ${declaredEnd} bytes and has ${bytes.length}.`);
  }
  if (declaredEnd < bytes.length) warnings.push(`${bytes.length - declaredEnd} bytes follow the document in ${where}.`);

  let pool: StringPool | null = null;
  let resourceIds: readonly number[] = [];
  let elements = 0;
  let attributes = 0;
  const top: OpenElement = { name: '', attributes: [], children: [], text: '' };
  const open: OpenElement[] = [top];
  let at = view.u16(2);
  while (at + 8 <= declaredEnd) {
    const type = view.u16(at);
    const headerBytes = view.u16(at + 2);
    const size = view.u32(at + 4);
    if (size < 8 || headerBytes < 8 || headerBytes > size || at + size > declaredEnd) {
      throw new Fault('apk-bad-manifest', `${where}: the chunk at offset ${at} has the impossible size ${size}.`);
    }
    const bodyAt = at + headerBytes;
    if (type === CHUNK.stringPool && pool === null) {
      pool = readStringPool(view, at);
    } else if (type === RESOURCE_MAP) {
      resourceIds = readIds(view, bodyAt, at + size);
    } else if (type === CHUNK.startElement) {
      if (pool === null) throw new Fault('apk-bad-manifest', `${where}: an element precedes the strings at ${at}.`);
      const element = startElement(view, bodyAt, pool, resourceIds);
      elements += 1;
      attributes += element.attributes.length;
      if (elements > MOST_ELEMENTS || attributes > MOST_ATTRIBUTES || open.length > MOST_DEPTH) {
        throw new Fault('apk-bad-manifest', `${where} has too many elements, from offset ${at}.`);
      }
      open.at(-1)?.children.push(element);
      open.push(element);
    } else if (type === CHUNK.endElement) {
      if (open.length > 1) open.pop();
    } else if (type === CHUNK.text) {
      const parent = open.at(-1);
      if (parent !== undefined && parent.text.length < 65_536) parent.text += pool?.at(view.u32(bodyAt)) ?? '';
    } else if ((type < 0x0100 || type > 0x017f) && warnings.length < 10) {
      warnings.push(`${where} has a chunk of unknown type ${type} at offset ${at}; stepped over as Android does.`);
    }
    at += size;
  }
  const root = top.children[0];
  if (root === undefined) throw new Fault('apk-bad-manifest', `${where} has no element.`);
  return { root, warnings };
}

function readIds(view: ByteView, at: number, end: number): number[] {
  const ids: number[] = [];
  for (let next = at; next + 4 <= end && ids.length < 65_536; next += 4) ids.push(view.u32(next));
  return ids;
}

/** ResXMLTree_attrExt: attributes lie where its own start and stride say, not where a compiler would put them. */
function startElement(view: ByteView, at: number, pool: StringPool, ids: readonly number[]): OpenElement {
  const name = pool.at(view.u32(at + 4)) ?? '';
  const start = at + view.u16(at + 8);
  const stride = view.u16(at + 10);
  const count = view.u16(at + 12);
  const attributes: XmlAttribute[] = [];
  for (let index = 0; index < count; index += 1) {
    const attributeAt = start + index * stride;
    const nameIndex = view.u32(attributeAt + 4);
    const type = view.u8(attributeAt + 15);
    const data = view.u32(attributeAt + 16);
    const rawIndex = view.u32(attributeAt + 8);
    const text = type === 3 ? pool.at(data) : rawIndex === ABSENT ? null : pool.at(rawIndex);
    const id = ids[nameIndex];
    attributes.push({
      namespace: pool.at(view.u32(attributeAt)),
      name: pool.at(nameIndex) ?? '',
      resourceId: id === undefined || id === 0 ? null : id,
      value: { type, data, text },
    });
  }
  return { name, attributes, children: [], text: '' };
}

/** For messages: the element as `<name>`. */
export function tag(element: XmlElement): string {
  return `<${printable(element.name, 60)}>`;
}
