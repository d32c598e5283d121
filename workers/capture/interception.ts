import { TLSSocket, type SecureContext } from 'node:tls';
import { printable } from '../../orchestrator/contract/fault.ts';
import type { AppConnection } from './connection.ts';

/** How a handshake with our certificate ended. */
export type Handshake =
  | { readonly kind: 'secure'; readonly stream: TLSSocket }
  /** The app said, by an alert, that it does not accept the certificate. */
  | { readonly kind: 'refused'; readonly because: string }
  /** The app left without a word, or nothing was agreed on. */
  | { readonly kind: 'closed'; readonly because: string }
  | { readonly kind: 'failed'; readonly because: string };

/** Alerts by which a client rejects a certificate (RFC 8446, 6.2), as OpenSSL's error codes name them. */
const REFUSALS =
  /ALERT_(?:UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_(?:UNKNOWN|EXPIRED|REVOKED)|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED)/;

const HANDSHAKE_HOST_MS = 30_000;

/** Answers a ClientHello, whose bytes are still in the raw socket, as the server that the app asked for. */
export function intercept(connection: AppConnection, context: SecureContext, alpn: string | null): Promise<Handshake> {
  const { raw } = connection;
  // Else a half-done handshake that the app has left stays open until shutdown, and looks like patience.
  raw.allowHalfOpen = false;
  const stream = new TLSSocket(raw, {
    isServer: true,
    secureContext: context,
    ...(alpn === null ? {} : { ALPNProtocols: [alpn] }),
  });
  return new Promise((resolve) => {
    const timer = setTimeout(() => stream.destroy(new Error('the handshake took too long')), HANDSHAKE_HOST_MS);
    let error: NodeJS.ErrnoException | null = null;
    stream.on('error', (cause: NodeJS.ErrnoException) => {
      error ??= cause;
    });
    stream.once('secure', () => {
      clearTimeout(timer);
      // tls.Server does this before 'secureConnection' (node lib/_tls_wrap.js); without it node:http2 waits for ever.
      Object.assign(stream, { secureConnecting: false });
      resolve({ kind: 'secure', stream });
    });
    stream.once('close', () => {
      clearTimeout(timer);
      raw.destroy();
      resolve(describe(error));
    });
  });
}

export function describe(error: NodeJS.ErrnoException | null): Exclude<Handshake, { kind: 'secure' }> {
  if (!error || error.code === 'ECONNRESET' || error.code === 'EPIPE') {
    return { kind: 'closed', because: 'the app closed the connection during the handshake' };
  }
  const because = printable(error.code ?? error.message, 80);
  return REFUSALS.test(because) ? { kind: 'refused', because } : { kind: 'failed', because };
}
