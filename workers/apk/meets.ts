import type { Needs } from '../../orchestrator/contract/apk.ts';
import { printable } from '../../orchestrator/contract/fault.ts';

export interface DeviceOffer {
  readonly apiLevel: number;
  /** ro.product.cpu.abilist */
  readonly abis: readonly string[];
  readonly playServices: boolean;
  /** `pm list features`; null where the device was not asked. */
  readonly features: readonly string[] | null;
}

/**
 * PackageManager refuses apps that target old platforms, to escape newer protections: below 23 from Android 14 on,
 * below 24 from Android 15 on (INSTALL_FAILED_DEPRECATED_SDK_VERSION, ParsedPackage minInstallableTargetSdk).
 */
const LEAST_TARGETS: readonly (readonly [apiLevel: number, leastTarget: number])[] = [
  [35, 24],
  [34, 23],
];

/** A sentence for each need that the device does not meet; empty where it meets all. */
export function unmetNeeds(needs: Needs, device: DeviceOffer): string[] {
  const sentences: string[] = [];
  if (needs.minSdk > device.apiLevel) {
    sentences.push(`It needs API level ${needs.minSdk}; the device has ${device.apiLevel}.`);
  }
  const leastTarget = LEAST_TARGETS.find(([apiLevel]) => device.apiLevel >= apiLevel)?.[1] ?? 0;
  if (needs.targetSdk < leastTarget) {
    sentences.push(
      `It targets API level ${needs.targetSdk}; API level ${device.apiLevel} installs only apps that target ${leastTarget} or higher.`,
    );
  }
  if (needs.abis.length > 0 && !needs.abis.some((abi) => device.abis.includes(abi))) {
    sentences.push(
      `Its native code is for ${printable(needs.abis.join(', '))}; the device runs ${device.abis.join(', ')}.`,
    );
  }
  if (needs.playServices && !device.playServices) {
    sentences.push('It uses Google Play Services; the device has none.');
  }
  if (device.features !== null) {
    const offered = device.features;
    const missing = needs.features.filter((feature) => !offered.includes(feature));
    if (missing.length > 0) sentences.push(`It requires ${printable(missing.join(', '))}; the device lacks that.`);
  }
  return sentences;
}
