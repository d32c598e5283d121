import type { ApkFacts } from '../../../orchestrator/contract/apk.ts';
import { printable, type Fault } from '../../../orchestrator/contract/fault.ts';
import type { FaultCode } from '../../../orchestrator/contract/faults.ts';
import type { Base } from '../system.ts';
import type { InstallOptions } from './install.ts';
import type { PackageRecord, PackageStore } from './packages.ts';

/** Why PackageManagerService refuses an APK that could be read, as `CODE: text`; null where it does not. */
export function refusal(
  facts: ApkFacts,
  old: PackageRecord | undefined,
  options: InstallOptions,
  parts: Pick<Base, 'config' | 'properties'> & { readonly packages: PackageStore },
): string | null {
  const { apiLevel } = parts.config;
  const name = printable(facts.packageName);
  // Names become folder names: FrameworkParsingPackageUtils.validateName allows letters, digits, `_` and dots.
  if (!/^[a-zA-Z]\w*(\.[a-zA-Z]\w*)+$/.test(facts.packageName) || facts.packageName.length > 223) {
    return `INSTALL_PARSE_FAILED_BAD_PACKAGE_NAME: Invalid manifest package: ${name}`;
  }
  const badSplit = facts.files.find((file) => file.split !== null && !/^[a-zA-Z][\w.-]*$/.test(file.split));
  if (badSplit) return `INSTALL_PARSE_FAILED_BAD_MANIFEST: Invalid manifest split: ${printable(badSplit.split ?? '')}`;
  if (facts.minSdk > apiLevel) {
    return `INSTALL_FAILED_OLDER_SDK: Requires newer sdk version #${facts.minSdk} (current version is #${apiLevel})`;
  }
  const signers = facts.certificates.filter((one) => one.verified);
  if (signers.length === 0) {
    return 'INSTALL_PARSE_FAILED_NO_CERTIFICATES: Failed to collect certificates from base.apk';
  }
  if (apiLevel >= 30 && facts.targetSdk >= 30 && signers.every((one) => one.scheme === 'v1')) {
    return `INSTALL_PARSE_FAILED_NO_CERTIFICATES: No signature found in package of version 2 or newer for package ${name}`;
  }
  // Android 14 asks for 23, Android 15 for 24 (PackageManagerService, config_minInstallableTargetSdk).
  const leastTarget = apiLevel >= 35 ? 24 : apiLevel >= 34 ? 23 : 0;
  if (facts.targetSdk < leastTarget && !options.bypassLowTarget) {
    return `INSTALL_FAILED_DEPRECATED_SDK_VERSION: App package must target at least SDK version ${leastTarget}, but found ${facts.targetSdk}`;
  }
  if (facts.testOnly && !options.allowTest) return 'INSTALL_FAILED_TEST_ONLY: installPackageLI';
  if (facts.requiredSplits && facts.files.every((file) => file.split === null)) {
    return `INSTALL_FAILED_MISSING_SPLIT: Missing split for ${name}`;
  }
  const deviceAbis = parts.properties.get('ro.product.cpu.abilist').split(',');
  if (facts.abis.length > 0 && !facts.abis.some((abi) => deviceAbis.includes(abi))) {
    return 'INSTALL_FAILED_NO_MATCHING_ABIS: Failed to extract native libraries, res=-113';
  }
  const sharer = parts.packages
    .list()
    .find((one) => one.name !== facts.packageName && one.facts.sharedUserId === facts.sharedUserId);
  if (facts.sharedUserId !== null && sharer && !sharesSigner(facts, sharer.facts)) {
    return `INSTALL_FAILED_SHARED_USER_INCOMPATIBLE: Package ${name} has no signatures that match those in shared user ${printable(facts.sharedUserId)}; ignoring!`;
  }
  if (!old) return null;
  if (!options.replace) {
    return `INSTALL_FAILED_ALREADY_EXISTS: Attempt to re-install ${name} without first uninstalling.`;
  }
  if (!sharesSigner(facts, old.facts)) {
    return `INSTALL_FAILED_UPDATE_INCOMPATIBLE: Existing package ${name} signatures do not match newer version; ignoring!`;
  }
  if (facts.versionCode < old.facts.versionCode && !options.allowDowngrade) {
    return `INSTALL_FAILED_VERSION_DOWNGRADE: Downgrade detected: Update version code ${facts.versionCode} is older than current ${old.facts.versionCode}`;
  }
  return null;
}

function sharesSigner(one: ApkFacts, other: ApkFacts): boolean {
  const known = new Set(other.certificates.map((certificate) => certificate.sha256));
  return one.certificates.some((certificate) => certificate.verified && known.has(certificate.sha256));
}

const PARSE_FAILURES: Partial<Record<FaultCode, string>> = {
  'apk-not-zip': 'INSTALL_PARSE_FAILED_NOT_APK: Failed to parse base.apk',
  'apk-truncated': 'INSTALL_PARSE_FAILED_NOT_APK: Failed to parse base.apk',
  'apk-too-large': 'INSTALL_FAILED_INSUFFICIENT_STORAGE: Failed to override installation location',
  'apk-no-manifest': 'INSTALL_PARSE_FAILED_BAD_MANIFEST: Failed to parse base.apk: AndroidManifest.xml',
  'apk-bad-manifest': 'INSTALL_PARSE_FAILED_MANIFEST_MALFORMED: Failed parse during installPackageLI',
  'apk-unsigned': 'INSTALL_PARSE_FAILED_NO_CERTIFICATES: Failed to collect certificates from base.apk',
};

/** Why an APK that could not be read is refused. */
export function parseFailure(fault: Fault): string {
  return PARSE_FAILURES[fault.code] ?? `INSTALL_FAILED_INVALID_APK: ${printable(fault.detail)}`;
}
