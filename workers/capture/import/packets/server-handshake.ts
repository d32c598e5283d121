import { createHash } from 'node:crypto';

/** What a server's first flight shows in the clear (RFC 8446, 4.1.3; RFC 5246, 7.4). */
export interface ServerHandshake {
  /** null while the ServerHello has not come whole. */
  readonly version13: boolean | null;
  /** SHA-256 of the first certificate, which is the server's own; null while none has come. */
  readonly certificateSha256: string | null;
}

const SERVER_HELLO = 2;
const CERTIFICATE = 11;
const SUPPORTED_VERSIONS = 43;

/** Reads handshake messages, the bodies of their records joined. Never throws: what is not whole is not there. */
export function readServerHandshake(messages: Buffer): ServerHandshake {
  let version13: boolean | null = null;
  for (let at = 0; at + 4 <= messages.length;) {
    const type = messages[at];
    const end = at + 4 + messages.readUIntBE(at + 1, 3);
    if (type === CERTIFICATE && version13 === false) {
      return { version13, certificateSha256: firstCertificate(messages, at + 4) };
    }
    if (end > messages.length) break;
    if (type === SERVER_HELLO) version13 ??= choosesTls13(messages.subarray(at + 4, end));
    at = end;
  }
  return { version13, certificateSha256: null };
}

/** True where the hello selects 0x0304 in supported_versions. */
function choosesTls13(hello: Buffer): boolean {
  const sessionIdAt = 2 + 32;
  const extensionsAt = sessionIdAt + 1 + (hello[sessionIdAt] ?? 0) + 2 + 1;
  for (let at = extensionsAt + 2; at + 4 <= hello.length; at += 4 + hello.readUInt16BE(at + 2)) {
    if (hello.readUInt16BE(at) !== SUPPORTED_VERSIONS) continue;
    return at + 6 <= hello.length && hello.readUInt16BE(at + 4) === 0x0304;
  }
  return false;
}

/** The chain may still be coming; its first certificate is enough. */
function firstCertificate(messages: Buffer, at: number): string | null {
  const from = at + 6;
  if (from > messages.length) return null;
  const end = from + messages.readUIntBE(at + 3, 3);
  if (end > messages.length || end === from) return null;
  return createHash('sha256').update(messages.subarray(from, end)).digest('hex');
}
