import { describe, expect, it } from 'vitest';
import type { Needs } from '../../orchestrator/contract/apk.ts';
import { unmetNeeds, type DeviceOffer } from '../../workers/apk/meets.ts';
import { needsOf } from '../../workers/apk/needs.ts';
import type { ApkDescription } from '../support/apk/description.ts';
import { factsOf } from './reading.ts';

describe('needs', () => {
  it.each<[string, Partial<ApkDescription>, Partial<Needs>]>([
    ['API levels', { minSdk: 29, targetSdk: 33 }, { minSdk: 29, targetSdk: 33 }],
    ['ABIs of native libraries', { abis: ['x86_64', 'arm64-v8a'] }, { abis: ['arm64-v8a', 'x86_64'] }],
    ['required features only', { features: [{ name: 'a' }, { name: 'b', required: false }] }, { features: ['a'] }],
    ['no Play Services by default', {}, { playServices: false }],
    [
      'Play Services for a push receiver',
      {
        components: [
          { kind: 'service', name: '.P', intentFilters: [{ actions: ['com.google.firebase.MESSAGING_EVENT'] }] },
        ],
      },
      { playServices: true },
    ],
    [
      'Play Services for their client library',
      { metaData: { 'com.google.android.gms.version': 12 } },
      { playServices: true },
    ],
  ])('hold %s', async (_case, description, needs) => {
    expect(needsOf(await factsOf({ packageName: 'org.example.needs', ...description }))).toMatchObject(needs);
  });
});

describe('a device', () => {
  const needs: Needs = { abis: [], minSdk: 24, targetSdk: 34, playServices: false, features: [] };
  const device: DeviceOffer = { apiLevel: 34, abis: ['x86_64', 'x86'], playServices: true, features: ['camera'] };

  it.each<[string, Partial<Needs>, Partial<DeviceOffer>, string[]]>([
    ['meets modest needs', {}, {}, []],
    ['runs code for one of its ABIs', { abis: ['arm64-v8a', 'x86'] }, {}, []],
    ['lacks the ABI', { abis: ['arm64-v8a'] }, {}, ['Its native code is for arm64-v8a; the device runs x86_64, x86.']],
    ['is too old', { minSdk: 35 }, {}, ['It needs API level 35; the device has 34.']],
    [
      'is too new',
      { targetSdk: 22 },
      {},
      ['It targets API level 22; API level 34 installs only apps that target 23 or higher.'],
    ],
    ['of API level 33 installs old targets', { targetSdk: 22 }, { apiLevel: 33 }, []],
    [
      'has no Play Services',
      { playServices: true },
      { playServices: false },
      ['It uses Google Play Services; the device has none.'],
    ],
    ['lacks a feature', { features: ['camera', 'nfc'] }, {}, ['It requires nfc; the device lacks that.']],
    ['was not asked for its features', { features: ['nfc'] }, { features: null }, []],
    [
      'lacks several things, each with its sentence',
      { minSdk: 36, abis: ['mips'] },
      {},
      ['It needs API level 36; the device has 34.', 'Its native code is for mips; the device runs x86_64, x86.'],
    ],
  ])('%s', (_case, more, other, sentences) => {
    expect(unmetNeeds({ ...needs, ...more }, { ...device, ...other })).toEqual(sentences);
  });
});
