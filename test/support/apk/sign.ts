import { createHash, createPrivateKey, createPublicKey, sign, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

const RSA_PKCS1_SHA256 = 0x0103;
const V2_BLOCK = 0x7109871a;
const CHUNK_BYTES = 1024 * 1024;
const END_BYTES = 22;

/**
 * Adds an APK Signature Scheme v2 block, made with one of the two public test keys. PKCS#1 v1.5 has no randomness, so
 * the same archive gives the same bytes. The archive must have no comment, as `writeZip` writes it.
 */
export function signV2(zip: Buffer, key: 1 | 2): Buffer {
  const endAt = zip.length - END_BYTES;
  const centralAt = zip.readUInt32LE(endAt + 16);
  const entries = zip.subarray(0, centralAt);
  const central = zip.subarray(centralAt, endAt);
  const end = zip.subarray(endAt);
  const digest = contentDigest([entries, central, end]);
  const certificate = new X509Certificate(pem(`public-test-certificate-${key}.pem`));
  const privateKey = createPrivateKey(pem(`public-test-key-${key}.pem`));
  const signedData = Buffer.concat([
    prefixed(prefixed(u32(RSA_PKCS1_SHA256), prefixed(digest))),
    prefixed(prefixed(certificate.raw)),
    prefixed(),
  ]);
  const signature = sign('sha256', signedData, privateKey);
  const signer = Buffer.concat([
    prefixed(signedData),
    prefixed(prefixed(u32(RSA_PKCS1_SHA256), prefixed(signature))),
    prefixed(createPublicKey(privateKey).export({ type: 'spki', format: 'der' })),
  ]);
  const block = signingBlock(V2_BLOCK, prefixed(prefixed(signer)));
  const moved = Buffer.from(end);
  moved.writeUInt32LE(centralAt + block.length, 16);
  return Buffer.concat([entries, block, central, moved]);
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

function signingBlock(id: number, value: Buffer): Buffer {
  const pair = Buffer.concat([u64(4 + value.length), u32(id), value]);
  const size = u64(pair.length + 24);
  return Buffer.concat([size, pair, size, Buffer.from('APK Sig Block 42', 'latin1')]);
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
