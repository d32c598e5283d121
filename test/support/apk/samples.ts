import type { ApkDescription } from './description.ts';
import { launcher } from './description.ts';

/**
 * The four samples that are shipped in cli/samples. They are scripted: their classes.dex is empty, and the simulated
 * handset does what assets/behaviour.json says. Every host name is under .example, but for those of ad and analytics
 * services, which a sealed run never reaches.
 */
export const SAMPLES = { torch: torch(), chat: chat(), weather: weather(), game: game() } as const;

/** A torch that calls home every five minutes whenever nobody looks: what AN1681 describes. */
function torch(): ApkDescription {
  const lamp = 'https://img.brightlamp.example';
  return {
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
}

/** A messenger: what it fetches in its sleep, it fetches because a push woke it. */
function chat(): ApkDescription {
  const api = 'https://api.parley.example';
  return {
    packageName: 'org.example.parley',
    versionCode: 204,
    versionName: '4.2.1',
    label: 'Parley',
    category: 'social',
    permissions: [
      'android.permission.INTERNET',
      'android.permission.READ_CONTACTS',
      'android.permission.POST_NOTIFICATIONS',
      'android.permission.WAKE_LOCK',
      'android.permission.FOREGROUND_SERVICE',
      'android.permission.FOREGROUND_SERVICE_REMOTE_MESSAGING',
      'com.google.android.c2dm.permission.RECEIVE',
    ],
    components: [
      launcher(),
      { kind: 'activity', name: '.ConversationActivity', exported: false },
      { kind: 'activity', name: '.ProfileActivity', exported: false },
      {
        kind: 'receiver',
        name: '.PushReceiver',
        exported: true,
        permission: 'com.google.android.c2dm.permission.SEND',
        intentFilters: [{ actions: ['com.google.android.c2dm.intent.RECEIVE'] }],
      },
      {
        kind: 'service',
        name: '.PushService',
        exported: false,
        intentFilters: [{ actions: ['com.google.firebase.MESSAGING_EVENT'] }],
      },
      {
        kind: 'service',
        name: '.HandoverService',
        exported: false,
        foregroundServiceTypes: ['remoteMessaging'],
      },
      { kind: 'service', name: '.SyncJobService', exported: false, permission: 'android.permission.BIND_JOB_SERVICE' },
    ],
    behaviour: {
      version: 1,
      seed: 7,
      registersForPush: true,
      pushes: { everySeconds: 240, jitter: 0.5, priority: 'high', bytes: 140 },
      onPush: [{ url: `${api}/v1/messages`, afterSeconds: 1, requestBytes: 300, responseBytes: 2500 }],
      schedules: [
        {
          id: 'hourly-sync',
          url: `${api}/v1/sync`,
          everySeconds: 3600,
          jitter: 0.1,
          requestBytes: 320,
          responseBytes: 5200,
          via: 'job',
        },
      ],
      screens: [
        {
          id: 'main',
          activity: '.MainActivity',
          title: 'Parley',
          texts: ['Ada: see you at eight', 'Book club: 3 new'],
          buttons: [
            { text: 'Ada', goto: 'conversation' },
            { text: 'Profile', goto: 'profile' },
            { text: 'Refresh', request: { url: `${api}/v1/messages`, requestBytes: 300, responseBytes: 1800 } },
          ],
        },
        {
          id: 'conversation',
          activity: '.ConversationActivity',
          title: 'Ada',
          texts: ['see you at eight'],
          fields: [{ hint: 'Message' }],
          buttons: [
            { text: 'Send', request: { url: `${api}/v1/send`, requestBytes: 420, responseBytes: 160 } },
            { text: 'All conversations', goto: 'main' },
          ],
        },
        {
          id: 'profile',
          activity: '.ProfileActivity',
          title: 'Profile',
          texts: ['Signed in as guest'],
          buttons: [{ text: 'All conversations', goto: 'main' }],
        },
      ],
    },
  };
}

/** A weather app with a widget: a download every half an hour, little up and much down. */
function weather(): ApkDescription {
  const api = 'https://api.nimbus.example';
  return {
    packageName: 'org.example.nimbus',
    versionCode: 31,
    versionName: '3.1',
    label: 'Nimbus Weather',
    category: 'news',
    permissions: [
      'android.permission.INTERNET',
      'android.permission.ACCESS_COARSE_LOCATION',
      'android.permission.ACCESS_NETWORK_STATE',
      'android.permission.RECEIVE_BOOT_COMPLETED',
    ],
    components: [
      launcher(),
      { kind: 'activity', name: '.WeekActivity', exported: false },
      {
        kind: 'receiver',
        name: '.ForecastWidget',
        exported: true,
        intentFilters: [{ actions: ['android.appwidget.action.APPWIDGET_UPDATE'] }],
      },
      {
        kind: 'service',
        name: '.ForecastJobService',
        exported: false,
        permission: 'android.permission.BIND_JOB_SERVICE',
      },
    ],
    behaviour: {
      version: 1,
      seed: 30,
      schedules: [
        {
          id: 'forecast',
          url: `${api}/v2/forecast`,
          everySeconds: 1800,
          jitter: 0.05,
          requestBytes: 350,
          responseBytes: 31_000,
          via: 'job',
        },
      ],
      screens: [
        {
          id: 'main',
          activity: '.MainActivity',
          title: 'Nimbus',
          texts: ['12° and cloudy', 'Rain from four'],
          buttons: [
            { text: 'Week', goto: 'week' },
            { text: 'Rain radar', request: { url: `${api}/v2/radar`, requestBytes: 350, responseBytes: 46_000 } },
          ],
        },
        {
          id: 'week',
          activity: '.WeekActivity',
          title: 'This week',
          texts: ['Monday 12°', 'Tuesday 14°', 'Wednesday 9°'],
          buttons: [{ text: 'Today', goto: 'main' }],
        },
      ],
    },
  };
}

/** A game that lives on advertisements while it is played, and is silent afterwards. */
function game(): ApkDescription {
  return {
    packageName: 'org.example.marble',
    versionCode: 88,
    versionName: '2.4.8',
    label: 'Marble Run',
    category: 'game',
    isGame: true,
    permissions: [
      'android.permission.INTERNET',
      'android.permission.ACCESS_NETWORK_STATE',
      'com.google.android.gms.permission.AD_ID',
    ],
    metaData: {
      'com.google.android.gms.ads.APPLICATION_ID': 'ca-app-pub-0000000000000000~0000000000',
    },
    components: [
      launcher(),
      { kind: 'activity', name: '.LevelActivity', exported: false },
      { kind: 'activity', name: '.ShopActivity', exported: false },
    ],
    behaviour: {
      version: 1,
      seed: 45,
      schedules: [
        {
          id: 'advertisement',
          url: 'https://googleads.g.doubleclick.net/mads/gma',
          everySeconds: 45,
          firstAfterSeconds: 4,
          jitter: 0.1,
          requestBytes: 900,
          responseBytes: 14_000,
          phase: 'foreground',
        },
      ],
      screens: [
        {
          id: 'main',
          activity: '.MainActivity',
          title: 'Marble Run',
          texts: ['Best: 1,240'],
          buttons: [
            { text: 'Play', goto: 'level' },
            { text: 'Shop', goto: 'shop' },
          ],
        },
        {
          id: 'level',
          activity: '.LevelActivity',
          title: 'Level 1',
          texts: ['Tilt to roll'],
          buttons: [
            { text: 'Restart', goto: 'level' },
            { text: 'Menu', goto: 'main' },
          ],
        },
        {
          id: 'shop',
          activity: '.ShopActivity',
          title: 'Shop',
          texts: ['Glass marble', 'Steel marble'],
          buttons: [{ text: 'Menu', goto: 'main' }],
        },
      ],
    },
  };
}
