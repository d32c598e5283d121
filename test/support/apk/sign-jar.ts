import { createHash, sign } from 'node:crypto';
import { publicTestKey } from './sign.ts';
import type { ZipInput } from './zip.ts';

/** What to do wrong. */
export interface JarFaults {
  /** Value of X-Android-APK-Signed in the .SF file, which promises stronger signatures. */
  readonly promises?: string;
  /** An entry that MANIFEST.MF leaves out. */
  readonly forgets?: string;
  /** An entry that the .SF file leaves out. */
  readonly neglects?: string;
}

/** Adds a v1 signature (JAR File Specification; PKCS#7 without signed attributes, as jarsigner and apksig write it). */
export function signJar(inputs: readonly ZipInput[], key: 1 | 2, faults: JarFaults = {}): ZipInput[] {
  const section = (path: string, bytes: Buffer): string => `Name: ${path}\r\nSHA-256-Digest: ${base64(bytes)}\r\n\r\n`;
  const sections = inputs
    .filter((input) => input.path !== faults.forgets)
    .map((input) => ({ path: input.path, text: section(input.path, input.bytes) }));
  const manifest = Buffer.from(`Manifest-Version: 1.0\r\n\r\n${sections.map(({ text }) => text).join('')}`);
  const promise = faults.promises === undefined ? '' : `X-Android-APK-Signed: ${faults.promises}\r\n`;
  const covered = sections
    .filter(({ path }) => path !== faults.neglects)
    .map(({ path, text }) => section(path, Buffer.from(text)));
  const signatureFile = Buffer.from(
    `Signature-Version: 1.0\r\n${promise}SHA-256-Digest-Manifest: ${base64(manifest)}\r\n\r\n${covered.join('')}`,
  );
  return [
    ...inputs,
    { path: 'META-INF/MANIFEST.MF', bytes: manifest },
    { path: 'META-INF/CERT.SF', bytes: signatureFile },
    { path: 'META-INF/CERT.RSA', bytes: pkcs7(signatureFile, key) },
  ];
}

/** SignedData of RFC 2315 over detached content. */
function pkcs7(content: Buffer, key: 1 | 2): Buffer {
  const { certificate, privateKey } = publicTestKey(key);
  const sha256 = der(0x30, oid('608648016503040201'), der(0x05));
  const rsa = der(0x30, oid('2a864886f70d010101'), der(0x05));
  const signerInfo = der(
    0x30,
    der(0x02, Buffer.from([1])),
    der(0x30, ...issuerAndSerial(certificate.raw)),
    sha256,
    rsa,
    der(0x04, sign('sha256', content, privateKey)),
  );
  const signedData = der(
    0x30,
    der(0x02, Buffer.from([1])),
    der(0x31, sha256),
    der(0x30, oid('2a864886f70d010701')),
    der(0xa0, certificate.raw),
    der(0x31, signerInfo),
  );
  return der(0x30, oid('2a864886f70d010702'), der(0xa0, signedData));
}

/** TBSCertificate is version, serial number, algorithm, issuer, …: two elements are copied, in the other order. */
function issuerAndSerial(certificate: Buffer): Buffer[] {
  const body = children(children(certificate)[0] ?? Buffer.alloc(0));
  return [body[3] ?? Buffer.alloc(0), body[1] ?? Buffer.alloc(0)];
}

function children(element: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let at = header(element, 0).length;
  while (at < element.length) {
    const { length, size } = header(element, at);
    parts.push(element.subarray(at, at + length + size));
    at += length + size;
  }
  return parts;
}

function header(bytes: Buffer, at: number): { length: number; size: number } {
  const first = bytes.readUInt8(at + 1);
  const extra = first < 0x80 ? 0 : first & 0x7f;
  return { length: 2 + extra, size: extra === 0 ? first : bytes.readUIntBE(at + 2, extra) };
}

function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const length = body.length < 0x80 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function base64(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64');
}
