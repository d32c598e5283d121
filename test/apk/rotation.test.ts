import { describe, expect, it } from 'vitest';
import { signJar } from '../support/apk/sign-jar.ts';
import { proofOfRotation, signZip, type BlockSigner } from '../support/apk/sign.ts';
import { zipInputs } from '../support/apk/write.ts';
import { writeZip } from '../support/apk/zip.ts';
import { factsOf, faultOf } from './reading.ts';

const APP = { packageName: 'org.example.rotated', label: 'Rotated', minSdk: 24, targetSdk: 34 };
const ONE = '6109773fdc53102dd7b3573d007bb551a9c9c67492a774728febd3b911536714';

function signedBy(...signers: BlockSigner[]): Buffer {
  return signZip(writeZip(zipInputs(APP)), signers);
}

async function platformsOf(apk: Buffer): Promise<string[]> {
  const { signing } = await factsOf(apk);
  return (signing?.platforms ?? []).map(({ fromApi, toApi, scheme, signers }) => {
    const keys = signers.map((digest) => (digest === ONE ? 1 : 2)).join('+');
    return `${fromApi}-${toApi ?? ''} ${scheme ?? 'refused'} ${keys}`.trim();
  });
}

describe('which signature decides on which Android', () => {
  it.each<[string, BlockSigner[], string[]]>([
    ['v2 alone: everywhere', [{ scheme: 'v2', key: 1 }], ['24- v2 1']],
    [
      'v3 from Android 9 on, v2 before',
      [
        { scheme: 'v2', key: 1 },
        { scheme: 'v3', key: 2, lineage: [1, 2] },
      ],
      ['24-27 v2 1', '28- v3 2'],
    ],
    [
      'v3.1 where its range begins, v3 before',
      [
        { scheme: 'v2', key: 1 },
        { scheme: 'v3', key: 1, toApi: 33, rotationFromApi: 34 },
        { scheme: 'v3.1', key: 2, fromApi: 34, lineage: [1, 2] },
      ],
      ['24-27 v2 1', '28-33 v3 1', '34- v3.1 2'],
    ],
    ['v3 alone: refused by what does not know it', [{ scheme: 'v3', key: 1 }], ['24-27 refused', '28- v3 1']],
  ])('%s', async (_case, signers, platforms) => {
    expect(await platformsOf(signedBy(...signers))).toEqual(platforms);
  });

  it('v1 before Android 7, beside stronger ones', async () => {
    const inputs = signJar(zipInputs({ ...APP, minSdk: 19 }), 2, { promises: '2' });
    const apk = signZip(writeZip(inputs), [{ scheme: 'v2', key: 1 }]);
    expect(await platformsOf(apk)).toEqual(['19-23 v1 2', '24- v2 1']);
    const { signing, certificates } = await factsOf(apk);
    expect(certificates.map(({ scheme }) => scheme)).toEqual(['v2']);
    expect(signing?.schemes.at(-1)).toMatchObject({ scheme: 'v1', state: 'unchecked' });
  });

  it('v1 alone is refused from Android 11 on where the app targets it', async () => {
    expect(await platformsOf(writeZip(signJar(zipInputs(APP), 1)))).toEqual(['24-29 v1 1', '30- refused']);
  });
});

describe('a signature that does not hold', () => {
  const spoil = (signedData: Buffer): void => {
    signedData.writeUInt8(signedData.readUInt8(20) ^ 1, 20);
  };

  it('is a fact with its reason where a stronger one hides it', async () => {
    const apk = signedBy({ scheme: 'v2', key: 1, damage: spoil }, { scheme: 'v3', key: 1 });
    const { signing, oddities, certificates } = await factsOf(apk);
    const reason = 'The v2 signature does not hold over its signed data.';
    expect(signing?.schemes.map(({ scheme, state }) => `${scheme} ${state}`)).toEqual(['v3 holds', 'v2 broken']);
    expect(signing?.schemes[1]?.reason).toBe(reason);
    expect(oddities).toContainEqual({ kind: 'signature-broken', where: 'v2 signature', detail: reason });
    expect(await platformsOf(apk)).toEqual(['24-27 refused', '28- v3 1']);
    expect(certificates).toMatchObject([{ scheme: 'v3', verified: true }]);
  });

  it('ends the reading where it is the strongest', async () => {
    const fault = await faultOf(signedBy({ scheme: 'v2', key: 1 }, { scheme: 'v3', key: 1, damage: spoil }));
    expect(fault.toJSON()).toEqual({
      code: 'apk-unsigned',
      detail: 'The v3 signature does not hold over its signed data.',
    });
  });

  it.each<[string, BlockSigner[], string]>([
    [
      'a v2 signature from which v3 was stripped',
      [{ scheme: 'v2', key: 1, promises: 3 }],
      'The v2 signature says that a v3 signature was there; it has been removed.',
    ],
    [
      'a v3 signature from which v3.1 was stripped',
      [{ scheme: 'v3', key: 1, rotationFromApi: 33 }],
      'The v3 signature says that a v3.1 signature was there; it has been removed.',
    ],
    [
      'a v3.1 signature that takes over at another platform than v3 says',
      [
        { scheme: 'v3', key: 1, rotationFromApi: 33, toApi: 0x7fffffff },
        { scheme: 'v3.1', key: 2, fromApi: 20_000, lineage: [1, 2] },
      ],
      'The v3 signature says that a v3.1 signature was there; it has been removed.',
    ],
    ['a v3 signer for old platforms only', [{ scheme: 'v3', key: 1, toApi: 30 }], 'no signer for API level'],
  ])('%s ends the reading', async (_case, signers, sentence) => {
    const fault = await faultOf(signedBy(...signers));
    expect(fault.code).toBe('apk-unsigned');
    expect(fault.detail).toContain(sentence);
  });
});

describe('a proof of rotation', () => {
  it('is walked from the oldest certificate to that of the signer', async () => {
    const { signing } = await factsOf(signedBy({ scheme: 'v3', key: 2, lineage: [1, 2] }));
    expect(signing?.lineage.map(({ subject, flags }) => [subject.slice(0, 20), flags])).toEqual([
      ['CN=Public test key 1', 23],
      ['CN=Public test key 2', 23],
    ]);
    expect(signing?.lineage[0]?.sha256).toBe(ONE);
  });

  it.each<[string, BlockSigner, string]>([
    ['that ends in another certificate', { scheme: 'v3', key: 1, lineage: [1, 2] }, 'ends in another certificate'],
    ['that comes round', { scheme: 'v3', key: 1, lineage: [1, 2, 1] }, 'names one certificate twice'],
  ])('%s does not hold', async (_case, signer, sentence) => {
    expect((await faultOf(signedBy(signer))).detail).toContain(sentence);
  });

  it('with a link that another key signed does not hold', async () => {
    const proof = proofOfRotation([1, 2]);
    const inSignature = proof.length - 10; // the last level ends with the signature of the first key
    proof.writeUInt8(proof.readUInt8(inSignature) ^ 1, inSignature);
    expect((await faultOf(signedBy({ scheme: 'v3', key: 2, proof }))).detail).toBe(
      'The v3 signature has a proof of rotation whose link 1 does not hold.',
    );
  });
});
