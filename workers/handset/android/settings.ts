import type { Settings } from '../system.ts';

export type SettingsNamespace = 'global' | 'system' | 'secure';

export interface SettingsStore extends Settings {
  list(namespace: SettingsNamespace): [string, string][];
}

/** Values of a freshly booted "Google APIs" image that clients read or change. */
const DEFAULTS: Readonly<Record<SettingsNamespace, Readonly<Record<string, string>>>> = {
  global: {
    adb_enabled: '1',
    airplane_mode_on: '0',
    animator_duration_scale: '1.0',
    auto_time: '1',
    auto_time_zone: '1',
    bluetooth_on: '1',
    boot_count: '1',
    development_settings_enabled: '1',
    device_provisioned: '1',
    mobile_data: '1',
    stay_on_while_plugged_in: '0',
    transition_animation_scale: '1.0',
    verifier_verify_adb_installs: '0',
    wifi_on: '1',
    window_animation_scale: '1.0',
    zen_mode: '0',
  },
  system: {
    accelerometer_rotation: '0',
    screen_brightness: '102',
    screen_off_timeout: '60000',
    user_rotation: '0',
    volume_music: '5',
  },
  secure: {
    default_input_method: 'com.android.inputmethod.latin/.LatinIME',
    enabled_input_methods: 'com.android.inputmethod.latin/.LatinIME',
    install_non_market_apps: '1',
    location_mode: '3',
    'lockscreen.disabled': '0',
    user_setup_complete: '1',
  },
};

/** The settings provider. `android_id` comes from the handset's seed, so that two runs of one seed agree. */
export function createSettings(seed: number): SettingsStore {
  const stores = {
    global: new Map(Object.entries(DEFAULTS.global)),
    system: new Map(Object.entries(DEFAULTS.system)),
    secure: new Map(Object.entries(DEFAULTS.secure)),
  };
  const low = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  const high = Math.imul(seed + 7, 0x85ebca6b) >>> 0;
  stores.secure.set('android_id', high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0'));
  return {
    get: (namespace, key) => stores[namespace].get(key) ?? null,
    put: (namespace, key, value) => void stores[namespace].set(key, value),
    remove: (namespace, key) => stores[namespace].delete(key),
    list: (namespace) => [...stores[namespace]].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
  };
}
