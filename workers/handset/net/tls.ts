import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { HandshakeGate } from './handshake-gate.ts';

/** The app did not accept the server's certificate; `code` is OpenSSL's name of the reason, or `PIN_MISMATCH`. */
export class CertificateRefused extends Error {
  override readonly name = 'CertificateRefused';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface TlsWish {
  readonly host: string;
  readonly anchors: readonly string[];
  /** Protocols offered, best first. */
  readonly alpn: readonly string[];
  /**
   * null: any certificate that is valid. Else the only key that is accepted, as hex SHA-256 of its SubjectPublicKeyInfo;
   * an empty text is a key that nobody here has.
   */
  readonly pin: string | null;
  /** Whether a wrong key ends the handshake (network security configuration) or the connection after it (OkHttp). */
  readonly pinEnds: 'handshake' | 'connection';
  readonly signal: AbortSignal;
}

const MOST_CONTEXTS = 16;
const contexts = new Map<string, SecureContext>();

/** Speaks TLS as an app does over a socket that is already connected. Throws CertificateRefused or the socket's error. */
export async function openTls(inner: Duplex, wish: TlsWish): Promise<TLSSocket> {
  const gate = new HandshakeGate(inner);
  const socket = connect({
    socket: gate,
    secureContext: contextOf(wish.anchors),
    ...(isIP(wish.host) === 0 ? { servername: wish.host } : {}),
    host: wish.host,
    ALPNProtocols: [...wish.alpn],
    rejectUnauthorized: false,
  });
  const stop = (): void => void socket.destroy(new Error('the request was given up'));
  wish.signal.addEventListener('abort', stop, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('the connection was closed during the handshake')));
    });
    judge(socket, gate, wish);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    wish.signal.removeEventListener('abort', stop);
    // Whoever uses the socket listens too; an error after they let go must not end the process.
    socket.on('error', () => socket.destroy());
  }
}

function judge(socket: TLSSocket, gate: HandshakeGate, wish: TlsWish): void {
  if (!socket.authorized) {
    gate.refuse();
    const code = String(socket.authorizationError ?? 'UNKNOWN');
    throw new CertificateRefused(code, `Trust anchor for certification path not found for ${wish.host}: ${code}`);
  }
  if (wish.pin !== null && spkiSha256(socket) !== wish.pin) {
    if (wish.pinEnds === 'handshake') gate.refuse();
    else {
      gate.admit();
      socket.end();
    }
    throw new CertificateRefused('PIN_MISMATCH', `Certificate pinning failure for ${wish.host}`);
  }
  gate.admit();
}

function spkiSha256(socket: TLSSocket): string {
  const key = socket.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'der' });
  return key === undefined ? '' : createHash('sha256').update(key).digest('hex');
}

/** Contexts are costly to make and the same for every connection of an app until its trust store changes. */
function contextOf(anchors: readonly string[]): SecureContext {
  const key = createHash('sha256').update(anchors.join('\n')).digest('hex');
  const known = contexts.get(key);
  if (known !== undefined) return known;
  const made = createSecureContext({ ca: [...anchors], minVersion: 'TLSv1.2' });
  if (contexts.size >= MOST_CONTEXTS) contexts.clear();
  contexts.set(key, made);
  return made;
}
