import { FOREGROUND_SERVICE_TYPES } from '../../../orchestrator/contract/foreground-service.ts';
import type { XmlNode, XmlValue } from './binary-xml.ts';
import { launcher, type ApkDescription, type ComponentDescription, type FilterDescription } from './description.ts';

/** Resource ids of what the description makes a resource of. */
export interface ManifestReferences {
  readonly label: number | null;
  readonly networkSecurityConfig: number | null;
}

const CATEGORIES = ['game', 'audio', 'video', 'image', 'social', 'news', 'maps', 'productivity', 'accessibility'];

/** The AndroidManifest.xml of a description. */
export function manifestNode(description: ApkDescription, references: ManifestReferences): XmlNode {
  const named = (name: string, values: readonly string[] = []): XmlNode[] =>
    values.map((value) => ({ name, attributes: { name: value } }));
  return {
    name: 'manifest',
    attributes: {
      package: description.packageName,
      split: description.split,
      versionCode: description.versionCode ?? 1,
      versionName: description.split === undefined ? (description.versionName ?? '1.0') : undefined,
      sharedUserId: description.sharedUserId,
      isSplitRequired: description.requiresSplits === true ? true : undefined,
    },
    children: [
      {
        name: 'uses-sdk',
        attributes: { minSdkVersion: description.minSdk ?? 24, targetSdkVersion: description.targetSdk ?? 34 },
      },
      ...named('uses-permission', description.permissions),
      ...named('uses-permission-sdk-23', description.permissionsSdk23),
      ...(description.features ?? []).map(({ name, required }) => ({
        name: 'uses-feature',
        attributes: { name, required: required === false ? false : undefined },
      })),
      ...(description.instrumentations ?? []).map(({ name, targetPackage }) => ({
        name: 'instrumentation',
        attributes: { name, targetPackage },
      })),
      application(description, references),
    ],
  };
}

function application(description: ApkDescription, references: ManifestReferences): XmlNode {
  const base = description.split === undefined;
  const components = description.components ?? (base ? [launcher()] : []);
  const ref = (id: number | null): XmlValue | undefined => (id === null ? undefined : { ref: id });
  return {
    name: 'application',
    attributes: {
      label: ref(references.label),
      hasCode: base ? undefined : false,
      debuggable: description.debuggable,
      testOnly: description.testOnly,
      isGame: description.isGame,
      usesCleartextTraffic: description.usesCleartextTraffic,
      networkSecurityConfig: ref(references.networkSecurityConfig),
      appCategory: description.category === undefined ? undefined : CATEGORIES.indexOf(description.category),
    },
    children: [
      ...metaData(description.metaData),
      ...components.map((each) => component(each, description.packageName)),
    ],
  };
}

function component(each: ComponentDescription, packageName: string): XmlNode {
  const types = each.foregroundServiceTypes ?? [];
  const bits = types.map((type) => {
    const known = FOREGROUND_SERVICE_TYPES.find(([, name]) => name === type);
    if (known === undefined) throw new Error(`No foreground-service type is called ${type}.`);
    return known[0];
  });
  return {
    name: each.kind,
    attributes: {
      name: each.name,
      permission: each.permission,
      enabled: each.enabled,
      exported: each.exported,
      process: each.process,
      authorities: each.kind === 'provider' ? `${packageName}${each.name.replace(/^\.?/, '.')}` : undefined,
      targetActivity: each.targetActivity,
      foregroundServiceType: bits.length === 0 ? undefined : { flags: bits.reduce((sum, bit) => sum | bit, 0) },
    },
    children: [...(each.intentFilters ?? []).map(intentFilter), ...metaData(each.metaData)],
  };
}

function intentFilter(filter: FilterDescription): XmlNode {
  const each = (name: string, attribute: string, values: readonly string[] = []): XmlNode[] =>
    values.map((value) => ({ name, attributes: { [attribute]: value } }));
  return {
    name: 'intent-filter',
    children: [
      ...each('action', 'name', filter.actions),
      ...each('category', 'name', filter.categories),
      ...each('data', 'scheme', filter.schemes),
      ...each('data', 'host', filter.hosts),
      ...each('data', 'mimeType', filter.mimeTypes),
    ],
  };
}

function metaData(pairs: Readonly<Record<string, string | number | boolean>> = {}): XmlNode[] {
  return Object.entries(pairs).map(([name, value]) => ({ name: 'meta-data', attributes: { name, value } }));
}
