import { Fault } from '../../orchestrator/contract/fault.ts';
import { viewOf, type ByteView } from './bytes.ts';
import type { OddityLog } from './oddities.ts';
import { readStringPool, NO_STRINGS, type StringPool } from './string-pool.ts';
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
const FIRST_NODE = 0x0100;
const LAST_NODE = 0x017f;
const RESOURCE_MAP = 0x0180;
const ABSENT = 0xffffffff;
/** ResXMLTree_node: chunk header, line number, comment. */
const NODE_BYTES = 16;
const START_BYTES = 20;
const ATTRIBUTE_BYTES = 20;
const MOST_ELEMENTS = 100_000;
const MOST_ATTRIBUTES = 500_000;
const MOST_DEPTH = 200;
const MOST_TEXT = 65_536;

/**
 * Decodes a compiled XML file as ResXMLTree does (frameworks/base libs/androidfw/ResourceTypes.cpp): the type of the
 * document chunk is not looked at, unknown chunks are stepped over, string pool and resource map count only before the
 * first node, bytes behind the document are ignored.
 * @throws Fault apk-bad-manifest, naming file and offset
 */
export function readBinaryXml(bytes: Buffer, where: string, oddities: OddityLog): XmlElement {
  const view = viewOf(bytes, where, 'apk-bad-manifest');
  const declaredEnd = readDocumentHeader(bytes, view, oddities);
  let pool: StringPool = NO_STRINGS;
  let resourceIds: readonly number[] = [];
  let nodes = false;
  const budget = { elements: 0, attributes: 0 };
  const top: OpenElement = { name: '', attributes: [], children: [], text: '' };
  const open: OpenElement[] = [top];
  let at = view.u16(2);
  while (at + 8 <= declaredEnd) {
    const type = view.u16(at);
    const headerBytes = view.u16(at + 2);
    const size = view.u32(at + 4);
    const isNode = type >= FIRST_NODE && type <= LAST_NODE;
    // validate_chunk and validateNode: header within chunk within document, and all of it in words of four bytes.
    const least = isNode ? NODE_BYTES : 8;
    if (headerBytes < least || headerBytes > size || ((headerBytes | size) & 3) !== 0 || at + size > declaredEnd) {
      throw new Fault('apk-bad-manifest', `${where}: the chunk at offset ${at} has the impossible size ${size}.`);
    }
    const node = { view, at: at + headerBytes, end: at + size, where, oddities };
    if (isNode) {
      nodes = true;
      if (type === CHUNK.startElement) {
        const element = startElement(node, pool, resourceIds);
        budget.elements += 1;
        budget.attributes += element.attributes.length;
        if (budget.elements > MOST_ELEMENTS || budget.attributes > MOST_ATTRIBUTES || open.length > MOST_DEPTH) {
          throw new Fault('apk-bad-manifest', `${where} has too many elements, from offset ${at}.`);
        }
        open.at(-1)?.children.push(element);
        open.push(element);
      } else if (type === CHUNK.endElement) {
        if (open.length > 1) open.pop();
      } else if (type === CHUNK.text) {
        const parent = open.at(-1);
        if (parent !== undefined && parent.text.length < MOST_TEXT) parent.text += pool.at(view.u32(node.at)) ?? '';
      }
    } else if (type === CHUNK.stringPool && !nodes) {
      pool = readStringPool(view, at, oddities);
    } else if (type === RESOURCE_MAP && !nodes) {
      resourceIds = readIds(node);
    } else {
      const detail = `${where} has a chunk of unknown type ${type} at offset ${at}; stepped over as Android does.`;
      oddities.add('xml-unknown-chunk', where, detail);
    }
    at += size;
  }
  const root = top.children[0];
  if (root === undefined) throw new Fault('apk-bad-manifest', `${where} has no element.`);
  return root;
}

/** The end of the document, as it declares. */
function readDocumentHeader(bytes: Buffer, view: ByteView, oddities: OddityLog): number {
  const { where } = view;
  if (/^(\ufeff|\s)*<[?!a-z]/i.test(bytes.subarray(0, 64).toString('utf8'))) {
    throw new Fault('apk-bad-manifest', `${where} is plain text, not compiled XML.`);
  }
  const type = view.u16(0);
  if (type !== CHUNK.xml) {
    oddities.add('xml-type', where, `${where} has chunk type ${type}; Android does not look at it.`);
  }
  const declaredEnd = view.u32(4);
  if (declaredEnd > bytes.length) {
    throw new Fault('apk-bad-manifest', `${where} declares ${declaredEnd} bytes and has ${bytes.length}.`);
  }
  if (declaredEnd < bytes.length) {
    const detail = `${bytes.length - declaredEnd} bytes follow the document in ${where}.`;
    oddities.add('xml-trailing-bytes', where, detail);
  }
  return declaredEnd;
}

interface Chunk {
  readonly view: ByteView;
  /** Behind the chunk's header. */
  readonly at: number;
  readonly end: number;
  readonly where: string;
  readonly oddities: OddityLog;
}

function readIds({ view, at, end }: Chunk): number[] {
  const ids: number[] = [];
  for (let next = at; next + 4 <= end && ids.length < 65_536; next += 4) ids.push(view.u32(next));
  return ids;
}

/** ResXMLTree_attrExt: attributes lie where its own start and stride say, not where a compiler would put them. */
function startElement(chunk: Chunk, pool: StringPool, ids: readonly number[]): OpenElement {
  const { view, at, end, where, oddities } = chunk;
  if (at + START_BYTES > end) throw new Fault('apk-bad-manifest', `${where}: the element at offset ${at} is cut off.`);
  const name = pool.at(view.u32(at + 4)) ?? '';
  const start = at + view.u16(at + 8);
  const stride = view.u16(at + 10);
  const count = view.u16(at + 12);
  if (start + stride * count > end) {
    const detail = `${where}: the attributes of the element at offset ${at} need ${stride * count} bytes and leave it.`;
    throw new Fault('apk-bad-manifest', detail);
  }
  if (count > 0 && stride !== ATTRIBUTE_BYTES) {
    const detail = `${where} has attributes of ${stride} instead of ${ATTRIBUTE_BYTES} bytes at offset ${at}.`;
    oddities.add('xml-attribute-size', where, detail);
  }
  const attributes: XmlAttribute[] = [];
  for (let index = 0; index < count; index += 1) {
    attributes.push(readAttribute(view, start + index * stride, pool, ids));
  }
  return { name, attributes, children: [], text: '' };
}

function readAttribute(view: ByteView, at: number, pool: StringPool, ids: readonly number[]): XmlAttribute {
  const namespaceIndex = view.u32(at);
  const nameIndex = view.u32(at + 4);
  const rawIndex = view.u32(at + 8);
  const type = view.u8(at + 15);
  const data = view.u32(at + 16);
  const text = type === 3 ? pool.at(data) : rawIndex === ABSENT ? null : pool.at(rawIndex);
  const id = ids[nameIndex];
  return {
    namespace: namespaceIndex === ABSENT ? null : pool.at(namespaceIndex),
    name: pool.at(nameIndex) ?? '',
    resourceId: id === undefined || id === 0 ? null : id,
    value: { type, data, text },
  };
}
