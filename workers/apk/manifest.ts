import type { ApkFacts, Component, ManifestDetails } from '../../orchestrator/contract/apk.ts';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import { attributeReader, childrenNamed, plainAttribute, type AttributeReader } from './attributes.ts';
import type { XmlElement } from './binary-xml.ts';
import { className, readComponents, readMetaData } from './components.ts';
import { auditAttributes } from './manifest-audit.ts';
import { readDetails } from './manifest-details.ts';
import type { OddityLog } from './oddities.ts';
import type { Resources } from './resources.ts';

/** What one manifest says; signatures, files and libraries are added by others. */
export type ManifestFacts = Pick<
  ApkFacts,
  | 'packageName'
  | 'versionCode'
  | 'versionName'
  | 'label'
  | 'minSdk'
  | 'targetSdk'
  | 'debuggable'
  | 'testOnly'
  | 'appCategory'
  | 'isGame'
  | 'sharedUserId'
  | 'usesCleartextTraffic'
  | 'permissions'
  | 'features'
  | 'components'
  | 'launchActivity'
  | 'instrumentations'
  | 'metaData'
  | 'requiredSplits'
> & {
  readonly details: ManifestDetails;
  readonly split: string | null;
  /** Path of the network security configuration in the APK. */
  readonly networkSecurityConfig: string | null;
};

/** ApplicationInfo.CATEGORY_* (frameworks/base core/java/android/content/pm/ApplicationInfo.java). */
const CATEGORIES = ['game', 'audio', 'video', 'image', 'social', 'news', 'maps', 'productivity', 'accessibility'];
const MOST_COMPONENTS = 20_000;
/** Above every released level: what the platform calls CUR_DEVELOPMENT. */
const DEVELOPMENT_SDK = 10_000;

/** @throws Fault apk-bad-manifest */
export function readManifest(root: XmlElement, resources: Resources, oddities: OddityLog): ManifestFacts {
  if (root.name !== 'manifest') {
    throw new Fault('apk-bad-manifest', `The root element is <${printable(root.name, 60)}>, not <manifest>.`);
  }
  const read = attributeReader(resources);
  auditAttributes(root, oddities);
  const packageName = validPackageName(plainAttribute(root, 'package'));
  const split = plainAttribute(root, 'split');
  // A second <application> is ignored with a warning by the platform, too (ParsingPackageUtils.parseBaseApkTags).
  const [application, second] = childrenNamed(root, 'application');
  if (second !== undefined) {
    const detail = 'The manifest has more than one <application>; the first one counts.';
    oddities.add('manifest-repeated', 'AndroidManifest.xml', detail);
  }
  if (application === undefined && split === null && childrenNamed(root, 'instrumentation').length === 0) {
    throw new Fault('apk-bad-manifest', 'The manifest has neither an <application> nor an <instrumentation>.');
  }
  const components = application === undefined ? [] : readComponents(application, packageName, read);
  if (components.length > MOST_COMPONENTS) {
    throw new Fault('apk-bad-manifest', `The manifest declares ${components.length} components.`);
  }
  const flag = (name: 'debuggable' | 'testOnly' | 'isGame'): boolean =>
    application !== undefined && (read.bool(application, name) ?? false);
  const category = application === undefined ? null : read.int(application, 'appCategory');
  return {
    packageName,
    split,
    ...readVersions(root, read),
    label: application === undefined ? null : literal(read.text(application, 'label')),
    debuggable: flag('debuggable'),
    testOnly: flag('testOnly'),
    isGame: flag('isGame') || category === 0,
    appCategory: category === null ? null : (CATEGORIES[category] ?? null),
    sharedUserId: read.text(root, 'sharedUserId'),
    usesCleartextTraffic: application === undefined ? null : read.bool(application, 'usesCleartextTraffic'),
    permissions: readPermissions(root, read),
    features: childrenNamed(root, 'uses-feature').flatMap((feature) => {
      const name = read.text(feature, 'name');
      return name === null ? [] : [{ name, required: read.bool(feature, 'required') ?? true }];
    }),
    components,
    launchActivity: launchActivity(components, oddities),
    instrumentations: childrenNamed(root, 'instrumentation').map((element) => ({
      name: className(read.text(element, 'name') ?? '', packageName),
      targetPackage: read.text(element, 'targetPackage') ?? '',
    })),
    metaData: application === undefined ? {} : readMetaData(application, read),
    requiredSplits: readRequiredSplits(root, application, read),
    networkSecurityConfig: application === undefined ? null : literal(read.text(application, 'networkSecurityConfig')),
    details: readDetails(root, application, components, read, resources),
  };
}

/** FrameworkParsingPackageUtils.validateName; the name goes into shell commands, so nothing else may pass. */
function validPackageName(name: string | null): string {
  if (name === null) throw new Fault('apk-bad-manifest', 'The manifest names no package.');
  const valid = name === 'android' || /^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+$/.test(name);
  if (!valid || name.length > 223) throw new Fault('apk-bad-manifest', `"${printable(name)}" is not a package name.`);
  return name;
}

function readVersions(
  root: XmlElement,
  read: AttributeReader,
): Pick<ApkFacts, 'versionCode' | 'versionName' | 'minSdk' | 'targetSdk'> {
  const major = (read.int(root, 'versionCodeMajor') ?? 0) >>> 0;
  const versionCode = major * 4294967296 + ((read.int(root, 'versionCode') ?? 0) >>> 0);
  if (!Number.isSafeInteger(versionCode))
    throw new Fault('apk-bad-manifest', `The version code ${versionCode} is absurd.`);
  const usesSdk = childrenNamed(root, 'uses-sdk')[0];
  const level = (name: 'minSdkVersion' | 'targetSdkVersion'): number | null => {
    const value = usesSdk === undefined ? null : read.value(usesSdk, name);
    if (usesSdk === undefined || value === null) return null;
    // A code name such as "Tiramisu" asks for a preview of that platform.
    return read.int(usesSdk, name) ?? DEVELOPMENT_SDK;
  };
  const minSdk = level('minSdkVersion') ?? 1;
  return {
    versionCode,
    versionName: read.text(root, 'versionName'),
    minSdk,
    targetSdk: level('targetSdkVersion') ?? minSdk,
  };
}

function readPermissions(root: XmlElement, read: AttributeReader): string[] {
  const elements = childrenNamed(root, 'uses-permission', 'uses-permission-sdk-23', 'uses-permission-sdk-m');
  return [...new Set(elements.flatMap((element) => read.text(element, 'name') ?? []))];
}

/** PackageManager.getLaunchIntentForPackage: the first enabled activity or alias with MAIN and LAUNCHER. */
function launchActivity(components: readonly Component[], oddities: OddityLog): string | null {
  const entry = (category: string): string | undefined =>
    components.find(
      (component) =>
        (component.kind === 'activity' || component.kind === 'activity-alias') &&
        component.enabled &&
        component.intentFilters.some(
          (filter) => filter.actions.includes('android.intent.action.MAIN') && filter.categories.includes(category),
        ),
    )?.name;
  const name = entry('android.intent.category.LAUNCHER') ?? entry('android.intent.category.LEANBACK_LAUNCHER') ?? null;
  if (name === null || /^[\p{L}\p{N}_.$-]+$/u.test(name)) return name;
  const detail = `The launch activity "${printable(name)}" is not a class name and cannot be started.`;
  oddities.add('launch-name', 'AndroidManifest.xml', detail);
  return null;
}

/** The base refuses to be installed alone: by attribute, or by the older mark of Play's bundletool. */
function readRequiredSplits(root: XmlElement, application: XmlElement | undefined, read: AttributeReader): boolean {
  if (read.bool(root, 'isSplitRequired') === true || (read.text(root, 'requiredSplitTypes') ?? '') !== '') return true;
  if (application === undefined) return false;
  if (read.bool(application, 'isSplitRequired') === true) return true;
  return readMetaData(application, read)['com.android.vending.splits.required'] === 'true';
}

/** A reference that no table answers is no text for people. */
function literal(text: string | null): string | null {
  return text === null || /^@0x[0-9a-f]{8}$/.test(text) ? null : text;
}
