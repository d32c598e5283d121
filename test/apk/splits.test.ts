import { describe, expect, it } from 'vitest';
import { factsOf, faultOf } from './reading.ts';

const BASE = { packageName: 'org.example.split', label: 'Split', requiresSplits: true } as const;
const ABI = { packageName: 'org.example.split', split: 'config.arm64_v8a', abis: ['arm64-v8a'] } as const;
const FEATURE = {
  packageName: 'org.example.split',
  split: 'camera',
  permissions: ['android.permission.CAMERA'],
  components: [{ kind: 'activity', name: '.CameraActivity' }],
} as const;

describe('a set of splits', () => {
  it('is read as one app, the base first', async () => {
    const facts = await factsOf(ABI, BASE, FEATURE);
    expect(facts.files.map((file) => file.split)).toEqual([null, 'config.arm64_v8a', 'camera']);
    expect(facts).toMatchObject({ label: 'Split', abis: ['arm64-v8a'], permissions: ['android.permission.CAMERA'] });
    expect(facts.components.map((component) => component.name)).toContain('org.example.split.CameraActivity');
  });

  it('says whether the base demands splits', async () => {
    expect((await factsOf(BASE)).requiredSplits).toBe(true);
    expect((await factsOf({ packageName: 'org.example.split' })).requiredSplits).toBe(false);
  });

  it.each([
    ['no base', [ABI, FEATURE], '0 of the 2 files are base APKs; one must be.'],
    ['two bases', [BASE, BASE], '2 of the 2 files are base APKs; one must be.'],
    [
      'another package',
      [BASE, { ...ABI, packageName: 'org.other.app' }],
      '1.apk is of org.other.app, not org.example.split.',
    ],
    ['another version', [BASE, { ...ABI, versionCode: 2 }], '1.apk has version code 2, the base 1.'],
    [
      'another certificate',
      [BASE, { ...ABI, signer: 2 as const }],
      '1.apk is signed with another certificate than the base.',
    ],
    ['the same split twice', [BASE, ABI, ABI], 'The split config.arm64_v8a is given twice.'],
  ])('is refused with %s', async (_case, apks, sentence) => {
    expect((await faultOf(...apks)).toJSON()).toEqual({ code: 'apk-splits-mismatch', detail: sentence });
  });

  it('names the file that is damaged', async () => {
    const fault = await faultOf(BASE, Buffer.from('not an archive'));
    expect(fault.code).toBe('apk-not-zip');
    expect(fault.detail).toMatch(/^1\.apk: /);
  });
});
