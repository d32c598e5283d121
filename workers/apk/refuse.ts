import type { Inspection } from '../../orchestrator/contract/apk.ts';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import { unmetNeeds, type DeviceOffer } from './meets.ts';

/** What a simulated handset offers whatever its API level; its features are asked of the handset itself. */
export const SIMULATED_OFFER: Omit<DeviceOffer, 'apiLevel'> = {
  abis: ['x86_64', 'x86'],
  playServices: true,
  features: null,
};

/** Throws `device-lacks-need`, naming each need that the device does not meet. */
export function refuseUnmet(inspection: Inspection, offer: DeviceOffer): void {
  const unmet = unmetNeeds(inspection.needs, offer);
  if (unmet.length > 0) {
    throw new Fault('device-lacks-need', `${printable(inspection.facts.packageName)}: ${unmet.join(' ')}`);
  }
}
