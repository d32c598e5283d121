import { createHash, X509Certificate } from 'node:crypto';
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
  return {
    sha256: createHash('sha256').update(certificate.raw).digest('hex'),
    subject: (certificate.subject ?? '').split('\n').join(', ').slice(0, 1000),
    scheme,
    verified,
  };
}

/** SubjectPublicKeyInfo of the certificate's key. @throws Fault apk-unsigned where OpenSSL cannot decode the key */
export function publicKeyDer(certificate: X509Certificate, where: string): Buffer {
  try {
    return certificate.publicKey.export({ type: 'spki', format: 'der' });
  } catch (cause) {
    throw new Fault('apk-unsigned', `${where} holds a certificate whose key cannot be decoded.`, { cause });
  }
}
