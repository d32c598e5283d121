/** The apps of the scenarios: one APK for each function, as its manifest would declare it, and some that mix. */
import { launcher, type ApkDescription, type ComponentDescription } from '../../test/support/apk/description.ts';

const INTERNET = 'android.permission.INTERNET';

function service(name: string, more: Partial<ComponentDescription>): ComponentDescription {
  return { kind: 'service', name, exported: true, ...more };
}

function bound(name: string, permission: string, action: string): ComponentDescription {
  return service(name, { permission: `android.permission.${permission}`, intentFilters: [{ actions: [action] }] });
}

const PUSH_SERVICE = service('.PushService', {
  exported: false,
  intentFilters: [{ actions: ['com.google.firebase.MESSAGING_EVENT'] }],
});

function app(
  name: string,
  label: string,
  more: Omit<ApkDescription, 'packageName' | 'components'> & {
    readonly components?: readonly ComponentDescription[];
  } = {},
): ApkDescription {
  return {
    packageName: `org.example.${name}`,
    label,
    ...more,
    permissions: [INTERNET, ...(more.permissions ?? [])],
    components: [launcher(), ...(more.components ?? [])],
  };
}

const SMS_ROLE: readonly ComponentDescription[] = [
  {
    kind: 'receiver',
    name: '.SmsReceiver',
    exported: true,
    permission: 'android.permission.BROADCAST_SMS',
    intentFilters: [{ actions: ['android.provider.Telephony.SMS_DELIVER'] }],
  },
  {
    kind: 'receiver',
    name: '.MmsReceiver',
    exported: true,
    permission: 'android.permission.BROADCAST_WAP_PUSH',
    intentFilters: [
      {
        actions: ['android.provider.Telephony.WAP_PUSH_DELIVER'],
        mimeTypes: ['application/vnd.wap.mms-message'],
      },
    ],
  },
  service('.RespondService', {
    permission: 'android.permission.SEND_RESPOND_VIA_MESSAGE',
    intentFilters: [{ actions: ['android.intent.action.RESPOND_VIA_MESSAGE'], schemes: ['sms', 'smsto'] }],
  }),
];

const ADMIN: ComponentDescription = {
  kind: 'receiver',
  name: '.AdminReceiver',
  exported: true,
  permission: 'android.permission.BIND_DEVICE_ADMIN',
  intentFilters: [
    {
      actions: ['android.app.action.DEVICE_ADMIN_ENABLED', 'android.app.action.PROFILE_PROVISIONING_COMPLETE'],
    },
  ],
};

/** An administrator of a device that is its own user's: it provisions no work profile. */
const WATCHING: ComponentDescription = {
  ...ADMIN,
  intentFilters: [{ actions: ['android.app.action.DEVICE_ADMIN_ENABLED'] }],
};

const VPN_SERVICE = bound('.TunnelService', 'BIND_VPN_SERVICE', 'android.net.VpnService');
const KEYBOARD = bound('.KeyboardService', 'BIND_INPUT_METHOD', 'android.view.InputMethod');
const ACCESSIBILITY = bound(
  '.AccessService',
  'BIND_ACCESSIBILITY_SERVICE',
  'android.accessibilityservice.AccessibilityService',
);
const HOME: ComponentDescription = {
  kind: 'activity',
  name: '.HomeActivity',
  exported: true,
  intentFilters: [
    {
      actions: ['android.intent.action.MAIN'],
      categories: ['android.intent.category.HOME', 'android.intent.category.DEFAULT'],
    },
  ],
};
const BROWSER: ComponentDescription = {
  kind: 'activity',
  name: '.BrowserActivity',
  exported: true,
  intentFilters: [
    {
      actions: ['android.intent.action.VIEW'],
      categories: ['android.intent.category.BROWSABLE', 'android.intent.category.DEFAULT'],
      schemes: ['http', 'https'],
    },
  ],
};
const PLAYER = service('.PlayerService', {
  foregroundServiceTypes: ['mediaPlayback'],
  intentFilters: [{ actions: ['android.media.browse.MediaBrowserService'] }],
});
const LOCATION_SERVICE = service('.RouteService', { exported: false, foregroundServiceTypes: ['location'] });
const SYNC: readonly ComponentDescription[] = [
  service('.SyncService', { intentFilters: [{ actions: ['android.content.SyncAdapter'] }] }),
  service('.AccountService', { intentFilters: [{ actions: ['android.accounts.AccountAuthenticator'] }] }),
];
const MAILTO: ComponentDescription = {
  kind: 'activity',
  name: '.ComposeActivity',
  exported: true,
  intentFilters: [
    {
      actions: ['android.intent.action.SENDTO'],
      categories: ['android.intent.category.DEFAULT'],
      schemes: ['mailto'],
    },
  ],
};
const WIDGET: ComponentDescription = {
  kind: 'receiver',
  name: '.WidgetReceiver',
  exported: true,
  intentFilters: [{ actions: ['android.appwidget.action.APPWIDGET_UPDATE'] }],
};

/** The admob id is Google's public one for tests. */
const ADS = { 'com.google.android.gms.ads.APPLICATION_ID': 'ca-app-pub-3940256099942544~3347511713' };
const TORCH = {
  permissions: ['android.permission.CAMERA'],
  features: [{ name: 'android.hardware.camera.flash', required: false }],
} as const;

export const APPS = {
  torch: app('beam', 'Beam Torch', TORCH),
  'torch with ads': app('lumen', 'Lumen Flashlight', { ...TORCH, metaData: ADS }),
  messaging: app('parley', 'Parley', {
    category: 'social',
    permissions: ['android.permission.READ_CONTACTS'],
    components: [
      PUSH_SERVICE,
      service('.CallService', { exported: false, foregroundServiceTypes: ['remoteMessaging'] }),
    ],
  }),
  'messaging by SMS': app('courier', 'Courier', { components: [...SMS_ROLE] }),
  'mail-sync': app('postbox', 'Postbox', { components: [...SYNC, MAILTO, PUSH_SERVICE] }),
  vpn: app('burrow', 'Burrow', { components: [VPN_SERVICE] }),
  navigation: app('wayfare', 'Wayfare', {
    category: 'maps',
    permissions: ['android.permission.ACCESS_FINE_LOCATION'],
    components: [LOCATION_SERVICE],
  }),
  video: app('reelhouse', 'Reelhouse', {
    category: 'video',
    components: [service('.PlayerService', { foregroundServiceTypes: ['mediaPlayback'] }), PUSH_SERVICE],
    features: [{ name: 'android.software.leanback', required: false }],
  }),
  music: app('cadenza', 'Cadenza', { category: 'audio', components: [PLAYER] }),
  game: app('burrowers', 'Burrowers', { category: 'game', isGame: true }),
  'game with ads and push': app('gemfall', 'Gemfall', {
    category: 'game',
    isGame: true,
    metaData: ADS,
    components: [PUSH_SERVICE],
  }),
  weather: app('skylark', 'Skylark Weather', {
    permissions: ['android.permission.ACCESS_COARSE_LOCATION'],
    components: [WIDGET],
  }),
  browser: app('periscope', 'Periscope', { components: [BROWSER] }),
  launcher: app('hearth', 'Hearth', { components: [HOME] }),
  'input-method': app('quill', 'Quill Keyboard', { components: [KEYBOARD] }),
  'accessibility-tool': app('lantern', 'Lantern Reader', { category: 'accessibility', components: [ACCESSIBILITY] }),
  'device-admin': app('steward', 'Steward', { components: [ADMIN] }),
  fitness: app('stride', 'Stride', {
    permissions: ['android.permission.ACTIVITY_RECOGNITION', 'android.permission.BODY_SENSORS'],
    components: [service('.WorkoutService', { exported: false, foregroundServiceTypes: ['health'] })],
  }),
  finance: app('ledgerly', 'Ledgerly Bank', {
    permissions: ['android.permission.USE_BIOMETRIC'],
    components: [PUSH_SERVICE],
  }),
  'parental-control': app('nestwatch', 'Nestwatch', {
    permissions: ['android.permission.PACKAGE_USAGE_STATS', 'android.permission.ACCESS_BACKGROUND_LOCATION'],
    components: [WATCHING, ACCESSIBILITY],
  }),
  unclassified: app('thing', 'Thing'),
  'offline-tool': {
    packageName: 'org.example.abacus',
    label: 'Abacus Calculator',
    components: [launcher()],
  },
  'declares everything': app('omni', 'Omni', {
    category: 'productivity',
    isGame: true,
    metaData: ADS,
    permissions: [
      'READ_CONTACTS',
      'CAMERA',
      'PACKAGE_USAGE_STATS',
      'ACCESS_BACKGROUND_LOCATION',
      'BODY_SENSORS',
      'ACTIVITY_RECOGNITION',
      'USE_BIOMETRIC',
      'ACCESS_COARSE_LOCATION',
    ].map((name) => `android.permission.${name}`),
    features: [{ name: 'android.hardware.camera.flash', required: false }],
    components: [
      PUSH_SERVICE,
      ...SMS_ROLE,
      ...SYNC,
      MAILTO,
      VPN_SERVICE,
      LOCATION_SERVICE,
      PLAYER,
      WIDGET,
      BROWSER,
      HOME,
      KEYBOARD,
      ACCESSIBILITY,
      ADMIN,
      service('.WorkoutService', { exported: false, foregroundServiceTypes: ['health', 'remoteMessaging'] }),
    ],
  }),
  'security suite': app('bulwark', 'Bulwark', { components: [VPN_SERVICE, ADMIN, ACCESSIBILITY, PUSH_SERVICE] }),
} as const satisfies Readonly<Record<string, ApkDescription>>;

export type AppName = keyof typeof APPS;

/** Every app that has a name for what it is for. */
export const FUNCTIONS: readonly AppName[] = [
  'torch',
  'messaging',
  'mail-sync',
  'vpn',
  'navigation',
  'video',
  'music',
  'game',
  'weather',
  'browser',
  'launcher',
  'input-method',
  'accessibility-tool',
  'device-admin',
  'fitness',
  'finance',
  'parental-control',
  'unclassified',
];

/** Those that nothing licenses to call home every few minutes in background. */
export const NO_TIMER: readonly AppName[] = FUNCTIONS.filter((name) => name !== 'vpn' && name !== 'parental-control');
