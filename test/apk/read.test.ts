import { expect, it, describe } from 'vitest';
import { ApkFacts } from '../../orchestrator/contract/apk.ts';
import { readEntry } from '../../workers/apk/read.ts';
import { launcher, type ApkDescription } from '../support/apk/description.ts';
import { writeApk } from '../support/apk/write.ts';
import { factsOf } from './reading.ts';

const FULL: ApkDescription = {
  packageName: 'org.example.full',
  versionCode: 7,
  versionName: '1.2 beta',
  label: 'Voll',
  minSdk: 26,
  targetSdk: 35,
  permissions: ['android.permission.INTERNET', 'android.permission.INTERNET'],
  permissionsSdk23: ['android.permission.CAMERA'],
  features: [{ name: 'android.hardware.camera' }, { name: 'android.hardware.nfc', required: false }],
  category: 'social',
  debuggable: true,
  testOnly: true,
  sharedUserId: 'org.example.shared',
  usesCleartextTraffic: false,
  pins: { 'API.example': 'c2hhMjU2', 'other.example': 'c2hhMjU2' },
  abis: ['arm64-v8a', 'armeabi-v7a'],
  metaData: { text: 'a', number: -3, flag: true },
  instrumentations: [{ name: '.Runner', targetPackage: 'org.example.other' }],
  components: [
    launcher('MainActivity'),
    { kind: 'activity-alias', name: '.Alias', targetActivity: '.MainActivity', enabled: false },
    {
      kind: 'service',
      name: '.Tunnel',
      exported: false,
      permission: 'android.permission.BIND_VPN_SERVICE',
      process: ':tunnel',
      foregroundServiceTypes: ['dataSync', 'location', 'specialUse'],
      intentFilters: [
        { actions: ['a', 'b'], categories: ['c'], schemes: ['https'], hosts: ['h.example'], mimeTypes: ['text/*'] },
      ],
      metaData: { key: 'value' },
    },
    { kind: 'provider', name: 'com.other.Provider' },
  ],
  behaviour: { version: 1 },
};

describe('facts of an APK', () => {
  it('are of the agreed form', async () => {
    expect(ApkFacts.parse(await factsOf(FULL))).toBeTruthy();
  });

  it('hold what the manifest element and <application> say', async () => {
    expect(await factsOf(FULL)).toMatchObject({
      packageName: 'org.example.full',
      versionCode: 7,
      versionName: '1.2 beta',
      label: 'Voll',
      minSdk: 26,
      targetSdk: 35,
      debuggable: true,
      testOnly: true,
      appCategory: 'social',
      isGame: false,
      sharedUserId: 'org.example.shared',
      usesCleartextTraffic: false,
      permissions: ['android.permission.INTERNET', 'android.permission.CAMERA'],
      features: [
        { name: 'android.hardware.camera', required: true },
        { name: 'android.hardware.nfc', required: false },
      ],
      instrumentations: [{ name: 'org.example.full.Runner', targetPackage: 'org.example.other' }],
      metaData: { text: 'a', number: '-3', flag: 'true' },
      abis: ['arm64-v8a', 'armeabi-v7a'],
      pinnedHosts: ['api.example', 'other.example'],
      hasScriptedBehaviour: true,
      requiredSplits: false,
      warnings: [],
    });
  });

  it('hold every component with its full name, guard, process, types and filters', async () => {
    const { components, launchActivity } = await factsOf(FULL);
    expect(launchActivity).toBe('org.example.full.MainActivity');
    expect(components.map(({ kind, name, enabled, exported }) => [kind, name, enabled, exported])).toEqual([
      ['activity', 'org.example.full.MainActivity', true, true],
      ['activity-alias', 'org.example.full.Alias', false, null],
      ['service', 'org.example.full.Tunnel', true, false],
      ['provider', 'com.other.Provider', true, null],
    ]);
    expect(components[1]?.targetActivity).toBe('org.example.full.MainActivity');
    expect(components[2]).toMatchObject({
      permission: 'android.permission.BIND_VPN_SERVICE',
      process: 'org.example.full:tunnel',
      foregroundServiceTypes: ['dataSync', 'location', 'specialUse'],
      intentFilters: [
        { actions: ['a', 'b'], categories: ['c'], schemes: ['https'], hosts: ['h.example'], mimeTypes: ['text/*'] },
      ],
      metaData: { key: 'value' },
    });
  });

  it('name the file by digest and the signer by the digest that apksigner prints', async () => {
    const facts = await factsOf(FULL);
    expect(facts.files).toEqual([
      {
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        sizeBytes: writeApk(FULL).length,
        fileName: '0.apk',
        split: null,
      },
    ]);
    expect(facts.certificates).toMatchObject([
      {
        sha256: '6109773fdc53102dd7b3573d007bb551a9c9c67492a774728febd3b911536714',
        subject: 'CN=Public test key 1, O=sleeptalk samples',
        scheme: 'v2',
        verified: true,
      },
    ]);
  });

  it.each([
    ['English before the default', { label: 'Lampe', labels: { de: 'Lampe', en: 'Lamp' } }, 'Lamp'],
    ['the default before other languages', { label: 'Lamp', labels: { de: 'Lampe', fr: 'Lampe' } }, 'Lamp'],
    ['characters outside the basic plane', { label: '🔦 Torch' }, '🔦 Torch'],
    ['long text', { label: 'x'.repeat(200) }, 'x'.repeat(200)],
    ['no label as null', {}, null],
  ])('take as label %s', async (_case, label, expected) => {
    expect((await factsOf({ packageName: 'org.example.label', ...label })).label).toBe(expected);
  });

  it('are the same for a deflated archive', async () => {
    const { files: _stored, ...stored } = await factsOf(FULL);
    const { files: _deflated, ...deflated } = await factsOf({ ...FULL, deflate: true });
    expect(deflated).toEqual(stored);
  });

  it('give the launch activity as null where nothing has a launcher icon', async () => {
    const facts = await factsOf({ packageName: 'org.example.none', components: [{ kind: 'service', name: '.S' }] });
    expect(facts.launchActivity).toBeNull();
  });

  it('refuse to launch an activity whose name would be read by a shell', async () => {
    const facts = await factsOf({ packageName: 'org.example.shell', components: [launcher('.Main; reboot')] });
    expect(facts.launchActivity).toBeNull();
    expect(facts.warnings).toContainEqual(expect.stringContaining('Main; reboot'));
  });
});

describe('readEntry', () => {
  it('gives the bytes of an entry, or null where there is none', () => {
    const apk = writeApk({ packageName: 'org.example.entry', entries: { 'assets/a': 'hello' }, deflate: true });
    expect(readEntry(apk, 'assets/a', 100)?.toString()).toBe('hello');
    expect(readEntry(apk, 'assets/b', 100)).toBeNull();
  });

  it('refuses an entry that is larger than allowed', () => {
    const apk = writeApk({ packageName: 'org.example.entry', entries: { 'assets/a': 'x'.repeat(101) } });
    expect(() => readEntry(apk, 'assets/a', 100)).toThrow(
      'apk-too-large: assets/a unpacks to 101 bytes; 100 are allowed.',
    );
  });
});
