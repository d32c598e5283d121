import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { X509Certificate, type KeyObject } from 'node:crypto';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { bits, boolean, octets, oid, pem, sequence, set, tagged, time, unsigned, utf8 } from './der.ts';

/**
 * The certificate authority that a handset is told to trust. Its key lives in this process: it is written nowhere
 * unless {@link Authority.exportKeyPem} is called by who keeps one authority for a whole installation.
 */
export interface Authority {
  readonly certificatePem: string;
  /** Name under which Android's trust store looks it up: OpenSSL's subject_hash_old, 8 hex digits, and `.0`. */
  readonly fileName: string;
  readonly key: KeyObject;
  /** DER of the subject, which is the issuer of its leaves. */
  readonly name: Buffer;
  exportKeyPem(): string;
}

const DAY_MS = 86_400_000;

/** EC P-256 and a certificate of our own making: about 1 ms. */
export function createAuthority(options: { readonly nowMs?: number } = {}): Authority {
  const nowMs = options.nowMs ?? Date.now();
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = nameOf({ organization: 'sleeptalk', common: `sleeptalk capture ${randomBytes(4).toString('hex')}` });
  const extensions = [
    extension('2.5.29.19', true, sequence(boolean(true), unsigned(Buffer.from([0])))), // a CA, no further CA below
    extension('2.5.29.15', true, bits(Buffer.from([0x06]), 1)), // keyCertSign, cRLSign
    extension('2.5.29.14', false, octets(keyIdentifier(publicKey))),
  ];
  const certificate = signCertificate({
    issuer: name,
    issuerKey: privateKey,
    subject: name,
    publicKey,
    // A handset's clock may be some days off.
    fromMs: nowMs - 30 * DAY_MS,
    toMs: nowMs + 365 * DAY_MS,
    extensions,
  });
  return authorityOf(privateKey, name, pem('CERTIFICATE', certificate));
}

/** An authority kept for a whole installation. Throws Fault 'trust-failed' where the two do not belong together. */
export function loadAuthority(certificatePem: string, keyPem: string): Authority {
  let certificate: X509Certificate;
  let key: KeyObject;
  try {
    certificate = new X509Certificate(certificatePem);
    key = createPrivateKey(keyPem);
  } catch (error) {
    throw new Fault('trust-failed', 'the certificate authority on disk cannot be read', { cause: error });
  }
  if (!certificate.ca || !certificate.checkPrivateKey(key)) {
    throw new Fault('trust-failed', 'the certificate authority on disk and its key do not belong together');
  }
  return authorityOf(key, subjectOf(certificate.raw), certificate.toString());
}

function authorityOf(key: KeyObject, name: Buffer, certificatePem: string): Authority {
  return {
    key,
    name,
    certificatePem,
    fileName: `${subjectHashOld(name)}.0`,
    exportKeyPem: () => key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** X509_NAME_hash_old of OpenSSL: the first four bytes of MD5 over the DER name, as a little-endian number. */
export function subjectHashOld(name: Uint8Array): string {
  return createHash('md5').update(name).digest().readUInt32LE(0).toString(16).padStart(8, '0');
}

export function nameOf(parts: { readonly organization: string; readonly common: string }): Buffer {
  const attribute = (type: string, value: string): Buffer => set(sequence(oid(type), utf8(value)));
  return sequence(attribute('2.5.4.10', parts.organization), attribute('2.5.4.3', parts.common));
}

export function extension(id: string, critical: boolean, value: Uint8Array): Buffer {
  return critical ? sequence(oid(id), boolean(true), octets(value)) : sequence(oid(id), octets(value));
}

/** SHA-1 of the public key bits (RFC 5280, 4.2.1.2, method 1). */
export function keyIdentifier(publicKey: KeyObject): Buffer {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha1').update(spki.subarray(-65)).digest(); // the uncompressed P-256 point ends the structure
}

export interface CertificateRequest {
  readonly issuer: Uint8Array;
  readonly issuerKey: KeyObject;
  readonly subject: Uint8Array;
  readonly publicKey: KeyObject;
  readonly fromMs: number;
  readonly toMs: number;
  readonly extensions: readonly Uint8Array[];
}

/** DER of an X.509 v3 certificate with a random 127-bit serial, signed by ECDSA with SHA-256. */
export function signCertificate(request: CertificateRequest): Buffer {
  const algorithm = sequence(oid('1.2.840.10045.4.3.2'));
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40; // positive, and always sixteen bytes long
  const body = sequence(
    tagged(0xa0, unsigned(Buffer.from([2]))),
    unsigned(serial),
    algorithm,
    request.issuer,
    sequence(time(request.fromMs), time(request.toMs)),
    request.subject,
    request.publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...request.extensions)),
  );
  return sequence(body, algorithm, bits(sign('sha256', body, request.issuerKey)));
}

export function publicKeyOf(key: KeyObject): KeyObject {
  return createPublicKey(key);
}

/** The subject's DER out of a certificate: the sixth element of its body (after version, serial, …, validity). */
function subjectOf(certificate: Uint8Array): Buffer {
  const bytes = Buffer.from(certificate);
  const bodyAt = elementAt(bytes, 0).contentAt;
  let at = elementAt(bytes, bodyAt).contentAt;
  for (let skip = 0; skip < 5; skip += 1) at = elementAt(bytes, at).nextAt;
  return bytes.subarray(at, elementAt(bytes, at).nextAt);
}

function elementAt(bytes: Buffer, at: number): { contentAt: number; nextAt: number } {
  const first = bytes.readUInt8(at + 1);
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes);
  const contentAt = at + 2 + lengthBytes;
  return { contentAt, nextAt: contentAt + length };
}
