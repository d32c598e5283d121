import { constants, createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { SigningCertificate } from '../../orchestrator/contract/apk.ts';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { viewOf } from './bytes.ts';
import { describeCertificate, parseCertificate, publicKeyDer } from './certificate.ts';
import { contentDigest } from './content-digest.ts';
import { lengthPrefixed, type SigningBlock } from './signing-block.ts';
import type { ZipArchive } from './zip.ts';

type BlockScheme = Exclude<SigningCertificate['scheme'], 'v1'>;

interface Algorithm {
  readonly hash: 'sha256' | 'sha512';
  readonly pss: boolean;
  readonly strength: number;
}

/** Signature algorithm ids of APK Signature Scheme v2. */
const ALGORITHMS = new Map<number, Algorithm>([
  [0x0101, { hash: 'sha256', pss: true, strength: 1 }],
  [0x0102, { hash: 'sha512', pss: true, strength: 2 }],
  [0x0103, { hash: 'sha256', pss: false, strength: 1 }],
  [0x0104, { hash: 'sha512', pss: false, strength: 2 }],
  [0x0201, { hash: 'sha256', pss: false, strength: 1 }],
  [0x0202, { hash: 'sha512', pss: false, strength: 2 }],
  [0x0301, { hash: 'sha256', pss: false, strength: 1 }],
]);
/** Algorithms whose content digest is the root of a verity tree, as for incremental installs: known, not checked here. */
const VERITY_ALGORITHMS: readonly number[] = [0x0421, 0x0423, 0x0425];
const STRIPPING_PROTECTION = 0xbeeff00d;
const MOST_SIGNERS = 10;

/**
 * Checks a v2, v3 or v3.1 signature as the platform does: signature over the signed data by the public key, that key
 * in the certificate, and the file's content against the digest that was signed.
 * @throws Fault apk-unsigned where it does not hold, since no device then installs the file
 */
export function verifyBlockSignature(
  archive: ZipArchive,
  block: SigningBlock,
  scheme: BlockScheme,
  value: Buffer,
  hasV3: boolean,
): { certificates: SigningCertificate[]; warnings: string[] } {
  const where = `The ${scheme} signature`;
  const signers = lengthPrefixed(lengthPrefixed(value, where)[0] ?? Buffer.alloc(0), where);
  if (signers.length === 0 || signers.length > MOST_SIGNERS) {
    throw new Fault('apk-unsigned', `${where} has ${signers.length} signers.`);
  }
  const warnings: string[] = [];
  const certificates = signers.map((signer) => {
    const parts = splitSigner(signer, scheme, where);
    const [digests, certificateChain, attributes] = signedParts(parts.signedData, scheme, where);
    const certificate = parseCertificate(lengthPrefixed(certificateChain, where)[0] ?? Buffer.alloc(0), where);
    if (!publicKeyDer(certificate, where).equals(parts.publicKeyDer)) {
      throw new Fault('apk-unsigned', `${where} was made with another key than that of its certificate.`);
    }
    if (scheme === 'v2' && !hasV3) refuseStripping(attributes, where);
    const signedDigests = idValuePairs(digests, where);
    if (idsOf(signedDigests) !== idsOf(parts.signatures)) {
      throw new Fault('apk-unsigned', `${where} names other algorithms than its digests.`);
    }
    const chosen = strongest(parts.signatures, where);
    if (chosen === null) {
      warnings.push(`${where} is over a verity tree, which is not checked here.`);
      return describeCertificate(certificate, scheme, false);
    }
    if (!holds(chosen.algorithm, parts.signedData, keyOf(parts.publicKeyDer, where), chosen.signature)) {
      throw new Fault('apk-unsigned', `${where} does not hold over its signed data.`);
    }
    const signed = signedDigests.find((pair) => pair.id === chosen.id)?.value;
    if (signed?.equals(contentDigest(archive, block.offset, chosen.algorithm.hash)) !== true) {
      throw new Fault('apk-unsigned', `${where} is over other content: the file was changed after it was signed.`);
    }
    return describeCertificate(certificate, scheme, true);
  });
  return { certificates, warnings };
}

function splitSigner(
  signer: Buffer,
  scheme: BlockScheme,
  where: string,
): { signedData: Buffer; signatures: { id: number; value: Buffer }[]; publicKeyDer: Buffer } {
  const view = viewOf(signer, where, 'apk-unsigned');
  const signedData = view.slice(4, view.u32(0));
  // v3 repeats the range of SDK versions (two 32-bit numbers) outside the signed data.
  const restAt = 4 + signedData.length + (scheme === 'v2' ? 0 : 8);
  const [signatures, publicKeyDer] = lengthPrefixed(view.slice(restAt, signer.length - restAt), where);
  if (signatures === undefined || publicKeyDer === undefined) {
    throw new Fault('apk-unsigned', `${where} lacks its public key.`);
  }
  return { signedData, signatures: idValuePairs(signatures, where), publicKeyDer };
}

/** Digests, certificates and, read only for v2, additional attributes. */
function signedParts(signedData: Buffer, scheme: BlockScheme, where: string): [Buffer, Buffer, Buffer] {
  const view = viewOf(signedData, where, 'apk-unsigned');
  const digests = view.slice(4, view.u32(0));
  const certificatesAt = 4 + digests.length;
  const certificates = view.slice(certificatesAt + 4, view.u32(certificatesAt));
  const attributesAt = certificatesAt + 4 + certificates.length;
  if (scheme !== 'v2' || attributesAt + 4 > signedData.length) return [digests, certificates, Buffer.alloc(0)];
  return [digests, certificates, view.slice(attributesAt + 4, view.u32(attributesAt))];
}

/** Pairs of an algorithm id and a length-prefixed value. */
function idValuePairs(bytes: Buffer, where: string): { id: number; value: Buffer }[] {
  return lengthPrefixed(bytes, where).map((pair) => {
    const view = viewOf(pair, where, 'apk-unsigned');
    return { id: view.u32(0), value: view.slice(8, view.u32(4)) };
  });
}

function idsOf(pairs: readonly { id: number }[]): string {
  return pairs.map(({ id }) => id).join(' ');
}

/** A v2 signature may say that a v3 one was there: without it the file was tampered with. */
function refuseStripping(attributes: Buffer, where: string): void {
  for (const attribute of lengthPrefixed(attributes, where)) {
    const view = viewOf(attribute, where, 'apk-unsigned');
    if (attribute.length >= 8 && view.u32(0) === STRIPPING_PROTECTION && view.u32(4) === 3) {
      throw new Fault('apk-unsigned', `${where} says that a v3 signature was there; it has been removed.`);
    }
  }
}

/** null where only verity algorithms sign. */
function strongest(
  signatures: readonly { id: number; value: Buffer }[],
  where: string,
): { id: number; algorithm: Algorithm; signature: Buffer } | null {
  if (signatures.length === 0) throw new Fault('apk-unsigned', `${where} holds no signature.`);
  let known = false;
  let best: { id: number; algorithm: Algorithm; signature: Buffer } | null = null;
  for (const { id, value } of signatures) {
    const algorithm = ALGORITHMS.get(id);
    if (algorithm === undefined && !VERITY_ALGORITHMS.includes(id)) continue;
    known = true;
    if (algorithm === undefined || algorithm.strength <= (best?.algorithm.strength ?? 0)) continue;
    best = { id, algorithm, signature: value };
  }
  if (!known) throw new Fault('apk-unsigned', `${where} uses no algorithm that Android knows.`);
  return best;
}

function keyOf(der: Buffer, where: string): KeyObject {
  try {
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch (cause) {
    throw new Fault('apk-unsigned', `${where} holds a public key that cannot be decoded.`, { cause });
  }
}

function holds(algorithm: Algorithm, data: Buffer, key: KeyObject, signature: Buffer): boolean {
  const saltLength = algorithm.hash === 'sha256' ? 32 : 64;
  try {
    return algorithm.pss
      ? verify(algorithm.hash, data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }, signature)
      : verify(algorithm.hash, data, key, signature);
  } catch {
    return false; // OpenSSL throws where key and algorithm do not fit: then the signature does not hold.
  }
}
