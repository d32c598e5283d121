import { createHash } from 'node:crypto';
import type { ApkFacts, Component } from '../../../orchestrator/contract/apk.ts';

/** A package that is part of the system image. */
export interface SystemPackage {
  readonly appId: number;
  readonly codePath: string;
  readonly apk: string;
  readonly facts: ApkFacts;
}

const PLATFORM_CERTIFICATE = createHash('sha256').update('sleeptalk simulated platform key').digest('hex');

/**
 * The packages of a "Google APIs" image that clients ask for by name. Play Services and its framework share one uid,
 * as on a real image. Versions of platform packages are the API level.
 */
export function systemPackages(apiLevel: number): SystemPackage[] {
  const platform = (name: string, label: string, rest: Partial<ApkFacts> = {}): ApkFacts =>
    facts(name, label, apiLevel, String(apiLevel), apiLevel, rest);
  const google = (name: string, label: string, versionCode: number, rest: Partial<ApkFacts> = {}): ApkFacts =>
    facts(name, label, versionCode, '24.26.32', apiLevel, rest);
  return [
    {
      appId: 1000,
      codePath: '/system/framework/framework-res.apk',
      apk: '',
      facts: platform('android', 'Android System'),
    },
    priv('com.android.shell', 'Shell', 2000, platform),
    priv('com.android.systemui', 'SystemUI', 10040, platform),
    priv('com.android.launcher3', 'Launcher3', 10041, platform, {
      components: [launcher('com.android.launcher3.Launcher', 'android.intent.category.HOME')],
      launchActivity: null,
    }),
    priv('com.android.settings', 'Settings', 1000, platform, {
      components: [launcher('com.android.settings.Settings', 'android.intent.category.LAUNCHER')],
      launchActivity: 'com.android.settings.Settings',
      sharedUserId: 'android.uid.system',
    }),
    priv('com.android.providers.settings', 'SettingsProvider', 1000, platform, { sharedUserId: 'android.uid.system' }),
    priv('com.android.providers.downloads', 'DownloadProvider', 10042, platform),
    app('com.android.inputmethod.latin', 'LatinIME', 10043, platform),
    priv('com.google.android.gms', 'GmsCore', 10050, (name, label, rest) => google(name, label, 242632038, rest), {
      sharedUserId: 'com.google.uid.shared',
      components: [service('com.google.android.gms.gcm.GcmService')],
    }),
    priv(
      'com.google.android.gsf',
      'GoogleServicesFramework',
      10050,
      (name, label, rest) => google(name, label, apiLevel, rest),
      {
        sharedUserId: 'com.google.uid.shared',
      },
    ),
    priv('com.android.vending', 'Phonesky', 10051, (name, label, rest) => google(name, label, 84162310, rest)),
    app('com.android.chrome', 'Chrome', 10052, (name, label, rest) => google(name, label, 567263637, rest), {
      components: [launcher('com.google.android.apps.chrome.Main', 'android.intent.category.LAUNCHER')],
      launchActivity: 'com.google.android.apps.chrome.Main',
      permissions: ['android.permission.INTERNET', 'android.permission.ACCESS_NETWORK_STATE'],
    }),
  ];
}

type MakeFacts = (name: string, label: string, rest?: Partial<ApkFacts>) => ApkFacts;

function priv(name: string, folder: string, appId: number, make: MakeFacts, rest?: Partial<ApkFacts>): SystemPackage {
  return { appId, codePath: `/system/priv-app/${folder}`, apk: `${folder}.apk`, facts: make(name, folder, rest) };
}

function app(name: string, folder: string, appId: number, make: MakeFacts, rest?: Partial<ApkFacts>): SystemPackage {
  return { appId, codePath: `/system/app/${folder}`, apk: `${folder}.apk`, facts: make(name, folder, rest) };
}

function launcher(name: string, category: string): Component {
  const filter = { actions: ['android.intent.action.MAIN'], categories: [category, 'android.intent.category.DEFAULT'] };
  return component('activity', name, [{ ...filter, schemes: [], hosts: [], mimeTypes: [] }]);
}

function service(name: string): Component {
  return component('service', name, []);
}

function component(kind: Component['kind'], name: string, intentFilters: Component['intentFilters']): Component {
  return {
    kind,
    name,
    exported: true,
    enabled: true,
    permission: null,
    process: null,
    foregroundServiceTypes: [],
    targetActivity: null,
    intentFilters,
    metaData: {},
  };
}

function facts(
  packageName: string,
  label: string,
  versionCode: number,
  versionName: string,
  apiLevel: number,
  rest: Partial<ApkFacts>,
): ApkFacts {
  return {
    files: [
      {
        sha256: createHash('sha256').update(`system image ${apiLevel} ${packageName}`).digest('hex'),
        sizeBytes: 0,
        fileName: `${label}.apk`,
        split: null,
      },
    ],
    packageName,
    versionCode,
    versionName,
    label,
    minSdk: apiLevel,
    targetSdk: apiLevel,
    debuggable: false,
    testOnly: false,
    appCategory: null,
    isGame: false,
    sharedUserId: null,
    usesCleartextTraffic: null,
    permissions: [],
    features: [],
    components: [],
    launchActivity: null,
    instrumentations: [],
    metaData: {},
    abis: [],
    requiredSplits: false,
    certificates: [{ sha256: PLATFORM_CERTIFICATE, subject: 'CN=Simulated platform', scheme: 'v3', verified: true }],
    pinnedHosts: [],
    hasScriptedBehaviour: false,
    warnings: [],
    ...rest,
  };
}
