import type { X509Certificate } from 'node:crypto';
import type { SignatureCheck, Signing, SigningCertificate } from '../../orchestrator/contract/apk.ts';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { viewOf } from './bytes.ts';
import { describeCertificate, parseCertificate, publicKeyDer } from './certificate.ts';
import type { ContentDigests } from './content-digest.ts';
import { verifyLineage } from './rotation.ts';
import { publicKeyOf, SIGNATURE_ALGORITHMS, signatureHolds, type SignatureAlgorithm } from './signature-algorithm.ts';
import { lengthPrefixed } from './signing-block.ts';

export type BlockScheme = Exclude<SignatureCheck['scheme'], 'v1'>;

/** One signer whose signature holds. */
export interface BlockSigner {
  readonly certificate: SigningCertificate;
  /** Platforms that look at it; v2 says nothing of that. */
  readonly fromApi: number | null;
  readonly toApi: number | null;
  readonly lineage: Signing['lineage'];
  /** v3: the platform from which on a v3.1 signer must take over. */
  readonly rotationFromApi: number | null;
  /** v2: the strongest scheme that stood beside it when it was made. */
  readonly promisedScheme: number | null;
}

const ATTRIBUTE = { strippingProtection: 0xbeeff00d, proofOfRotation: 0x3ba06f8c, rotationMinSdk: 0x559f8b02 };
const MOST_SIGNERS = 10;

/**
 * Checks a v2, v3 or v3.1 signature as the platform does (ApkSignatureSchemeV2Verifier, ApkSignatureSchemeV3Verifier):
 * signature over the signed data by the public key, that key in the certificate, the file's content against the digest
 * that was signed, the range of platforms inside and outside of the signed data, and the proof of rotation.
 * @throws Fault apk-unsigned where it does not hold
 */
export function verifyBlockSignature(value: Buffer, scheme: BlockScheme, digests: ContentDigests): BlockSigner[] {
  const where = `The ${scheme} signature`;
  const signers = lengthPrefixed(lengthPrefixed(value, where)[0] ?? Buffer.alloc(0), where);
  if (signers.length === 0 || signers.length > MOST_SIGNERS) {
    throw new Fault('apk-unsigned', `${where} has ${signers.length} signers.`);
  }
  return signers.map((signer) => verifySigner(signer, scheme, digests, where));
}

function verifySigner(bytes: Buffer, scheme: BlockScheme, digests: ContentDigests, where: string): BlockSigner {
  const signer = splitSigner(bytes, scheme, where);
  const signed = splitSignedData(signer.signedData, scheme, where);
  const certificate = parseCertificate(lengthPrefixed(signed.certificates, where)[0] ?? Buffer.alloc(0), where);
  if (!publicKeyDer(certificate, where).equals(signer.publicKeyDer)) {
    throw new Fault('apk-unsigned', `${where} was made with another key than that of its certificate.`);
  }
  const signedDigests = idValuePairs(signed.digests, where);
  if (idsOf(signedDigests) !== idsOf(signer.signatures)) {
    throw new Fault('apk-unsigned', `${where} names other algorithms than its digests.`);
  }
  const chosen = strongest(signer.signatures, where);
  const key = publicKeyOf(signer.publicKeyDer, where);
  if (!signatureHolds(chosen.algorithm, signer.signedData, key, chosen.signature)) {
    throw new Fault('apk-unsigned', `${where} does not hold over its signed data.`);
  }
  const expected = signedDigests.find((pair) => pair.id === chosen.id)?.value;
  const actual = digests(chosen.algorithm.content);
  if (actual === null || expected?.equals(actual) !== true) {
    throw new Fault('apk-unsigned', `${where} is over other content: the file was changed after it was signed.`);
  }
  if (signed.fromApi !== signer.fromApi || signed.toApi !== signer.toApi) {
    throw new Fault('apk-unsigned', `${where} names other platforms inside than outside of its signed data.`);
  }
  return {
    certificate: describeCertificate(certificate, scheme, true),
    fromApi: signer.fromApi,
    toApi: signer.toApi,
    ...readAttributes(signed.attributes, certificate, scheme, where),
  };
}

interface SignerParts {
  readonly signedData: Buffer;
  readonly signatures: { readonly id: number; readonly value: Buffer }[];
  readonly publicKeyDer: Buffer;
  readonly fromApi: number | null;
  readonly toApi: number | null;
}

function splitSigner(signer: Buffer, scheme: BlockScheme, where: string): SignerParts {
  const view = viewOf(signer, where, 'apk-unsigned');
  const signedData = view.slice(4, view.u32(0));
  // v3 repeats the range of SDK versions (two 32-bit numbers) outside the signed data.
  const rangeAt = 4 + signedData.length;
  const ranged = scheme !== 'v2';
  const restAt = rangeAt + (ranged ? 8 : 0);
  const [signatures, publicKey] = lengthPrefixed(view.slice(restAt, signer.length - restAt), where);
  if (signatures === undefined || publicKey === undefined) {
    throw new Fault('apk-unsigned', `${where} lacks its public key.`);
  }
  return {
    signedData,
    signatures: idValuePairs(signatures, where),
    publicKeyDer: publicKey,
    fromApi: ranged ? view.u32(rangeAt) : null,
    toApi: ranged ? view.u32(rangeAt + 4) : null,
  };
}

interface SignedParts {
  readonly digests: Buffer;
  readonly certificates: Buffer;
  readonly attributes: Buffer;
  readonly fromApi: number | null;
  readonly toApi: number | null;
}

function splitSignedData(signedData: Buffer, scheme: BlockScheme, where: string): SignedParts {
  const view = viewOf(signedData, where, 'apk-unsigned');
  const digests = view.slice(4, view.u32(0));
  let at = 4 + digests.length;
  const certificates = view.slice(at + 4, view.u32(at));
  at += 4 + certificates.length;
  const ranged = scheme !== 'v2';
  const fromApi = ranged ? view.u32(at) : null;
  const toApi = ranged ? view.u32(at + 4) : null;
  if (ranged) at += 8;
  // Signers of before there were attributes end here.
  const attributes = at + 4 > signedData.length ? Buffer.alloc(0) : view.slice(at + 4, view.u32(at));
  return { digests, certificates, attributes, fromApi, toApi };
}

function readAttributes(
  attributes: Buffer,
  certificate: X509Certificate,
  scheme: BlockScheme,
  where: string,
): Pick<BlockSigner, 'lineage' | 'rotationFromApi' | 'promisedScheme'> {
  let lineage: Signing['lineage'] = [];
  let rotationFromApi: number | null = null;
  let promisedScheme: number | null = null;
  let proofs = 0;
  for (const attribute of lengthPrefixed(attributes, where)) {
    const view = viewOf(attribute, where, 'apk-unsigned');
    const id = view.u32(0);
    if (scheme === 'v2') {
      if (id === ATTRIBUTE.strippingProtection) promisedScheme = view.u32(4);
    } else if (id === ATTRIBUTE.proofOfRotation) {
      proofs += 1;
      if (proofs > 1) throw new Fault('apk-unsigned', `${where} has two proofs of rotation.`);
      lineage = verifyLineage(attribute.subarray(4), certificate, where);
    } else if (id === ATTRIBUTE.rotationMinSdk) {
      rotationFromApi = view.u32(4);
    }
  }
  return { lineage, rotationFromApi, promisedScheme };
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

function strongest(
  signatures: readonly { id: number; value: Buffer }[],
  where: string,
): { id: number; algorithm: SignatureAlgorithm; signature: Buffer } {
  if (signatures.length === 0) throw new Fault('apk-unsigned', `${where} holds no signature.`);
  let best: { id: number; algorithm: SignatureAlgorithm; signature: Buffer } | null = null;
  for (const { id, value } of signatures) {
    const algorithm = SIGNATURE_ALGORITHMS.get(id);
    if (algorithm === undefined || algorithm.strength <= (best?.algorithm.strength ?? 0)) continue;
    best = { id, algorithm, signature: value };
  }
  if (best === null) throw new Fault('apk-unsigned', `${where} uses no algorithm that Android knows.`);
  return best;
}
