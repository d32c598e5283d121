import type { XmlElement } from './binary-xml.ts';
import { boolOf, intOf, isReference, textOf, type ResourceValue } from './resource-value.ts';
import type { Resources } from './resources.ts';

/** Public resource ids of manifest attributes (frameworks/base core/res/res/values/public*.xml). */
export const ATTRIBUTE = {
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
  versionCodeMajor: 0x01010576,
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
} as const;
export type AttributeName = keyof typeof ATTRIBUTE;

/** Longer strings are cut: no name of Android comes near. */
const MOST_CHARACTERS = 4096;

/** Reads attributes of one element with references followed into the resource table. */
export interface AttributeReader {
  /** As it stands, references not followed. */
  raw(element: XmlElement, name: AttributeName): ResourceValue | null;
  value(element: XmlElement, name: AttributeName): ResourceValue | null;
  text(element: XmlElement, name: AttributeName): string | null;
  int(element: XmlElement, name: AttributeName): number | null;
  bool(element: XmlElement, name: AttributeName): boolean | null;
}

export function attributeReader(resources: Resources): AttributeReader {
  const raw = (element: XmlElement, name: AttributeName): ResourceValue | null => {
    const id = ATTRIBUTE[name];
    return element.attributes.find((attribute) => attribute.resourceId === id)?.value ?? null;
  };
  const value = (element: XmlElement, name: AttributeName): ResourceValue | null => {
    const found = raw(element, name);
    if (found === null || !isReference(found)) return found;
    return resources.resolve(found.data) ?? found;
  };
  return {
    raw,
    value,
    text(element, name) {
      const found = value(element, name);
      if (found === null) return null;
      return textOf(found)?.slice(0, MOST_CHARACTERS) ?? null;
    },
    int(element, name) {
      const found = value(element, name);
      return found === null ? null : intOf(found);
    },
    bool(element, name) {
      const found = value(element, name);
      return found === null ? null : boolOf(found);
    },
  };
}

/** Attributes without a namespace, such as `package` and `split`, go by their name (PackageParser, ApkLiteParseUtils). */
export function plainAttribute(element: XmlElement, name: string): string | null {
  const found = element.attributes.find((attribute) => attribute.name === name && attribute.namespace === null);
  return found === undefined ? null : (textOf(found.value)?.slice(0, MOST_CHARACTERS) ?? null);
}

export function childrenNamed(element: XmlElement, ...names: readonly string[]): XmlElement[] {
  return element.children.filter((child) => names.includes(child.name));
}
