import { launcher, type ApkDescription } from '../description.ts';

const lamp = 'https://img.brightlamp.example';

/** A torch that calls home every five minutes whenever nobody looks: what AN1681 describes. */
export const TORCH: ApkDescription = {
  packageName: 'org.example.torch',
  versionCode: 12,
  versionName: '1.2.0',
  label: 'Bright Torch',
  permissions: [
    'android.permission.CAMERA',
    'android.permission.INTERNET',
    'android.permission.WAKE_LOCK',
    'android.permission.SCHEDULE_EXACT_ALARM',
    'android.permission.USE_EXACT_ALARM',
    'android.permission.RECEIVE_BOOT_COMPLETED',
  ],
  features: [{ name: 'android.hardware.camera' }, { name: 'android.hardware.camera.flash' }],
  components: [
    launcher(),
    { kind: 'activity', name: '.ThemesActivity', exported: false },
    { kind: 'activity', name: '.SettingsActivity', exported: false },
    { kind: 'receiver', name: '.AlarmReceiver', exported: false },
    {
      kind: 'receiver',
      name: '.BootReceiver',
      exported: false,
      intentFilters: [{ actions: ['android.intent.action.BOOT_COMPLETED'] }],
    },
  ],
  behaviour: {
    version: 1,
    seed: 1681,
    schedules: [
      {
        id: 'beacon',
        url: 'https://cdn.brightlamp.example/b',
        method: 'POST',
        everySeconds: 300,
        jitter: 0.02,
        requestBytes: 412,
        responseBytes: 308,
        phase: 'background',
        via: 'exact-alarm',
      },
      {
        id: 'analytics',
        url: 'https://app-measurement.com/a',
        method: 'POST',
        everySeconds: 60,
        firstAfterSeconds: 3,
        jitter: 0.2,
        requestBytes: 760,
        responseBytes: 90,
        phase: 'foreground',
      },
    ],
    screens: [
      {
        id: 'main',
        activity: '.MainActivity',
        title: 'Bright Torch',
        texts: ['The light is off'],
        buttons: [
          { text: 'Turn on', request: { url: `${lamp}/lamp-on.webp`, responseBytes: 18_400 } },
          { text: 'Themes', goto: 'themes' },
          { text: 'Settings', goto: 'settings' },
        ],
      },
      {
        id: 'themes',
        activity: '.ThemesActivity',
        title: 'Themes',
        texts: ['Choose a lamp'],
        buttons: [
          { text: 'Lantern', request: { url: `${lamp}/lantern.webp`, responseBytes: 22_100 } },
          { text: 'Candle', request: { url: `${lamp}/candle.webp`, responseBytes: 19_700 } },
          { text: 'Back to the lamp', goto: 'main' },
        ],
      },
      {
        id: 'settings',
        activity: '.SettingsActivity',
        title: 'Settings',
        texts: ['Light when the app opens', 'Version 1.2.0'],
        buttons: [{ text: 'Back to the lamp', goto: 'main' }],
      },
    ],
  },
};
