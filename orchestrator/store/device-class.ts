import { createHash } from 'node:crypto';
import { DeviceClass } from '../contract/device.ts';

const LONGEST_WORDS = 40;

/**
 * The class of devices that `device` of a submission names: itself where it is a class already. A serial or the name of
 * an AVD becomes its letters and digits with a digest behind, so that no two of them share a class.
 */
export function classOf(device: string): DeviceClass {
  if (DeviceClass.safeParse(device).success) return device;
  const words = device
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST_WORDS)
    .replace(/^-+|-+$/g, '');
  const digest = createHash('sha256').update(device).digest('hex').slice(0, 8);
  return words === '' ? `device-${digest}` : `${words}-${digest}`;
}
