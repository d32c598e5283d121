import type { X509Certificate } from 'node:crypto';
import type { Signing } from '../../orchestrator/contract/apk.ts';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { viewOf } from './bytes.ts';
import { describeCertificate, parseCertificate, publicKeyDer, subjectOf } from './certificate.ts';
import { publicKeyOf, SIGNATURE_ALGORITHMS, signatureHolds } from './signature-algorithm.ts';
import { lengthPrefixed } from './signing-block.ts';

type Lineage = Signing['lineage'];

/**
 * Walks a proof of rotation (ApkSigningBlockUtils.verifyProofOfRotationStruct): certificates from the oldest on, each
 * signed by the one before it with the algorithm that both name, none twice, the last one that of the signer.
 * @throws Fault apk-unsigned where a link does not hold
 */
export function verifyLineage(bytes: Buffer, signer: X509Certificate, where: string): Lineage {
  const view = viewOf(bytes, where, 'apk-unsigned');
  view.u32(0); // version: the platform reads it and does not compare it
  const lineage: Lineage = [];
  let last: { certificate: X509Certificate; algorithm: number } | null = null;
  for (const level of lengthPrefixed(bytes.subarray(4), where)) {
    const { certificate, signedAlgorithm, signedData, flags, algorithm, signature } = readLevel(level, where);
    if (last !== null) {
      const by = SIGNATURE_ALGORITHMS.get(last.algorithm);
      const key = publicKeyOf(publicKeyDer(last.certificate, where), where);
      if (by === undefined || last.algorithm !== signedAlgorithm || !signatureHolds(by, signedData, key, signature)) {
        throw new Fault('apk-unsigned', `${where} has a proof of rotation whose link ${lineage.length} does not hold.`);
      }
    }
    const { sha256 } = describeCertificate(certificate, 'v3', true);
    if (lineage.some((one) => one.sha256 === sha256)) {
      throw new Fault('apk-unsigned', `${where} has a proof of rotation that names one certificate twice.`);
    }
    lineage.push({ sha256, subject: subjectOf(certificate), flags });
    last = { certificate, algorithm };
  }
  if (last !== null && !last.certificate.raw.equals(signer.raw)) {
    throw new Fault('apk-unsigned', `${where} has a proof of rotation that ends in another certificate.`);
  }
  return lineage;
}

/** Signed data (certificate, algorithm of the signature over them), flags, algorithm for the next level, signature. */
function readLevel(level: Buffer, where: string) {
  const view = viewOf(level, where, 'apk-unsigned');
  const signedData = view.slice(4, view.u32(0));
  const at = 4 + signedData.length;
  const signed = viewOf(signedData, where, 'apk-unsigned');
  const der = signed.slice(4, signed.u32(0));
  return {
    certificate: parseCertificate(der, where),
    signedAlgorithm: signed.u32(4 + der.length),
    signedData,
    flags: view.u32(at),
    algorithm: view.u32(at + 4),
    signature: view.slice(at + 12, view.u32(at + 8)),
  };
}
