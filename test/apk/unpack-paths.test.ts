import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { unpackContainers } from '../../cli/containers.ts';
import { groupSamples } from '../../cli/samples.ts';
import { encryptedZip } from '../support/apk/encrypt-zip.ts';
import { writeApk } from '../support/apk/write.ts';
import { writeZip } from '../support/apk/zip.ts';
import { signal } from './reading.ts';

const scratch = mkdtempSync(join(tmpdir(), 'sleeptalk-paths-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function written(name: string, bytes: Buffer): string {
  const path = join(scratch, name);
  writeFileSync(path, bytes);
  return path;
}

const BASE = writeApk({ packageName: 'org.example.set', requiresSplits: true });
const ABI = writeApk({ packageName: 'org.example.set', split: 'config.x86_64', abis: ['x86_64'] });
const plain = written('plain.apk', writeApk({ packageName: 'org.example.plain' }));
const set = written(
  'shop.apkm',
  writeZip([
    { path: 'info.json', bytes: Buffer.from('{}') },
    { path: 'base.apk', bytes: BASE },
    { path: '../../evil;name.apk', bytes: ABI },
  ]),
);
const locked = written('locked.zip', encryptedZip([{ path: 'a.apk', bytes: BASE }], 'guess', 'zip-crypto'));

describe('paths given to vet', () => {
  it('are one sample for each app, also where its splits came in one file', async () => {
    await using unpacked = await unpackContainers([plain, set], signal);
    const { samples, refused } = await groupSamples(unpacked.paths, signal);
    expect(refused).toEqual([]);
    expect(samples.map(({ name, paths }) => [name, paths.map((path) => basename(path))])).toEqual([
      ['plain.apk', ['plain.apk']],
      ['shop.apkm!base.apk', ['shop.apkm!base.apk', 'shop.apkm!evil_name.apk']],
    ]);
    expect(samples[0]?.paths).toEqual([plain]);
  });

  it('are unpacked into a folder that goes away again', async () => {
    let folder: string;
    {
      await using unpacked = await unpackContainers([set], signal);
      const path = unpacked.paths[0] ?? '';
      folder = dirname(dirname(dirname(path)));
      expect(basename(folder)).toMatch(/^sleeptalk-container-/);
      expect(unpacked.paths.every((each) => each.startsWith(folder) && existsSync(each))).toBe(true);
    }
    expect(existsSync(folder)).toBe(false);
  });

  it('are refused with their reason where they are locked, and left alone where there is no file', async () => {
    const missing = join(scratch, 'missing.apk');
    await using unpacked = await unpackContainers([locked, missing], signal);
    expect(unpacked.paths).toEqual([missing]);
    expect(unpacked.refused).toMatchObject([{ sample: { name: 'locked.zip' }, fault: { code: 'container-locked' } }]);
  });
});
