import { stringPool } from './string-pool.ts';

/** `ref`: a resource id. `flags`: an integer written in hexadecimal, as aapt2 does for bit sets. */
export type XmlValue = string | number | boolean | { readonly ref: number } | { readonly flags: number };

export interface XmlNode {
  readonly name: string;
  /** Names of {@link ATTRIBUTE_IDS} belong to the android namespace, others to none. Absent values are left out. */
  readonly attributes?: Readonly<Record<string, XmlValue | undefined>>;
  readonly children?: readonly XmlNode[];
  readonly text?: string;
}

/**
 * Public resource ids (frameworks/base core/res/res/values/public*.xml). Kept apart from the reader's own table, so
 * that a wrong id in one of them shows.
 */
export const ATTRIBUTE_IDS: Readonly<Record<string, number>> = {
  label: 0x01010001,
  name: 0x01010003,
  permission: 0x01010006,
  readPermission: 0x01010007,
  writePermission: 0x01010008,
  protectionLevel: 0x01010009,
  permissionGroup: 0x0101000a,
  sharedUserId: 0x0101000b,
  hasCode: 0x0101000c,
  enabled: 0x0101000e,
  debuggable: 0x0101000f,
  exported: 0x01010010,
  process: 0x01010011,
  authorities: 0x01010018,
  priority: 0x0101001c,
  targetPackage: 0x01010021,
  value: 0x01010024,
  resource: 0x01010025,
  mimeType: 0x01010026,
  scheme: 0x01010027,
  host: 0x01010028,
  port: 0x01010029,
  path: 0x0101002a,
  pathPrefix: 0x0101002b,
  pathPattern: 0x0101002c,
  targetActivity: 0x01010202,
  minSdkVersion: 0x0101020c,
  versionCode: 0x0101021b,
  versionName: 0x0101021c,
  targetSdkVersion: 0x01010270,
  maxSdkVersion: 0x01010271,
  testOnly: 0x01010272,
  allowBackup: 0x01010280,
  required: 0x0101028e,
  largeHeap: 0x0101035a,
  isolatedProcess: 0x010103a9,
  isGame: 0x010103f4,
  extractNativeLibs: 0x010104ea,
  usesCleartextTraffic: 0x010104ec,
  autoVerify: 0x010104ee,
  directBootAware: 0x01010505,
  networkSecurityConfig: 0x01010527,
  appCategory: 0x01010545,
  targetSandboxVersion: 0x0101054c,
  isFeatureSplit: 0x0101055b,
  isSplitRequired: 0x01010591,
  shell: 0x01010594,
  foregroundServiceType: 0x01010599,
  dataExtractionRules: 0x0101063e,
  isAccessibilityTool: 0x01010641,
  usesPermissionFlags: 0x01010644,
  sharedUserMaxSdkVersion: 0x0101064d,
  requiredSplitTypes: 0x0101064e,
  splitTypes: 0x0101064f,
  localeConfig: 0x0101065b,
};

const NAMESPACE = 'http://schemas.android.com/apk/res/android';
const ABSENT = 0xffffffff;

interface Attribute {
  readonly name: string;
  readonly id: number | null;
  readonly value: XmlValue;
}

/** Compiles a document as aapt2 does: a UTF-16 pool with attribute names first, in the order of their ids. */
export function binaryXml(root: XmlNode): Buffer {
  const known = [...new Set(attributeNames(root))].filter((name) => name in ATTRIBUTE_IDS);
  known.sort((one, other) => (ATTRIBUTE_IDS[one] ?? 0) - (ATTRIBUTE_IDS[other] ?? 0));
  const strings = [...known];
  const index = (text: string): number => {
    const at = strings.indexOf(text, 0);
    return at >= 0 ? at : strings.push(text) - 1;
  };
  const body = [
    chunk(0x0100, 16, lined(u32(index('android')), u32(index(NAMESPACE)))),
    ...node(root, index),
    chunk(0x0101, 16, lined(u32(index('android')), u32(index(NAMESPACE)))),
  ];
  const ids = Buffer.concat(known.map((name) => u32(ATTRIBUTE_IDS[name] ?? 0)));
  return chunk(0x0003, 8, Buffer.concat([stringPool(strings, 'utf16le'), chunk(0x0180, 8, ids), ...body]));
}

function attributeNames(element: XmlNode): string[] {
  return [...attributesOf(element).map(({ name }) => name), ...(element.children ?? []).flatMap(attributeNames)];
}

function attributesOf(element: XmlNode): Attribute[] {
  const attributes = Object.entries(element.attributes ?? {}).flatMap(([name, value]): Attribute[] =>
    value === undefined ? [] : [{ name, id: ATTRIBUTE_IDS[name] ?? null, value }],
  );
  // AssetManager's lookup walks attributes and ids side by side, so they must be sorted.
  return attributes.sort((one, other) => (one.id ?? Infinity) - (other.id ?? Infinity) || 0);
}

function node(element: XmlNode, index: (text: string) => number): Buffer[] {
  const attributes = attributesOf(element);
  const start = Buffer.alloc(20);
  start.writeUInt32LE(ABSENT, 0);
  start.writeUInt32LE(index(element.name), 4);
  start.writeUInt16LE(20, 8);
  start.writeUInt16LE(20, 10);
  start.writeUInt16LE(attributes.length, 12);
  const written = attributes.map((attribute) => writeAttribute(attribute, index));
  const text = element.text === undefined ? [] : [chunk(0x0104, 16, lined(u32(index(element.text)), value(0, 0)))];
  return [
    chunk(0x0102, 16, lined(start, ...written)),
    ...text,
    ...(element.children ?? []).flatMap((child) => node(child, index)),
    chunk(0x0103, 16, lined(u32(ABSENT), u32(index(element.name)))),
  ];
}

function writeAttribute(attribute: Attribute, index: (text: string) => number): Buffer {
  const { value: content } = attribute;
  const raw = typeof content === 'string' ? index(content) : ABSENT;
  return Buffer.concat([
    u32(attribute.id === null ? ABSENT : index(NAMESPACE)),
    u32(index(attribute.name)),
    u32(raw),
    typed(content, raw),
  ]);
}

function typed(content: XmlValue, raw: number): Buffer {
  if (typeof content === 'string') return value(0x03, raw);
  if (typeof content === 'number') return value(0x10, content >>> 0);
  if (typeof content === 'boolean') return value(0x12, content ? 0xffffffff : 0);
  return 'ref' in content ? value(0x01, content.ref) : value(0x11, content.flags >>> 0);
}

/** Res_value. */
export function value(type: number, data: number): Buffer {
  return Buffer.concat([Buffer.from([8, 0, 0, type]), u32(data)]);
}

/** ResXMLTree_node: a line number and no comment stand before the rest. */
function lined(...rest: Buffer[]): Buffer {
  return Buffer.concat([u32(1), u32(ABSENT), ...rest]);
}

export function chunk(type: number, headerBytes: number, body: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16LE(type, 0);
  header.writeUInt16LE(headerBytes, 2);
  header.writeUInt32LE(8 + body.length, 4);
  return Buffer.concat([header, body]);
}

export function u32(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number, 0);
  return bytes;
}
