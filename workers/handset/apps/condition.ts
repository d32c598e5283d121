import type { Schedule } from '../../../orchestrator/contract/behaviour.ts';
import type { DevicePower } from '../power/power.ts';

/** Whether a schedule's condition holds for an app now (contract/behaviour.ts says what each one means). */
export function conditionHolds(condition: Schedule['phase'], packageName: string, power: DevicePower): boolean {
  switch (condition) {
    case 'always':
      return true;
    case 'foreground':
      return power.isForeground(packageName);
    case 'background':
      return !power.isForeground(packageName);
    case 'screen-off':
      return !power.screenOn;
    case 'locked':
      return power.locked;
    case 'doze':
      return power.deepIdle === 'IDLE' || power.lightIdle === 'IDLE';
  }
}
