import type { Component, ManifestDetails } from '../../orchestrator/contract/apk.ts';
import { childrenNamed, type AttributeReader } from './attributes.ts';
import type { XmlElement } from './binary-xml.ts';
import { readFilter, split } from './components.ts';
import { heldRoles } from './default-roles.ts';
import { isReference } from './resource-value.ts';
import type { Resources } from './resources.ts';

/** PermissionInfo.PROTECTION_* in the lower four bits; flags above them. */
const PROTECTIONS = ['normal', 'dangerous', 'signature', 'signatureOrSystem', 'internal'];
/** PermissionInfo.PROTECTION_FLAG_*, those that third-party apps can use or that a reviewer should know. */
const PROTECTION_FLAGS: readonly (readonly [number, string])[] = [
  [0x10, 'privileged'],
  [0x20, 'development'],
  [0x40, 'appop'],
  [0x80, 'pre23'],
  [0x1000, 'instant'],
  [0x2000, 'runtime'],
];
/** PackageInfo.REQUESTED_PERMISSION_* as `usesPermissionFlags` writes them (attrs_manifest.xml). */
const USES_FLAGS: readonly (readonly [number, string])[] = [[0x10000, 'neverForLocation']];
const LIBRARIES = {
  'uses-library': 'java',
  'uses-native-library': 'native',
  'uses-static-library': 'static',
  'uses-sdk-library': 'sdk',
} as const;

/** Everything of the manifest that is not components, versions or flags of today's first use. */
export function readDetails(
  root: XmlElement,
  application: XmlElement | undefined,
  components: readonly Component[],
  read: AttributeReader,
  resources: Resources,
): ManifestDetails {
  const onApplication = <T>(take: (element: XmlElement) => T): T | null =>
    application === undefined ? null : take(application);
  const profileable = application === undefined ? undefined : childrenNamed(application, 'profileable')[0];
  const label = onApplication((element) => read.raw(element, 'label'));
  const labels =
    label === null
      ? []
      : isReference(label)
        ? resources.texts(label.data)
        : label.text === null
          ? []
          : [{ locale: null, text: label.text }];
  return {
    labels: labels.map(({ locale, text }) => ({ locale, text: text.slice(0, 1000) })),
    locales: [...resources.locales],
    permissions: requestedPermissions(root, read),
    definedPermissions: childrenNamed(root, 'permission').flatMap((element) => {
      const name = read.text(element, 'name');
      if (name === null) return [];
      const protection = protectionOf(read.int(element, 'protectionLevel') ?? 0);
      return [{ name, protection, group: read.text(element, 'permissionGroup') }];
    }),
    queries: readQueries(root, read),
    libraries: application === undefined ? [] : readLibraries(application, read),
    roles: heldRoles(components),
    allowBackup: onApplication((element) => read.bool(element, 'allowBackup')),
    dataExtractionRules: onApplication((element) => read.text(element, 'dataExtractionRules')),
    localeConfig: onApplication((element) => read.text(element, 'localeConfig')),
    // Absent since Android 12 means "by the shell only where debuggable"; what counts here is that it was asked for.
    profileable: profileable !== undefined && (read.bool(profileable, 'shell') ?? false),
    hasCode: onApplication((element) => read.bool(element, 'hasCode')) ?? true,
    largeHeap: onApplication((element) => read.bool(element, 'largeHeap')) ?? false,
    extractNativeLibs: onApplication((element) => read.bool(element, 'extractNativeLibs')),
    targetSandboxVersion: read.int(root, 'targetSandboxVersion') ?? 1,
    isFeatureSplit: read.bool(root, 'isFeatureSplit') ?? false,
    splitTypes: split(read.text(root, 'splitTypes'), ','),
    requiredSplitTypes: split(read.text(root, 'requiredSplitTypes'), ','),
    sharedUserMaxSdk: read.int(root, 'sharedUserMaxSdkVersion'),
    isAccessibilityTool: false,
  };
}

function requestedPermissions(root: XmlElement, read: AttributeReader): ManifestDetails['permissions'] {
  return childrenNamed(root, 'uses-permission', 'uses-permission-sdk-23', 'uses-permission-sdk-m').flatMap(
    (element) => {
      const name = read.text(element, 'name');
      if (name === null) return [];
      const flags = read.int(element, 'usesPermissionFlags') ?? 0;
      return [
        {
          name,
          maxSdk: read.int(element, 'maxSdkVersion'),
          fromApi23: element.name !== 'uses-permission',
          flags: USES_FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, word]) => word),
        },
      ];
    },
  );
}

function protectionOf(level: number): string {
  const flags = PROTECTION_FLAGS.filter(([bit]) => (level & bit) !== 0).map(([, word]) => word);
  return [PROTECTIONS[level & 0xf] ?? `level ${level & 0xf}`, ...flags].join('|');
}

function readQueries(root: XmlElement, read: AttributeReader): ManifestDetails['queries'] {
  const queries = childrenNamed(root, 'queries');
  const each = (name: string): XmlElement[] => queries.flatMap((element) => childrenNamed(element, name));
  return {
    packages: each('package').flatMap((element) => read.text(element, 'name') ?? []),
    intents: each('intent').map((element) => readFilter(element, read)),
    providers: each('provider').flatMap((element) => split(read.text(element, 'authorities'), ';')),
  };
}

function readLibraries(application: XmlElement, read: AttributeReader): ManifestDetails['libraries'] {
  return childrenNamed(application, ...Object.keys(LIBRARIES)).flatMap((element) => {
    const name = read.text(element, 'name');
    if (name === null) return [];
    const kind = LIBRARIES[element.name as keyof typeof LIBRARIES];
    return [{ name, kind, required: read.bool(element, 'required') ?? true }];
  });
}
