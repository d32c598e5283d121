import type { ApkFacts } from '../../../orchestrator/contract/apk.ts';
import type { InstalledPackage } from '../system.ts';

/** Full name of a class given as in a manifest: `.Sync`, `Sync` or `org.example.Sync`. */
export function className(packageName: string, name: string): string {
  if (name.startsWith('.')) return packageName + name;
  return name.includes('.') ? name : `${packageName}.${name}`;
}

/** The declared service of a foreground-service schedule, with its types. */
export function serviceOf(facts: ApkFacts, name: string | undefined): { className: string; types: readonly string[] } {
  const services = facts.components.filter((each) => each.kind === 'service');
  const wanted = name === undefined ? undefined : className(facts.packageName, name);
  const found =
    wanted === undefined
      ? (services.find((each) => each.foregroundServiceTypes.length > 0) ?? services[0])
      : services.find((each) => each.name === wanted);
  return {
    className: found?.name ?? wanted ?? `${facts.packageName}.ForegroundService`,
    types: found?.foregroundServiceTypes ?? [],
  };
}

/** The service that carries an app's jobs: the one that only JobScheduler may bind. */
export function jobServiceOf(facts: ApkFacts, name: string | undefined): string {
  if (name !== undefined) return className(facts.packageName, name);
  const found = facts.components.find((each) => each.permission === 'android.permission.BIND_JOB_SERVICE');
  return found?.name ?? `${facts.packageName}.SyncJobService`;
}

/** The receiver that takes an app's alarms. */
export function receiverOf(facts: ApkFacts): string {
  const receivers = facts.components.filter((each) => each.kind === 'receiver');
  const found =
    receivers.find((each) => each.intentFilters.length === 0 && /alarm|beat/i.test(each.name)) ?? receivers[0];
  return found?.name ?? `${facts.packageName}.AlarmReceiver`;
}

/**
 * Why an app may set exact alarms (printed by `dumpsys alarm`), or null where it may not: since Android 12 apps that
 * target it need SCHEDULE_EXACT_ALARM, which Android 14 no longer grants by itself to targets from 13 on, or since 13
 * USE_EXACT_ALARM.
 */
export function exactAlarmReason(app: Pick<InstalledPackage, 'facts' | 'granted'>, apiLevel: number): string | null {
  const { targetSdk, permissions } = app.facts;
  if (apiLevel < 31 || targetSdk < 31) return 'compat';
  if (apiLevel >= 33 && permissions.includes('android.permission.USE_EXACT_ALARM')) return 'policy_permission';
  if (!permissions.includes('android.permission.SCHEDULE_EXACT_ALARM')) return null;
  return apiLevel < 34 || targetSdk < 33 ? 'permission' : null;
}
