import type { XmlElement } from './binary-xml.ts';
import { boolOf, intOf, isReference, textOf, type ResourceValue } from './resource-value.ts';
import type { Resources } from './resources.ts';

/** Public resource ids of manifest attributes (frameworks/base core/res/res/values/public*.xml). */
export const ATTRIBUTE = {
  label: 0x01010001,
  name: 0x01010003,
  permission: 0x01010006,
  sharedUserId: 0x0101000b,
  enabled: 0x0101000e,
  debuggable: 0x0101000f,
  exported: 0x01010010,
  process: 0x01010011,
  authorities: 0x01010018,
  targetPackage: 0x01010021,
  value: 0x01010024,
  resource: 0x01010025,
  mimeType: 0x01010026,
  scheme: 0x01010027,
  host: 0x01010028,
  targetActivity: 0x01010202,
  minSdkVersion: 0x0101020c,
  versionCode: 0x0101021b,
  versionName: 0x0101021c,
  targetSdkVersion: 0x01010270,
  maxSdkVersion: 0x01010271,
  testOnly: 0x01010272,
  required: 0x0101028e,
  isGame: 0x010103f4,
  usesCleartextTraffic: 0x010104ec,
  networkSecurityConfig: 0x01010527,
  appCategory: 0x01010545,
  isFeatureSplit: 0x0101055b,
  versionCodeMajor: 0x01010576,
  isSplitRequired: 0x01010591,
  foregroundServiceType: 0x01010599,
  requiredSplitTypes: 0x0101064e,
} as const;
export type AttributeName = keyof typeof ATTRIBUTE;

/** Longer strings are cut: no name of Android comes near. */
const MOST_CHARACTERS = 4096;

/** Reads attributes of one element with references followed into the resource table. */
export interface AttributeReader {
  value(element: XmlElement, name: AttributeName): ResourceValue | null;
  text(element: XmlElement, name: AttributeName): string | null;
  int(element: XmlElement, name: AttributeName): number | null;
  bool(element: XmlElement, name: AttributeName): boolean | null;
}

export function attributeReader(resources: Resources): AttributeReader {
  const value = (element: XmlElement, name: AttributeName): ResourceValue | null => {
    const id = ATTRIBUTE[name];
    const found = element.attributes.find((attribute) => attribute.resourceId === id)?.value ?? null;
    if (found === null || !isReference(found)) return found;
    return resources.resolve(found.data) ?? found;
  };
  return {
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
