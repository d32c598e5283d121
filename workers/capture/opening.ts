import type { Duplex } from 'node:stream';
import { readClientHello, type ClientHello } from './hello.ts';
import { readRequestHead, type RequestHead } from './request-head.ts';

/** What the first bytes of a connection turned out to be. The bytes are still in the stream, unread. */
export type Opening =
  | { readonly kind: 'tls'; readonly hello: ClientHello }
  | { readonly kind: 'http'; readonly head: RequestHead }
  | { readonly kind: 'http2' }
  /** Bytes that are neither. */
  | { readonly kind: 'raw' }
  /** The app waits for the server to speak. */
  | { readonly kind: 'silent' }
  /** It ended before it said enough to tell. */
  | { readonly kind: 'closed' };

export interface OpeningLimits {
  /** Host milliseconds without a byte after which the server may be the one to speak first; null waits for ever. */
  readonly silenceMs: number | null;
  /** Host milliseconds within which a begun head or hello must be complete; else it is raw. */
  readonly completeMs: number;
}

export const OPENING_LIMITS: OpeningLimits = { silenceMs: 400, completeMs: 10_000 };

const HTTP2_PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
const LONGEST_HEAD = 65_536;

/** Looks at the first bytes of a stream and puts them back. */
export function peekOpening(stream: Duplex, limits: OpeningLimits, signal: AbortSignal): Promise<Opening> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    let seen: Buffer = Buffer.alloc(0);
    let timer: NodeJS.Timeout | undefined;
    const expireAfter = (hostMs: number | null, kind: 'silent' | 'raw'): void => {
      clearTimeout(timer);
      timer = hostMs === null ? undefined : setTimeout(() => settle({ kind }), hostMs);
    };
    const release = (): void => {
      clearTimeout(timer);
      stream.pause();
      stream.off('data', onData).off('end', onEnd).off('close', onEnd).off('error', onEnd);
      signal.removeEventListener('abort', onAbort);
    };
    const settle = (opening: Opening): void => {
      release();
      if (seen.length > 0 && !stream.destroyed) stream.unshift(seen);
      resolve(opening);
    };
    const onData = (chunk: Buffer): void => {
      if (seen.length === 0) expireAfter(limits.completeMs, 'raw');
      seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
      const opening = recognise(seen);
      if (opening) settle(opening);
    };
    const onEnd = (): void => settle({ kind: 'closed' });
    const onAbort = (): void => {
      release();
      reject(signal.reason as Error);
    };
    expireAfter(limits.silenceMs, 'silent');
    signal.addEventListener('abort', onAbort, { once: true });
    stream.on('data', onData).on('end', onEnd).on('close', onEnd).on('error', onEnd);
    stream.resume();
  });
}

/** Null: more bytes are needed. */
export function recognise(bytes: Buffer): Opening | null {
  if (bytes[0] === 0x16) {
    const reading = readClientHello(bytes);
    if (reading.kind === 'hello') return { kind: 'tls', hello: reading.hello };
    return reading.kind === 'incomplete' ? null : { kind: 'raw' };
  }
  const known = Math.min(bytes.length, HTTP2_PREFACE.length);
  if (bytes.subarray(0, known).equals(HTTP2_PREFACE.subarray(0, known))) {
    return known === HTTP2_PREFACE.length ? { kind: 'http2' } : null;
  }
  if (!looksLikeRequest(bytes)) return { kind: 'raw' };
  const reading = readRequestHead(bytes);
  if (reading) return { kind: 'http', head: reading };
  return bytes.length > LONGEST_HEAD ? { kind: 'raw' } : null;
}

/** A method token and a space, or as much of it as there is. */
function looksLikeRequest(bytes: Buffer): boolean {
  return /^[A-Z][A-Z-]{0,19}(?: [\x21-\x7e\x80-\xff]|$| $)/.test(bytes.toString('latin1', 0, 32));
}
