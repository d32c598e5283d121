import { createHash, createPrivateKey, createPublicKey, sign, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';

const RSA_PKCS1_SHA256 = 0x0103;
const BLOCK_IDS = { v2: 0x7109871a, v3: 0xf05368c0, 'v3.1': 0x1b93ad61 } as const;
const CHUNK_BYTES = 1024 * 1024;
const END_BYTES = 22;

export interface BlockSigner {
  readonly scheme: 'v2' | 'v3' | 'v3.1';
  /** Which of the two public test keys. */
  readonly key: 1 | 2;
  /** Platforms that look at it; by default from 28 on for v3 and from 33 on for v3.1. */
  readonly fromApi?: number;
  readonly toApi?: number;
  /** Keys of a proof of rotation, oldest first. */
  readonly lineage?: readonly (1 | 2)[];
  /** A proof of rotation as it is, in the place of that of `lineage`. */
  readonly proof?: Buffer;
  /** v3: the platform from which on a v3.1 signer must take over. */
  readonly rotationFromApi?: number;
  /** v2: the scheme that stood beside it. */
  readonly promises?: number;
  /** Written over the signed data after they were signed, for tests. */
  readonly damage?: (signedData: Buffer) => void;
}

/**
 * Adds an APK signing block. PKCS#1 v1.5 has no randomness, so the same archive gives the same bytes. The archive must
 * have no comment, as `writeZip` writes it.
 */
export function signZip(zip: Buffer, signers: readonly BlockSigner[]): Buffer {
  const endAt = zip.length - END_BYTES;
  const centralAt = zip.readUInt32LE(endAt + 16);
  const entries = zip.subarray(0, centralAt);
  const central = zip.subarray(centralAt, endAt);
  const end = zip.subarray(endAt);
  const digest = contentDigest([entries, central, end]);
  const block = signingBlock(signers.map((signer) => [BLOCK_IDS[signer.scheme], signerBlock(signer, digest)]));
  const moved = Buffer.from(end);
  moved.writeUInt32LE(centralAt + block.length, 16);
  return Buffer.concat([entries, block, central, moved]);
}

function signerBlock(signer: BlockSigner, digest: Buffer): Buffer {
  const { scheme, key } = signer;
  const { certificate, privateKey } = publicTestKey(key);
  // v3 and later say from and up to which platform the signer counts.
  const fromApi = signer.fromApi ?? (scheme === 'v3' ? 28 : 33);
  const range = scheme === 'v2' ? Buffer.alloc(0) : Buffer.concat([u32(fromApi), u32(signer.toApi ?? 0x7fffffff)]);
  const signedData = Buffer.concat([
    prefixed(prefixed(u32(RSA_PKCS1_SHA256), prefixed(digest))),
    prefixed(prefixed(certificate.raw)),
    range,
    prefixed(...attributesOf(signer)),
  ]);
  const signature = sign('sha256', signedData, privateKey);
  signer.damage?.(signedData);
  return prefixed(
    prefixed(
      Buffer.concat([
        prefixed(signedData),
        range,
        prefixed(prefixed(u32(RSA_PKCS1_SHA256), prefixed(signature))),
        prefixed(createPublicKey(privateKey).export({ type: 'spki', format: 'der' })),
      ]),
    ),
  );
}

/** Ids of additional attributes: stripping protection of v2, proof of rotation and its platform of v3. */
function attributesOf({ promises, rotationFromApi, lineage, proof }: BlockSigner): Buffer[] {
  const rotation = proof ?? (lineage === undefined ? undefined : proofOfRotation(lineage));
  return [
    ...(promises === undefined ? [] : [prefixed(u32(0xbeeff00d), u32(promises))]),
    ...(rotationFromApi === undefined ? [] : [prefixed(u32(0x559f8b02), u32(rotationFromApi))]),
    ...(rotation === undefined ? [] : [prefixed(u32(0x3ba06f8c), rotation)]),
  ];
}

/** Each level: certificate and the algorithm that signed it, flags, algorithm for the next one, signature. */
export function proofOfRotation(keys: readonly (1 | 2)[]): Buffer {
  const levels = keys.map((key, index) => {
    const before = keys[index - 1];
    const signedData = Buffer.concat([
      prefixed(publicTestKey(key).certificate.raw),
      u32(before === undefined ? 0 : RSA_PKCS1_SHA256),
    ]);
    const signature =
      before === undefined ? Buffer.alloc(0) : sign('sha256', signedData, publicTestKey(before).privateKey);
    return prefixed(prefixed(signedData), u32(23), u32(RSA_PKCS1_SHA256), prefixed(signature));
  });
  return Buffer.concat([u32(1), ...levels]);
}

export function publicTestKey(key: 1 | 2): { certificate: X509Certificate; privateKey: KeyObject } {
  return {
    certificate: new X509Certificate(pem(`public-test-certificate-${key}.pem`)),
    privateKey: createPrivateKey(pem(`public-test-key-${key}.pem`)),
  };
}

function contentDigest(sections: readonly Buffer[]): Buffer {
  const digests: Buffer[] = [];
  for (const section of sections) {
    for (let at = 0; at < section.length; at += CHUNK_BYTES) {
      const chunk = section.subarray(at, at + CHUNK_BYTES);
      digests.push(sha256(Buffer.from([0xa5]), u32(chunk.length), chunk));
    }
  }
  return sha256(Buffer.from([0x5a]), u32(digests.length), ...digests);
}

function signingBlock(pairs: readonly (readonly [id: number, value: Buffer])[]): Buffer {
  const body = Buffer.concat(pairs.flatMap(([id, value]) => [u64(4 + value.length), u32(id), value]));
  const size = u64(body.length + 24);
  return Buffer.concat([size, body, size, Buffer.from('APK Sig Block 42', 'latin1')]);
}

function pem(fileName: string): Buffer {
  return readFileSync(new URL(fileName, import.meta.url));
}

function sha256(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function prefixed(...parts: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(parts);
  return Buffer.concat([u32(bytes.length), bytes]);
}

function u32(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number, 0);
  return bytes;
}

function u64(number: number): Buffer {
  return Buffer.concat([u32(number % 4294967296), u32(Math.floor(number / 4294967296))]);
}
