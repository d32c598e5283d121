import { duration } from '../android/device-time.ts';
import { DOZE_TIMES } from './doze.ts';
import type { IdleShellParts } from './idle-shell.ts';

/** The full `dumpsys deviceidle` (AOSP DeviceIdleController.dump, android14; the settings that matter here). */
export function idleText({ power, packages, nowMs }: IdleShellParts): string {
  const now = nowMs();
  const { doze, allowlist } = power;
  const appId = (name: string): number => packages.get(name)?.uid ?? 0;
  const lines = ['  Settings:', ...settings()];
  if (doze.history.length > 0) {
    lines.push('  Idling history:');
    for (const each of doze.history) {
      const reason = each.reason === null ? '' : ` (${each.reason})`;
      lines.push(`    ${each.event.padStart(11)}: ${duration(each.atMs - now)}${reason}`);
    }
  }
  lines.push('  Whitelist system apps:', ...[...allowlist.system].map((name) => `    ${name}`));
  if (allowlist.user.size > 0)
    lines.push('  Whitelist user apps:', ...[...allowlist.user].map((name) => `    ${name}`));
  const known = [...allowlist.system, ...allowlist.user].filter((name) => appId(name) !== 0);
  lines.push('  Whitelist all app ids:', ...known.map((name) => `    ${appId(name)}`));
  const temporary = allowlist.temporary();
  if (temporary.length > 0) {
    lines.push('  Temp whitelist schedule:');
    for (const each of temporary) {
      lines.push(`    UID=${each.uid}: ${duration(each.remainingMs)} - ${each.reason}`);
    }
    lines.push('  Temp whitelist app ids:', ...temporary.map((each) => `    ${each.uid % 100_000}`));
  }
  lines.push(
    `  mLightEnabled=${doze.lightEnabled}  mDeepEnabled=${doze.deepEnabled}`,
    `  mForceIdle=${doze.forced}`,
    '  mUseMotionSensor=true mMotionSensor=null',
    `  mScreenOn=${power.screenOn}`,
    `  mScreenLocked=${power.locked}`,
    '  mNetworkConnected=true',
    `  mCharging=${power.charging}`,
    '  mMotionActive=false',
    '  mNotMoving=true',
    `  mState=${power.deepIdle} mLightState=${power.lightIdle}`,
    '  mInactiveTimeout=+30m0s0ms',
  );
  if (doze.nextDeepAtMs !== null) lines.push(`  mNextAlarmTime=${duration(doze.nextDeepAtMs - now)}`);
  if (doze.nextLightAtMs !== null) lines.push(`  mNextLightAlarmTime=${duration(doze.nextLightAtMs - now)}`);
  return `${lines.join('\n')}\n`;
}

function settings(): string[] {
  const rows: [string, number][] = [
    ['light_idle_to', DOZE_TIMES.lightIdleMs],
    ['light_max_idle_to', DOZE_TIMES.mostLightIdleMs],
    ['light_idle_maintenance_min_budget', DOZE_TIMES.lightMaintenanceMs],
    ['inactive_to', DOZE_TIMES.inactiveMs],
    ['sensing_to', DOZE_TIMES.sensingMs],
    ['locating_to', DOZE_TIMES.locatingMs],
    ['idle_after_inactive_to', DOZE_TIMES.idleAfterInactiveMs],
    ['idle_pending_to', DOZE_TIMES.maintenanceMs],
    ['max_idle_pending_to', DOZE_TIMES.mostMaintenanceMs],
    ['idle_to', DOZE_TIMES.idleMs],
    ['max_idle_to', DOZE_TIMES.mostIdleMs],
  ];
  return rows.map(([name, ms]) => `    ${name}=${duration(ms)}`);
}
