import { describe, expect, it } from 'vitest';
import { encryptedZip, type ZipCipher } from '../support/apk/encrypt-zip.ts';
import { writeApk } from '../support/apk/write.ts';
import { writeZip, type ZipInput } from '../support/apk/zip.ts';
import { factsOf, faultOf } from './reading.ts';

const BASE = writeApk({ packageName: 'org.example.set', label: 'Set', requiresSplits: true });
const ABI = writeApk({ packageName: 'org.example.set', split: 'config.arm64_v8a', abis: ['arm64-v8a'] });
const WHOLE = writeApk({ packageName: 'org.example.whole', label: 'Whole' });
const CIPHERS: readonly ZipCipher[] = ['zip-crypto', 'aes-128', 'aes-192', 'aes-256'];

const stored = (files: Record<string, Buffer | string>): ZipInput[] =>
  Object.entries(files).map(([path, bytes]) => ({ path, bytes: Buffer.from(bytes) }));

async function readSet(bytes: Buffer): Promise<{ kinds: string[]; splits: (string | null)[] }> {
  const facts = await factsOf(bytes);
  expect(facts).toMatchObject({ packageName: 'org.example.set', label: 'Set' });
  return {
    kinds: (facts.containers ?? []).map(({ kind }) => kind),
    splits: facts.files.map(({ split }) => split),
  };
}

/** toc.pb: variant = 1 { apk_set = 2 { apk_description = 2 { path = 2 } }, variant_number = 3 }. */
function toc(...variants: { number: number; paths: string[] }[]): Buffer {
  const field = (number: number, content: Buffer): Buffer =>
    Buffer.concat([Buffer.from([number * 8 + 2, content.length]), content]);
  return Buffer.concat(
    variants.map(({ number, paths }) => {
      const descriptions = paths.map((path) => field(2, field(2, Buffer.from(path))));
      return field(1, Buffer.concat([field(2, Buffer.concat(descriptions)), Buffer.from([3 * 8, number])]));
    }),
  );
}

describe('a set of splits in one file', () => {
  it.each<[string, Record<string, Buffer | string>, string]>([
    [
      'an .apks of bundletool: the splits of its newest variant',
      {
        'toc.pb': toc(
          { number: 0, paths: ['standalones/a.apk'] },
          { number: 2, paths: ['splits/b.apk', 'splits/c.apk'] },
        ),
        'standalones/a.apk': WHOLE,
        'splits/b.apk': BASE,
        'splits/c.apk': ABI,
      },
      'apks of bundletool',
    ],
    [
      'an .xapk: what its list names',
      {
        'manifest.json': JSON.stringify({ split_apks: [{ file: 'b.apk' }, { file: 'c.apk' }, { file: '../x' }, 7] }),
        'b.apk': BASE,
        'c.apk': ABI,
        'other.apk': WHOLE,
      },
      'xapk',
    ],
    ['an .apkm', { 'info.json': '{}', 'base.apk': BASE, 'split_config.arm64_v8a.apk': ABI, 'icon.png': 'x' }, 'apkm'],
    ['an archive of APKs', { 'a/base.apk': BASE, 'a/split.apk': ABI, 'readme.txt': 'x' }, 'archive of APKs'],
  ])('%s', async (_case, files, kind) => {
    expect(await readSet(writeZip(stored(files)))).toEqual({ kinds: [kind], splits: [null, 'config.arm64_v8a'] });
  });

  it('names its files by the path they came from', async () => {
    const facts = await factsOf(writeZip(stored({ 'x/base.apk': BASE, 'x/abi.apk': ABI })));
    expect(facts.files.map(({ fileName }) => fileName)).toEqual(['0.apk!base.apk', '0.apk!abi.apk']);
    expect(facts.containers).toMatchObject([{ fileName: '0.apk', kind: 'archive of APKs' }]);
  });

  it('is judged as a set: strangers in it are refused', async () => {
    const fault = await faultOf(writeZip(stored({ 'base.apk': BASE, 'other.apk': WHOLE })));
    expect(fault.code).toBe('apk-splits-mismatch');
  });
});

describe('an archive with the password under which malware is shared', () => {
  it.each(CIPHERS)('is opened, encrypted by %s', async (cipher) => {
    const bytes = encryptedZip([{ path: 'sample.apk', bytes: WHOLE }], 'infected', cipher);
    expect((await factsOf(bytes)).packageName).toBe('org.example.whole');
  });

  it('is opened where the sample is named by its digest', async () => {
    const bytes = encryptedZip([{ path: '3f786850e387550f', bytes: WHOLE }], 'infected', 'aes-256');
    const facts = await factsOf(bytes);
    expect(facts.packageName).toBe('org.example.whole');
    expect(facts.containers?.map(({ kind }) => kind)).toEqual(['archive with a password']);
  });

  it.each(CIPHERS)('ends in a Fault where the password is another one: %s', async (cipher) => {
    const fault = await faultOf(encryptedZip([{ path: 'sample.apk', bytes: WHOLE }], 'guess', cipher));
    expect(fault.toJSON()).toEqual({
      code: 'container-locked',
      detail: 'sample.apk is encrypted with another password than "infected".',
    });
  });

  it('ends in a Fault where it was changed afterwards', async () => {
    const bytes = encryptedZip([{ path: 'sample.apk', bytes: WHOLE }], 'infected', 'aes-256');
    bytes.writeUInt8(bytes.readUInt8(500) ^ 1, 500);
    expect((await faultOf(bytes)).detail).toBe('sample.apk was changed after it was encrypted.');
  });
});

describe('containers in containers', () => {
  const inner = writeZip(stored({ 'base.apk': BASE, 'abi.apk': ABI }));

  it('are opened once', async () => {
    const bytes = encryptedZip([{ path: 'set.xapk', bytes: inner }], 'infected', 'zip-crypto');
    expect(await readSet(bytes)).toEqual({
      kinds: ['archive of archives with a password', 'archive of APKs'],
      splits: [null, 'config.arm64_v8a'],
    });
  });

  it('are refused beyond that', async () => {
    const twice = writeZip(stored({ 'a.zip': writeZip(stored({ 'b.zip': inner })) }));
    expect((await faultOf(twice)).toJSON()).toEqual({
      code: 'apk-too-large',
      detail: '0.apk!a.zip!b.zip is an archive inside 2 others; that is one too many.',
    });
  });
});

describe('a container without an APK', () => {
  it.each<[string, Buffer, string]>([
    ['of other files, is no APK', writeZip(stored({ 'a.txt': 'x' })), 'apk-no-manifest'],
    [
      'with a password',
      encryptedZip([{ path: 'a.txt', bytes: Buffer.from('x') }], 'infected', 'aes-128'),
      'container-empty',
    ],
    ['of bundletool', writeZip(stored({ 'toc.pb': toc({ number: 0, paths: ['none.apk'] }) })), 'container-empty'],
    ['with a damaged list', writeZip(stored({ 'manifest.json': '{' })), 'apk-malformed'],
    ['with a damaged APK', writeZip(stored({ 'base.apk': 'no archive' })), 'apk-not-zip'],
    ['with a damaged table', writeZip(stored({ 'toc.pb': Buffer.from([0x0a, 0xff, 0xff, 0x7f]) })), 'apk-malformed'],
  ])('%s', async (_case, bytes, code) => {
    expect((await faultOf(bytes)).code).toBe(code);
  });

  it('of too many APKs is refused', async () => {
    const files = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`${index}.apk`, WHOLE]));
    expect((await faultOf(writeZip(stored(files)))).detail).toBe('0.apk holds over 100 APKs.');
  });
});
