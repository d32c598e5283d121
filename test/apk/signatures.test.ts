import { describe, expect, it } from 'vitest';
import { signJar } from '../support/apk/sign-jar.ts';
import { signZip, type BlockSigner } from '../support/apk/sign.ts';
import { writeApk, zipInputs } from '../support/apk/write.ts';
import { writeZip } from '../support/apk/zip.ts';
import { factsOf, faultOf } from './reading.ts';

const APP = { packageName: 'org.example.signed', label: 'Signed', entries: { 'assets/large': 'x'.repeat(2_500_000) } };
const INPUTS = zipInputs(APP);

function signedBy(...signers: BlockSigner[]): Buffer {
  return signZip(writeZip(INPUTS), signers);
}

async function schemesOf(apk: Buffer): Promise<string[]> {
  const { certificates } = await factsOf(apk);
  return certificates.map(({ scheme, verified, subject }) => `${scheme} ${verified} ${subject.slice(0, 20)}`);
}

describe('a signature', () => {
  it.each<[string, Buffer, string[]]>([
    ['v2', signedBy({ scheme: 'v2', key: 1 }), ['v2 true CN=Public test key 1']],
    ['v3', signedBy({ scheme: 'v3', key: 2 }), ['v3 true CN=Public test key 2']],
    ['v3 beside v2', signedBy({ scheme: 'v2', key: 1 }, { scheme: 'v3', key: 1 }), ['v3 true CN=Public test key 1']],
    [
      'v3.1, with the key before it was rotated in v3',
      signedBy({ scheme: 'v3', key: 1 }, { scheme: 'v3.1', key: 2 }),
      ['v3.1 true CN=Public test key 2', 'v3 true CN=Public test key 1'],
    ],
    ['v1', writeZip(signJar(INPUTS, 2)), ['v1 true CN=Public test key 2']],
  ])('of scheme %s is checked and its certificate given', async (_scheme, apk, expected) => {
    expect(await schemesOf(apk)).toEqual(expected);
  });

  it('of v1 alone is accepted, with a warning where new devices refuse it', async () => {
    const warnings = async (targetSdk: number) =>
      (await factsOf(writeZip(signJar(zipInputs({ ...APP, targetSdk }), 1)))).warnings;
    expect(await warnings(29)).toEqual([]);
    expect(await warnings(30)).toEqual(['Signed by v1 only while it targets 30: Android 11 and later refuse that.']);
  });

  it('no longer holds where one byte of any chunk was changed', async () => {
    const apk = signedBy({ scheme: 'v2', key: 1 });
    const large = apk.indexOf('xxxxxxxx');
    for (const at of [large + 10, large + 1_500_000, large + 2_400_000]) {
      const changed = Buffer.from(apk);
      changed.write('y', at);
      expect((await faultOf(changed)).toJSON()).toEqual({
        code: 'apk-unsigned',
        detail: 'The v2 signature is over other content: the file was changed after it was signed.',
      });
    }
  });

  it('no longer holds where the signed data were changed', async () => {
    const apk = signedBy({ scheme: 'v3', key: 1 });
    const certificate = apk.indexOf('Public test key 1');
    apk.write('P', certificate);
    apk.write('X', apk.indexOf('sleeptalk samples'));
    expect((await faultOf(apk)).detail).toBe('The v3 signature does not hold over its signed data.');
  });

  it('whose algorithm nobody knows is refused', async () => {
    const apk = signedBy({ scheme: 'v2', key: 1 });
    const id = Buffer.from('03010000', 'hex');
    // The algorithm stands twice, beside the digest and beside the signature.
    const [digest, beside] = [apk.indexOf(id), apk.lastIndexOf(id)];
    expect(digest).toBeLessThan(beside);
    apk.writeUInt32LE(0x0999, beside);
    expect((await faultOf(apk)).detail).toBe('The v2 signature names other algorithms than its digests.');
    apk.writeUInt32LE(0x0999, digest);
    expect((await faultOf(apk)).detail).toBe('The v2 signature uses no algorithm that Android knows.');
  });

  it('that is missing altogether ends the reading', async () => {
    expect((await faultOf({ packageName: 'org.example.none', signer: 'nobody' })).toJSON()).toEqual({
      code: 'apk-unsigned',
      detail: 'There is neither a signing block (v2, v3) nor a signature file in META-INF (v1).',
    });
  });
});

describe('a v1 signature', () => {
  const damaged = (path: string, replacement: string): Buffer =>
    writeZip(
      signJar(INPUTS, 1).map((input) => (input.path === path ? { ...input, bytes: Buffer.from(replacement) } : input)),
    );

  it.each<[string, Buffer, string]>([
    ['an entry was changed', damaged('assets/large', 'y'), 'assets/large was changed after it was signed (v1).'],
    [
      'an entry was added',
      writeZip(signJar(INPUTS, 1, { forgets: 'classes.dex' })),
      'classes.dex is not in the v1 signature.',
    ],
    [
      'the .SF file leaves an entry out',
      writeZip(signJar(INPUTS, 1, { neglects: 'classes.dex' })),
      'classes.dex is not in the v1 signature.',
    ],
    [
      'MANIFEST.MF was changed',
      damaged('META-INF/MANIFEST.MF', 'Manifest-Version: 1.0\r\n\r\n'),
      'META-INF/CERT.RSA was made for another META-INF/MANIFEST.MF.',
    ],
    [
      'the .SF file was changed',
      damaged('META-INF/CERT.SF', 'Signature-Version: 1.0\r\n\r\n'),
      'META-INF/CERT.RSA does not hold over its .SF file.',
    ],
    ['the .RSA file is no PKCS#7', damaged('META-INF/CERT.RSA', '0'), 'META-INF/CERT.RSA is no valid DER at offset 0.'],
    [
      'it promises a stronger one that is gone',
      writeZip(signJar(INPUTS, 1, { promises: '2, 3' })),
      'META-INF/CERT.RSA says that a v2, 3 signature was there; it has been removed.',
    ],
  ])('does not hold where %s', async (_case, apk, sentence) => {
    expect((await faultOf(apk)).toJSON()).toEqual({ code: 'apk-unsigned', detail: sentence });
  });
});

it('the same description signed twice gives the same bytes', () => {
  expect(writeApk(APP).equals(writeApk(APP))).toBe(true);
});
