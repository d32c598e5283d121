import { constants, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { Fault } from '../../orchestrator/contract/fault.ts';

/** How a signature of the schemes v2 and later is made, and over which digest of the file. */
export interface SignatureAlgorithm {
  readonly hash: 'sha256' | 'sha512';
  readonly pss: boolean;
  readonly content: 'chunked-sha256' | 'chunked-sha512' | 'verity-sha256';
  /** The platform takes the strongest one (ApkSigningBlockUtils.compareContentDigestAlgorithm). */
  readonly strength: number;
}

const CHUNKED_256 = { hash: 'sha256', content: 'chunked-sha256', strength: 1 } as const;
const VERITY_256 = { hash: 'sha256', content: 'verity-sha256', strength: 2 } as const;
const CHUNKED_512 = { hash: 'sha512', content: 'chunked-sha512', strength: 3 } as const;

/** By id (ApkSigningBlockUtils.SIGNATURE_*): RSA with PSS, RSA with PKCS#1 v1.5, ECDSA, DSA. */
export const SIGNATURE_ALGORITHMS: ReadonlyMap<number, SignatureAlgorithm> = new Map([
  [0x0101, { ...CHUNKED_256, pss: true }],
  [0x0102, { ...CHUNKED_512, pss: true }],
  [0x0103, { ...CHUNKED_256, pss: false }],
  [0x0104, { ...CHUNKED_512, pss: false }],
  [0x0201, { ...CHUNKED_256, pss: false }],
  [0x0202, { ...CHUNKED_512, pss: false }],
  [0x0301, { ...CHUNKED_256, pss: false }],
  [0x0421, { ...VERITY_256, pss: false }],
  [0x0423, { ...VERITY_256, pss: false }],
  [0x0425, { ...VERITY_256, pss: false }],
]);

/** @throws Fault apk-unsigned */
export function publicKeyOf(der: Buffer, where: string): KeyObject {
  try {
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch (cause) {
    throw new Fault('apk-unsigned', `${where} holds a public key that cannot be decoded.`, { cause });
  }
}

export function signatureHolds(
  algorithm: SignatureAlgorithm,
  data: Buffer,
  key: KeyObject,
  signature: Buffer,
): boolean {
  const saltLength = algorithm.hash === 'sha256' ? 32 : 64;
  try {
    return algorithm.pss
      ? verify(algorithm.hash, data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }, signature)
      : verify(algorithm.hash, data, key, signature);
  } catch {
    return false; // OpenSSL throws where key and algorithm do not fit: then the signature does not hold.
  }
}
