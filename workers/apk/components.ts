import type { Component, IntentFilter } from '../../orchestrator/contract/apk.ts';
import { FOREGROUND_SERVICE_TYPES } from '../../orchestrator/contract/foreground-service.ts';
import { childrenNamed, type AttributeReader } from './attributes.ts';
import type { XmlElement } from './binary-xml.ts';

type ComponentKind = Component['kind'];
const KINDS: readonly string[] = [
  'activity',
  'activity-alias',
  'service',
  'receiver',
  'provider',
] as const satisfies ComponentKind[];

/** The components of `<application>`, in the order of the manifest, with full class names. */
export function readComponents(application: XmlElement, packageName: string, read: AttributeReader): Component[] {
  return application.children
    .filter((child) => KINDS.includes(child.name))
    .map((child) => readComponent(child, packageName, read));
}

function readComponent(element: XmlElement, packageName: string, read: AttributeReader): Component {
  const target = read.text(element, 'targetActivity');
  const types = read.int(element, 'foregroundServiceType') ?? 0;
  return {
    kind: element.name as ComponentKind,
    name: className(read.text(element, 'name') ?? '', packageName),
    exported: read.bool(element, 'exported'),
    enabled: read.bool(element, 'enabled') ?? true,
    permission: read.text(element, 'permission'),
    process: processName(read.text(element, 'process'), packageName),
    foregroundServiceTypes: FOREGROUND_SERVICE_TYPES.filter(([bit]) => (types & bit) !== 0).map(([, name]) => name),
    targetActivity: target === null ? null : className(target, packageName),
    intentFilters: childrenNamed(element, 'intent-filter').map((filter) => readFilter(filter, read)),
    metaData: readMetaData(element, read),
    ...extras(element, read),
  };
}

/** What only some components say: absent where it is not said. */
function extras(element: XmlElement, read: AttributeReader): Partial<Component> {
  const authorities = element.name === 'provider' ? split(read.text(element, 'authorities'), ';') : [];
  const readPermission = read.text(element, 'readPermission');
  const writePermission = read.text(element, 'writePermission');
  return {
    ...(authorities.length === 0 ? {} : { authorities }),
    ...(readPermission === null ? {} : { readPermission }),
    ...(writePermission === null ? {} : { writePermission }),
    ...(read.bool(element, 'isolatedProcess') === true ? { isolatedProcess: true } : {}),
    ...(read.bool(element, 'directBootAware') === true ? { directBootAware: true } : {}),
  };
}

/** Also of `<queries>`. */
export function readFilter(filter: XmlElement, read: AttributeReader): IntentFilter {
  const names = (kind: string): string[] =>
    childrenNamed(filter, kind).flatMap((child) => read.text(child, 'name') ?? []);
  const data = childrenNamed(filter, 'data');
  const distinct = (name: 'scheme' | 'host' | 'mimeType' | 'port'): string[] => [
    ...new Set(data.flatMap((child) => read.text(child, name) ?? [])),
  ];
  const paths = data.flatMap((child) => readPaths(child, read));
  const ports = distinct('port');
  const priority = read.int(filter, 'priority') ?? 0;
  return {
    actions: names('action'),
    categories: names('category'),
    schemes: distinct('scheme'),
    hosts: distinct('host'),
    mimeTypes: distinct('mimeType'),
    ...(ports.length === 0 ? {} : { ports }),
    ...(paths.length === 0 ? {} : { paths }),
    ...(priority === 0 ? {} : { priority }),
    ...(read.bool(filter, 'autoVerify') === true ? { autoVerify: true } : {}),
  };
}

function readPaths(data: XmlElement, read: AttributeReader): string[] {
  const path = read.text(data, 'path');
  const prefix = read.text(data, 'pathPrefix');
  const pattern = read.text(data, 'pathPattern');
  return [
    ...(path === null ? [] : [path]),
    ...(prefix === null ? [] : [`${prefix}*`]),
    ...(pattern === null ? [] : [`~${pattern}`]),
  ];
}

/** The parts of a list in one attribute, without blanks and empty ones. */
export function split(text: string | null, separator: string): string[] {
  return (text ?? '')
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** `android:value` with references followed, else what `android:resource` names: a path in the APK, or `@0x…`. */
export function readMetaData(element: XmlElement, read: AttributeReader): Record<string, string> {
  const pairs = childrenNamed(element, 'meta-data').flatMap((child): [string, string][] => {
    const name = read.text(child, 'name');
    if (name === null) return [];
    return [[name, read.text(child, 'value') ?? read.text(child, 'resource') ?? '']];
  });
  return Object.fromEntries(pairs);
}

/** FrameworkParsingPackageUtils.buildClassName: a leading dot, or no dot at all, means "in the package". */
export function className(name: string, packageName: string): string {
  if (name === '') return '';
  if (name.startsWith('.')) return packageName + name;
  return name.includes('.') ? name : `${packageName}.${name}`;
}

function processName(name: string | null, packageName: string): string | null {
  return name?.startsWith(':') === true ? packageName + name : name;
}
