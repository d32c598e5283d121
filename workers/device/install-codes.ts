import { lookUp } from '../../orchestrator/contract/look-up.ts';
/**
 * What a refusal of the package manager means, in a sentence and with what helps.
 * Codes: AOSP frameworks/base, core/java/android/content/pm/PackageManager.java.
 */
const MEANING: Readonly<Record<string, string>> = {
  INSTALL_FAILED_ALREADY_EXISTS: 'The package is on the device already.',
  INSTALL_FAILED_INVALID_APK: 'The device cannot read the APK, or its splits do not belong together.',
  INSTALL_FAILED_INSUFFICIENT_STORAGE: 'The device has too little storage left.',
  INSTALL_FAILED_DUPLICATE_PACKAGE: 'A package of this name exists already.',
  INSTALL_FAILED_NO_SHARED_USER: 'The app shares a user id with a package that is not on the device.',
  INSTALL_FAILED_UPDATE_INCOMPATIBLE: 'A package of this name with another signing certificate is on the device.',
  INSTALL_FAILED_SHARED_USER_INCOMPATIBLE: 'The app shares a user id with a package of another signing certificate.',
  INSTALL_FAILED_MISSING_SHARED_LIBRARY: 'The app needs a shared library that the device does not have.',
  INSTALL_FAILED_OLDER_SDK: 'The app needs a newer Android than the device has: choose a higher API level.',
  INSTALL_FAILED_NEWER_SDK: 'The app was made for an Android before that of the device: choose a lower API level.',
  INSTALL_FAILED_DEPRECATED_SDK_VERSION:
    'The app targets too old an Android for this device: choose a lower API level.',
  INSTALL_FAILED_CONFLICTING_PROVIDER: 'Another app provides content under the same authority.',
  INSTALL_FAILED_TEST_ONLY: 'The app is marked as test-only and was not installed as such.',
  INSTALL_FAILED_CPU_ABI_INCOMPATIBLE: 'The native code of the app does not run on the processor of the device.',
  INSTALL_FAILED_NO_MATCHING_ABIS: 'The app has native code, but none for the processor of the device.',
  INSTALL_FAILED_MISSING_FEATURE: 'The device lacks a feature that the app requires.',
  INSTALL_FAILED_MISSING_SPLIT: 'A split that the app requires was not given: submit the whole set.',
  INSTALL_FAILED_VERIFICATION_FAILURE: "The device's package verifier refused the app.",
  INSTALL_FAILED_VERIFICATION_TIMEOUT: "The device's package verifier did not answer.",
  INSTALL_FAILED_VERSION_DOWNGRADE: 'A newer version of the app is on the device.',
  INSTALL_FAILED_USER_RESTRICTED: 'The device does not let apps be installed by adb.',
  INSTALL_FAILED_INTERNAL_ERROR: 'The package manager of the device failed.',
  INSTALL_FAILED_ABORTED: 'The installation was aborted on the device.',
  INSTALL_FAILED_DUPLICATE_PERMISSION: 'Another app defines a permission of the same name.',
  INSTALL_PARSE_FAILED_NOT_APK: 'The file is not an APK.',
  INSTALL_PARSE_FAILED_BAD_MANIFEST: 'The manifest of the APK cannot be read.',
  INSTALL_PARSE_FAILED_UNEXPECTED_EXCEPTION: 'The device stumbled over the APK while it read it.',
  INSTALL_PARSE_FAILED_NO_CERTIFICATES: 'The APK has no valid signature.',
  INSTALL_PARSE_FAILED_INCONSISTENT_CERTIFICATES: 'The files given are signed with different certificates.',
  INSTALL_PARSE_FAILED_CERTIFICATE_ENCODING: 'The signing certificate cannot be read.',
  INSTALL_PARSE_FAILED_BAD_PACKAGE_NAME: 'The package name is not valid.',
  INSTALL_PARSE_FAILED_MANIFEST_MALFORMED: 'The manifest of the APK contradicts itself.',
  INSTALL_PARSE_FAILED_MANIFEST_EMPTY: 'The manifest declares no application.',
  INSTALL_FAILED_BAD_SIGNATURE: 'The signature of the APK does not hold.',
  INSTALL_PARSE_FAILED_RESOURCES_ARSC_COMPRESSED:
    'The resource table is compressed, which Android 11 and later refuse for this target.',
};

/** The code in `Failure [CODE: words]`, and what it means; an unknown code keeps the device's words. */
export function explainInstallFailure(output: string): { code: string; sentence: string; words: string } {
  const inner = /Failure \[([^\]]*)\]?/.exec(output)?.[1] ?? output.trim();
  const code = /\b(INSTALL_[A-Z_]+|DELETE_[A-Z_]+)\b/.exec(inner)?.[1] ?? 'unknown';
  const sentence = lookUp(MEANING, code);
  return { code, sentence: sentence ?? 'The device refused the app.', words: inner.slice(0, 300) };
}
