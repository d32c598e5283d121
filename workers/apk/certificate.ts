import { createHash, X509Certificate, type KeyObject } from 'node:crypto';
import type { SigningCertificate } from '../../orchestrator/contract/apk.ts';
import { Fault } from '../../orchestrator/contract/fault.ts';

/** @throws Fault apk-unsigned where the bytes are no X.509 certificate */
export function parseCertificate(der: Buffer, where: string): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch (cause) {
    throw new Fault('apk-unsigned', `${where} holds a certificate that cannot be decoded.`, { cause });
  }
}

export function describeCertificate(
  certificate: X509Certificate,
  scheme: SigningCertificate['scheme'],
  verified: boolean,
): SigningCertificate {
  const digest = (hash: string): string => createHash(hash).update(certificate.raw).digest('hex');
  const notBefore = isoDate(certificate.validFrom);
  const notAfter = isoDate(certificate.validTo);
  return {
    sha256: digest('sha256'),
    subject: subjectOf(certificate),
    scheme,
    verified,
    sha1: digest('sha1'),
    md5: digest('md5'),
    ...keyFacts(certificate),
    ...(notBefore === null ? {} : { notBefore }),
    ...(notAfter === null ? {} : { notAfter }),
  };
}

/** The parts of the name in the order of the certificate. */
export function subjectOf(certificate: X509Certificate): string {
  return (certificate.subject ?? '').split('\n').join(', ').slice(0, 1000);
}

/** SubjectPublicKeyInfo of the certificate's key. @throws Fault apk-unsigned where OpenSSL cannot decode the key */
export function publicKeyDer(certificate: X509Certificate, where: string): Buffer {
  try {
    return certificate.publicKey.export({ type: 'spki', format: 'der' });
  } catch (cause) {
    throw new Fault('apk-unsigned', `${where} holds a certificate whose key cannot be decoded.`, { cause });
  }
}

const CURVE_BITS: ReadonlyMap<string, number> = new Map([
  ['prime256v1', 256],
  ['secp256k1', 256],
  ['secp384r1', 384],
  ['secp521r1', 521],
]);

function keyFacts(certificate: X509Certificate): Pick<SigningCertificate, 'keyAlgorithm' | 'keyBits'> {
  let key: KeyObject;
  try {
    key = certificate.publicKey;
  } catch {
    return {}; // A key of a kind that OpenSSL does not know: the certificate is still named by its digest.
  }
  const { asymmetricKeyType, asymmetricKeyDetails: details } = key;
  const bits = details?.modulusLength ?? CURVE_BITS.get(details?.namedCurve ?? '');
  return {
    keyAlgorithm: (asymmetricKeyType ?? 'unknown').toUpperCase(),
    ...(bits === undefined ? {} : { keyBits: bits }),
  };
}

/** OpenSSL writes "Jan  1 00:00:00 2020 GMT"; null for dates that no calendar has. */
function isoDate(text: string): string | null {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
