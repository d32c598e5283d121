import { beforeAll, describe, expect, it } from 'vitest';
import type { ApkFacts } from '../../orchestrator/contract/apk.ts';
import type { FunctionProfile } from '../../orchestrator/contract/profile.ts';
import { declareFunction } from '../../workers/apk/declare.ts';
import { launcher, type ApkDescription } from '../support/apk/description.ts';
import { factsOf } from './reading.ts';

type Signals = FunctionProfile['signals'];

function profile(name: string, threshold: number, signals: Signals, adds = false): FunctionProfile {
  return { name, title: name, noun: `a ${name}`, adds, signals, threshold, licences: [], not: [], source: 'test' };
}

const PROFILES = [
  profile('torch', 2, [
    { kind: 'permission', value: 'android.permission.CAMERA', weight: 1 },
    { kind: 'feature', value: 'android.hardware.camera.flash', weight: 1.5 },
    { kind: 'label-word', value: 'torch', weight: 0.25 },
  ]),
  profile('vpn', 3, [{ kind: 'service-permission', value: 'android.permission.BIND_VPN_SERVICE', weight: 4 }]),
  profile('game', 1.5, [
    { kind: 'game', value: 'true', weight: 2 },
    { kind: 'category', value: 'game', weight: 2 },
  ]),
  profile('messaging', 2, [
    { kind: 'intent-action', value: 'android.provider.Telephony.SMS_DELIVER', weight: 2, group: 'sms' },
    { kind: 'intent-action', value: 'android.intent.action.RESPOND_VIA_MESSAGE', weight: 1, group: 'sms' },
    { kind: 'foreground-service-type', value: 'remoteMessaging', weight: 3 },
  ]),
  profile(
    'push-consuming',
    2,
    [{ kind: 'intent-action', value: 'com.google.firebase.MESSAGING_EVENT', weight: 2 }],
    true,
  ),
  profile('unclassified', 1, []),
];

const TORCH: ApkDescription = {
  packageName: 'org.example.torch',
  label: 'Bright Torch',
  permissions: ['android.permission.CAMERA'],
  features: [{ name: 'android.hardware.camera.flash' }],
};
const TUNNEL = { kind: 'service', name: '.Tunnel', permission: 'android.permission.BIND_VPN_SERVICE' } as const;
const PUSH = {
  kind: 'service',
  name: '.Push',
  intentFilters: [{ actions: ['com.google.firebase.MESSAGING_EVENT'] }],
} as const;

describe('the declared function', () => {
  let torch: ApkFacts;
  beforeAll(async () => {
    torch = await factsOf(TORCH);
  });

  it('is the one whose signals weigh enough, with the facts and where they stand', () => {
    // 1 + 1.5 + 0.25 = 2.75 over a threshold of 2: 1 - 2^(-2.75 / 2) = 0.6145…
    expect(declareFunction(torch, PROFILES, null)).toEqual({
      name: 'torch',
      title: 'torch',
      confidence: 0.61,
      evidence: [
        { fact: 'requests android.permission.CAMERA', where: '<uses-permission>', strength: 'permission', weight: 1 },
        { fact: 'uses android.hardware.camera.flash', where: '<uses-feature>', strength: 'feature', weight: 1.5 },
        { fact: 'has "torch" in its name', where: '<application android:label>', strength: 'label', weight: 0.25 },
      ],
      also: [],
    });
  });

  it('is unclassified where nothing reaches its threshold', async () => {
    const facts = await factsOf({ packageName: 'org.example.plain', label: 'Torch' });
    expect(declareFunction(facts, PROFILES, null)).toMatchObject({ name: 'unclassified', confidence: 0, evidence: [] });
  });

  it('is the heavier of two, the rival lowers the confidence, and a component keeps the rival beside it', async () => {
    const facts = await factsOf({
      ...TORCH,
      components: [TUNNEL, { kind: 'service', name: '.Call', foregroundServiceTypes: ['remoteMessaging'] }],
    });
    const declared = declareFunction(facts, PROFILES, null);
    // vpn 4 / 3: 1 - 2^(-4/3) = 0.603; share beside messaging's 3: 4 / (4 + 1.5) = 0.727; 0.603 × 0.727 = 0.44
    expect([declared.name, declared.confidence]).toEqual(['vpn', 0.44]);
    // Camera permission and a flash are no component: the torch is not licensed beside the VPN.
    expect(declared.also.map((each) => each.name)).toEqual(['messaging']);
  });

  it('believes words only by half', async () => {
    const facts = await factsOf({ packageName: 'org.example.game', category: 'game', isGame: true });
    // 4 / 1.5 would give 0.84.
    expect(declareFunction(facts, PROFILES, null)).toMatchObject({ name: 'game', confidence: 0.5 });
  });

  it('counts a group of signals only where all of it is there', async () => {
    const receiver = (action: string) =>
      ({ kind: 'receiver', name: `.${action.at(-1)}`, intentFilters: [{ actions: [action] }] }) as const;
    const half = { packageName: 'org.example.sms', components: [receiver('android.provider.Telephony.SMS_DELIVER')] };
    const whole = { ...half, components: [...half.components, receiver('android.intent.action.RESPOND_VIA_MESSAGE')] };
    expect(declareFunction(await factsOf(half), PROFILES, null).name).toBe('unclassified');
    expect(declareFunction(await factsOf(whole), PROFILES, null).name).toBe('messaging');
  });

  it('leaves disabled components out', async () => {
    const facts = await factsOf({ packageName: 'org.example.off', components: [{ ...TUNNEL, enabled: false }] });
    expect(declareFunction(facts, PROFILES, null).name).toBe('unclassified');
  });

  it('adds what only adds, and never makes it the main one', async () => {
    const alone = declareFunction(
      await factsOf({ packageName: 'org.example.push', components: [PUSH] }),
      PROFILES,
      null,
    );
    expect([alone.name, alone.also.map((each) => each.name)]).toEqual(['unclassified', ['push-consuming']]);
    const both = declareFunction(await factsOf({ ...TORCH, components: [PUSH] }), PROFILES, null);
    expect([both.name, both.also.map((each) => each.name)]).toEqual(['torch', ['push-consuming']]);
  });

  it('changes nothing that it is given, and answers the same for profiles in any order', () => {
    const before = structuredClone(torch);
    expect(declareFunction(torch, [...PROFILES].reverse(), null)).toEqual(declareFunction(torch, PROFILES, null));
    expect(torch).toEqual(before);
  });
});

describe('a stated function', () => {
  it('takes the place of the declared one, whose evidence stays', async () => {
    const facts = await factsOf({ ...TORCH, components: [TUNNEL, PUSH] });
    const declared = declareFunction(facts, PROFILES, 'torch');
    expect(declared).toMatchObject({ name: 'torch', confidence: 1 });
    expect(declared.evidence.map(({ strength, fact }) => `${strength}: ${fact}`)).toEqual([
      'stated: stated to be torch',
      'permission: requests android.permission.CAMERA',
      'feature: uses android.hardware.camera.flash',
      'label: has "torch" in its name',
      'component: is guarded by android.permission.BIND_VPN_SERVICE',
    ]);
    // The VPN service does not license traffic of what was submitted as a torch; push still does.
    expect(declared.also.map((each) => each.name)).toEqual(['push-consuming']);
  });

  it('is a claim that the manifest backs, or does not', async () => {
    const facts = await factsOf(TORCH);
    expect(declareFunction(facts, PROFILES, 'torch').claim).toEqual({ backed: true, manifest: 'torch' });
    // A torch has the evidence for a torch: as a messenger it is half believed.
    expect(declareFunction(facts, PROFILES, 'messaging')).toMatchObject({
      name: 'messaging',
      confidence: 0.5,
      claim: { backed: false, manifest: 'torch' },
    });
    expect(declareFunction(facts, PROFILES, null).claim).toBeUndefined();
  });

  it.each(['flashlight', 'push-consuming', '\u001b[2J'])(
    'must be one that can be a main function: %j',
    async (stated) => {
      const facts = await factsOf(TORCH);
      expect(() => declareFunction(facts, PROFILES, stated)).toThrow(
        /^function-unknown: ".*" is none of game, messaging, torch, unclassified, vpn\.$/,
      );
    },
  );
});

describe('a signal of each kind', () => {
  const filter = (rest: object) =>
    ({ kind: 'activity', name: '.A', intentFilters: [{ actions: ['android.intent.action.VIEW'], ...rest }] }) as const;
  const browser = { categories: ['android.intent.category.BROWSABLE'], schemes: ['http', 'https'] };

  it.each<[Signals[number]['kind'], string, Partial<ApkDescription>, Partial<ApkDescription>]>([
    ['service-permission', 'a.BIND', { components: [{ kind: 'service', name: '.S', permission: 'a.BIND' }] }, {}],
    [
      'foreground-service-type',
      'health',
      { components: [{ kind: 'service', name: '.S', foregroundServiceTypes: ['health'] }] },
      { components: [{ kind: 'service', name: '.S', foregroundServiceTypes: ['location'] }] },
    ],
    [
      'permission',
      'android.permission.health.*',
      { permissions: ['android.permission.health.READ_STEPS'] },
      { permissions: ['android.permission.HEALTH'] },
    ],
    ['permission', 'a.B', { permissionsSdk23: ['a.B'] }, { permissions: ['a.BC'] }],
    ['feature', 'a.b', { features: [{ name: 'a.b', required: false }] }, { features: [{ name: 'a' }] }],
    ['category', 'maps', { category: 'maps' }, { category: 'news' }],
    ['intent-action', 'android.intent.action.VIEW', { components: [filter({})] }, { components: [launcher()] }],
    [
      'intent-category',
      'android.intent.category.HOME',
      { components: [filter({ categories: ['android.intent.category.HOME'] })] },
      { components: [launcher()] },
    ],
    [
      'intent-scheme',
      'mailto',
      { components: [filter({ schemes: ['mailto'] })] },
      { components: [filter({ schemes: ['geo'] })] },
    ],
    ['meta-data', 'key', { metaData: { key: 1 } }, { metaData: { other: 'key' } }],
    ['meta-data', 'key', { components: [{ kind: 'service', name: '.S', metaData: { key: 'v' } }] }, {}],
    ['game', 'true', { isGame: true }, { category: 'social' }],
    ['game', 'true', { category: 'game' }, {}],
    ['label-word', 'light', { label: 'LIGHT-house' }, { label: 'Flashlight' }],
    [
      'browser-filter',
      '*',
      { components: [filter(browser)] },
      { components: [filter({ ...browser, hosts: ['a.example'] })] },
    ],
    ['absent-permission', 'a.B', {}, { permissions: ['a.B'] }],
  ])('%s %s is found where it stands, and only there', async (kind, value, present, absent) => {
    const only = [profile('it', 1, [{ kind, value, weight: 1 }]), profile('unclassified', 1, [])];
    const declared = async (description: Partial<ApkDescription>): Promise<string> =>
      declareFunction(await factsOf({ packageName: 'org.example.signal', ...description }), only, null).name;
    expect([await declared(present), await declared(absent)]).toEqual(['it', 'unclassified']);
  });
});
