import { lookUp } from '../../../orchestrator/contract/look-up.ts';
/**
 * Runtime ("dangerous") permissions: granted by a person or by `pm grant`, not at install.
 * Source: protectionLevel="dangerous" in frameworks/base/core/res/AndroidManifest.xml, with the API level that made
 * each of them a runtime permission.
 */
const RUNTIME: Readonly<Record<string, number>> = {
  READ_CONTACTS: 23,
  WRITE_CONTACTS: 23,
  GET_ACCOUNTS: 23,
  READ_CALENDAR: 23,
  WRITE_CALENDAR: 23,
  SEND_SMS: 23,
  RECEIVE_SMS: 23,
  READ_SMS: 23,
  RECEIVE_WAP_PUSH: 23,
  RECEIVE_MMS: 23,
  READ_EXTERNAL_STORAGE: 23,
  WRITE_EXTERNAL_STORAGE: 23,
  ACCESS_FINE_LOCATION: 23,
  ACCESS_COARSE_LOCATION: 23,
  ACCESS_BACKGROUND_LOCATION: 29,
  ACCESS_MEDIA_LOCATION: 29,
  READ_CALL_LOG: 23,
  WRITE_CALL_LOG: 23,
  PROCESS_OUTGOING_CALLS: 23,
  READ_PHONE_STATE: 23,
  READ_PHONE_NUMBERS: 26,
  CALL_PHONE: 23,
  ADD_VOICEMAIL: 23,
  USE_SIP: 23,
  ANSWER_PHONE_CALLS: 26,
  ACCEPT_HANDOVER: 28,
  RECORD_AUDIO: 23,
  CAMERA: 23,
  BODY_SENSORS: 23,
  BODY_SENSORS_BACKGROUND: 33,
  ACTIVITY_RECOGNITION: 29,
  BLUETOOTH_SCAN: 31,
  BLUETOOTH_ADVERTISE: 31,
  BLUETOOTH_CONNECT: 31,
  UWB_RANGING: 31,
  NEARBY_WIFI_DEVICES: 33,
  POST_NOTIFICATIONS: 33,
  READ_MEDIA_IMAGES: 33,
  READ_MEDIA_VIDEO: 33,
  READ_MEDIA_AUDIO: 33,
  READ_MEDIA_VISUAL_USER_SELECTED: 34,
};

const PREFIX = 'android.permission.';

export function isRuntimePermission(name: string, apiLevel: number): boolean {
  if (name === 'com.android.voicemail.permission.ADD_VOICEMAIL') return true;
  if (!name.startsWith(PREFIX)) return false;
  const since = lookUp(RUNTIME, name.slice(PREFIX.length));
  return since !== undefined && since <= apiLevel;
}

/** Names of all runtime permissions that a device of this API level knows. */
export function runtimePermissions(apiLevel: number): string[] {
  return Object.entries(RUNTIME)
    .filter(([, since]) => since <= apiLevel)
    .map(([name]) => PREFIX + name);
}

/** Permissions that only shell and development may grant although they are not runtime permissions. */
export const GRANTABLE_BY_SHELL: ReadonlySet<string> = new Set(
  [
    'WRITE_SECURE_SETTINGS',
    'CHANGE_CONFIGURATION',
    'DUMP',
    'READ_LOGS',
    'SET_ANIMATION_SCALE',
    'PACKAGE_USAGE_STATS',
    'BATTERY_STATS',
  ].map((name) => PREFIX + name),
);

/** Permissions of the system's signature that no installed app gets. */
const SIGNATURE: ReadonlySet<string> = new Set(
  [
    'INSTALL_PACKAGES',
    'DELETE_PACKAGES',
    'REBOOT',
    'MASTER_CLEAR',
    'INJECT_EVENTS',
    'WRITE_SECURE_SETTINGS',
    'READ_LOGS',
    'DUMP',
    'SET_TIME',
    'MANAGE_USERS',
  ].map((name) => PREFIX + name),
);

/** What an install grants by itself: normal permissions, neither runtime ones nor the system's own. */
export function isInstallPermission(name: string, apiLevel: number): boolean {
  return !isRuntimePermission(name, apiLevel) && !SIGNATURE.has(name);
}
