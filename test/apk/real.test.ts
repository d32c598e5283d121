import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { factsOf } from './reading.ts';

/** Real APKs of dependencies, with what aapt and apksigner said of them when this was written. */
const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url));
const ANDROID_TEST_KEY = 'a40da80a59d170caa950cf15c18c454d47a39b26989d8b640ecd745ba71bf5dc';

interface Expectation {
  readonly sha256: string;
  readonly identity: readonly [packageName: string, versionCode: number, minSdk: number, targetSdk: number];
  readonly label: string | null;
  readonly launchActivity: string | null;
  readonly permissions: number;
  readonly components: readonly [
    activities: number,
    aliases: number,
    services: number,
    receivers: number,
    providers: number,
  ];
  readonly locales: number;
  readonly certificate: string;
  readonly schemes: readonly string[];
  /** Files and classes, as dexdump counts them. */
  readonly dex: readonly [files: number, classes: number];
}

const EXPECTED: Readonly<Record<string, Expectation>> = {
  'android-apidemos/apks/ApiDemos-debug.apk': {
    sha256: '5e59f42af4e89200fe33eb82a7c2a2a9224947a8aeb9af6e21b77d40827f7cbc',
    identity: ['io.appium.android.apis', 25, 17, 33],
    label: 'API Demos',
    launchActivity: 'io.appium.android.apis.ApiDemos',
    permissions: 14,
    components: [331, 2, 11, 7, 4],
    locales: 85,
    certificate: '18e8534fed30cbf9959e4073e723e3395a3f92fd6b41756d5fbc788f280c1107',
    schemes: ['v2 holds', 'v1 unchecked'],
    dex: [1, 5068],
  },
  'io.appium.settings/apks/settings_apk-debug.apk': {
    sha256: 'bcfc5e6c2547d83beb3202c43c54cd0a0d3fe48511c87e43585db214259e11f8',
    identity: ['io.appium.settings', 191, 26, 35],
    label: 'Appium Settings',
    launchActivity: 'io.appium.settings.Settings',
    permissions: 27,
    components: [2, 0, 7, 10, 0],
    locales: 85,
    certificate: '05ee28fa5928913fcbda0b2534e1456966fdd97b08b65059261b17123adcb180',
    schemes: ['v2 holds'],
    dex: [9, 5846],
  },
  'appium-uiautomator2-server/apks/appium-uiautomator2-server-debug-androidTest.apk': {
    sha256: 'e6f729287d72351388fd66597c35b69988b9091a7011954bf92a55d416cb1e1c',
    identity: ['io.appium.uiautomator2.server.test', 0, 26, 34],
    label: null,
    launchActivity: null,
    permissions: 0,
    components: [0, 0, 0, 0, 0],
    locales: 0,
    certificate: ANDROID_TEST_KEY,
    schemes: ['v3 holds', 'v2 holds', 'v1 unchecked'],
    dex: [4, 215],
  },
  'appium-uiautomator2-server/apks/appium-uiautomator2-server-v10.6.6.apk': {
    sha256: '8ff760a2a86b487f53090fbdcd5b0360e67d02bb811887d527a9557b0d59c80d',
    identity: ['io.appium.uiautomator2.server', 278, 26, 34],
    label: null,
    launchActivity: null,
    permissions: 9,
    components: [3, 0, 0, 1, 0],
    locales: 0,
    certificate: ANDROID_TEST_KEY,
    schemes: ['v3 holds', 'v2 holds', 'v1 unchecked'],
    dex: [16, 9575],
  },
};

describe('a real APK is read as aapt and apksigner read it', () => {
  it.for(Object.entries(EXPECTED))('%s', async ([path, expected], { skip }) => {
    const found = [modules, join(modules, 'appium-uiautomator2-driver/node_modules')]
      .map((root) => join(root, path))
      .find((each) => existsSync(each));
    if (found === undefined) return skip(`${path} is not among the dependencies`);
    const facts = await factsOf(readFileSync(found));
    if (facts.files[0]?.sha256 !== expected.sha256) return skip(`${path} is of another release`);
    const kinds = ['activity', 'activity-alias', 'service', 'receiver', 'provider'] as const;
    expect({
      sha256: facts.files[0].sha256,
      identity: [facts.packageName, facts.versionCode, facts.minSdk, facts.targetSdk],
      label: facts.label,
      launchActivity: facts.launchActivity,
      permissions: facts.permissions.length,
      components: kinds.map((kind) => facts.components.filter((component) => component.kind === kind).length),
      locales: facts.details?.locales.length,
      certificate: facts.certificates[0]?.sha256,
      schemes: facts.signing?.schemes.map(({ scheme, state }) => `${scheme} ${state}`),
      dex: [facts.code?.dexFiles, facts.code?.classes],
    }).toEqual(expected);
    expect([facts.oddities, facts.code?.complete]).toEqual([[], true]);
  });
});
