import { lookUp } from '../../orchestrator/contract/look-up.ts';
import { createHash, verify, type X509Certificate } from 'node:crypto';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { parseCertificate } from './certificate.ts';
import { DER, derElements, oidOf, type DerElement } from './der.ts';

const HASHES: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.5': 'md5',
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};
const SIGNED_DATA = '1.2.840.113549.1.7.2';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';

/**
 * The signing certificate of a detached PKCS#7 SignedData (RFC 2315) over `content`, and whether its signature holds.
 * The signer's certificate is the one that its issuer and serial number name.
 * @throws Fault apk-unsigned where it cannot be decoded
 */
export function verifyPkcs7(
  der: Buffer,
  content: Buffer,
  where: string,
): { certificate: X509Certificate; holds: boolean } {
  const [type, wrapped] = inside(derElements(der, where)[0], where);
  if (type?.tag !== DER.oid || oidOf(type.content) !== SIGNED_DATA) {
    throw new Fault('apk-unsigned', `${where} is no PKCS#7 SignedData.`);
  }
  const fields = inside(inside(wrapped, where)[0], where);
  const certificates = fields
    .filter((field) => field.tag === DER.context0)
    .flatMap((field) => derElements(field.content, where))
    .map((element) => ({ element, certificate: parseCertificate(element.encoded, where) }));
  const signerInfo = inside(fields.filter((field) => field.tag === DER.set).at(-1), where)[0];
  const [, issuerAndSerial, digestAlgorithm, ...rest] = inside(signerInfo, where);
  const named = certificates.find(({ element }) => isNamed(element, issuerAndSerial, where));
  if (named === undefined) throw new Fault('apk-unsigned', `${where} lacks the certificate of its signer.`);
  const hash = lookUp(HASHES, oidOf(inside(digestAlgorithm, where)[0]?.content ?? Buffer.alloc(0)));
  const signature = rest.find((field) => field.tag === DER.octets)?.content;
  if (hash === undefined || signature === undefined) return { certificate: named.certificate, holds: false };
  const attributes = rest.find((field) => field.tag === DER.context0);
  const signed = attributes === undefined ? content : signedAttributes(attributes, content, hash, where);
  return {
    certificate: named.certificate,
    holds: signed !== null && checks(hash, signed, named.certificate, signature),
  };
}

/** TBSCertificate: version?, serial, algorithm, issuer, …, against IssuerAndSerialNumber: issuer, serial. */
function isNamed(certificate: DerElement, issuerAndSerial: DerElement | undefined, where: string): boolean {
  const [issuer, serial] = inside(issuerAndSerial, where);
  const fields = inside(inside(certificate, where)[0], where).filter((field) => field.tag !== DER.context0);
  return (
    issuer !== undefined &&
    serial !== undefined &&
    fields[0]?.encoded.equals(serial.encoded) === true &&
    fields[2]?.encoded.equals(issuer.encoded) === true
  );
}

/** Where attributes are signed they hold the digest of the content; as signed they are a SET (RFC 2315, 9.3). */
function signedAttributes(attributes: DerElement, content: Buffer, hash: string, where: string): Buffer | null {
  for (const attribute of derElements(attributes.content, where)) {
    const [type, values] = inside(attribute, where);
    if (type === undefined || oidOf(type.content) !== MESSAGE_DIGEST) continue;
    const digest = inside(values, where)[0]?.content;
    if (digest?.equals(createHash(hash).update(content).digest()) !== true) return null;
    const asSet = Buffer.from(attributes.encoded);
    asSet.writeUInt8(DER.set, 0);
    return asSet;
  }
  return null;
}

function checks(hash: string, signed: Buffer, certificate: X509Certificate, signature: Buffer): boolean {
  try {
    return verify(hash, signed, certificate.publicKey, signature);
  } catch {
    return false; // OpenSSL throws where key and signature do not fit: then the signature does not hold.
  }
}

function inside(element: DerElement | undefined, where: string): DerElement[] {
  if (element === undefined || (element.tag & 0x20) === 0) {
    throw new Fault('apk-unsigned', `${where} lacks a part that PKCS#7 demands.`);
  }
  return derElements(element.content, where);
}
