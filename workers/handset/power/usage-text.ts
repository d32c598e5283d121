import { duration } from '../android/device-time.ts';
import type { Packages } from '../system.ts';
import type { DevicePower } from './power.ts';

/** `dumpsys usagestats appstandby`: the bucket of each app and when it was last used. */
export function usageText(power: DevicePower, packages: Packages, nowMs: number): string {
  const lines = ['user=0', '  App Standby States:'];
  for (const { name } of packages.list()) {
    const last = power.standby.lastUsedMs(name);
    const used = last === null ? 'never' : duration(nowMs - last);
    lines.push(
      `    package=${name} u=0 bucket=${power.bucket(name)} reason=u usedElapsed=${used} idle=${power.bucket(name) >= 40 ? 'y' : 'n'}`,
    );
  }
  return `${lines.join('\n')}\n`;
}
