/** A process that is there before any app: pid, parent, uid and name as on a booted emulator. */
export interface BaseProcess {
  readonly pid: number;
  readonly parentPid: number;
  readonly uid: number;
  readonly name: string;
}

export const ZYGOTE_PID = 321;
export const SYSTEM_SERVER_PID = 602;

/** Native processes that init starts; their names are those of the image's init scripts. */
export const BASE_PROCESSES: readonly BaseProcess[] = [
  { pid: 1, parentPid: 0, uid: 0, name: 'init' },
  { pid: 131, parentPid: 1, uid: 0, name: 'ueventd' },
  { pid: 180, parentPid: 1, uid: 1036, name: 'logd' },
  { pid: 182, parentPid: 1, uid: 1000, name: 'servicemanager' },
  { pid: 184, parentPid: 1, uid: 0, name: 'vold' },
  { pid: 320, parentPid: 1, uid: 0, name: 'netd' },
  { pid: ZYGOTE_PID, parentPid: 1, uid: 0, name: 'zygote64' },
  { pid: 322, parentPid: 1, uid: 0, name: 'zygote' },
  { pid: 340, parentPid: 1, uid: 1000, name: 'surfaceflinger' },
  { pid: 352, parentPid: 1, uid: 2000, name: 'adbd' },
  { pid: SYSTEM_SERVER_PID, parentPid: ZYGOTE_PID, uid: 1000, name: 'system_server' },
];

/** Apps of the image that the system starts at boot and keeps; never cached, never frozen. */
export const PERSISTENT_APPS: readonly { packageName: string; processName: string; component: string }[] = [
  { packageName: 'com.android.systemui', processName: 'com.android.systemui', component: '.SystemUIService' },
  {
    packageName: 'com.android.inputmethod.latin',
    processName: 'com.android.inputmethod.latin',
    component: '.LatinIME',
  },
  {
    packageName: 'com.google.android.gms',
    processName: 'com.google.android.gms.persistent',
    component: '.gcm.GcmService',
  },
  {
    packageName: 'com.google.android.gms',
    processName: 'com.google.android.gms',
    component: '.chimera.GmsIntentOperationService',
  },
  { packageName: 'com.android.launcher3', processName: 'com.android.launcher3', component: '.Launcher' },
];

const SYSTEM_USERS: Readonly<Record<number, string>> = {
  0: 'root',
  1000: 'system',
  1001: 'radio',
  1036: 'logd',
  1051: 'dns',
  2000: 'shell',
};

/** The user name that `ps` and `ls` show for a uid: `u0_a143`. */
export function userName(uid: number): string {
  const known = SYSTEM_USERS[uid];
  if (known !== undefined) return known;
  const user = Math.floor(uid / 100_000);
  const app = uid % 100_000;
  return app >= 10_000 && app < 20_000 ? `u${user}_a${app - 10_000}` : String(uid);
}

/** The same in the activity manager's form: `u0a143`, `1000` for the system. */
export function shortUid(uid: number): string {
  const app = uid % 100_000;
  return app >= 10_000 && app < 20_000 ? `u${Math.floor(uid / 100_000)}a${app - 10_000}` : String(uid);
}
