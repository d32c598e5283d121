import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { Wish } from './wish.ts';

/** The longest head that servers in Node take is 16 KiB; a padded GET stays well below. */
const MOST_PADDING_BYTES = 8192;
const MOST_OWN_HEADERS = 50;
/** Headers that the client itself decides. */
const RESERVED = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'upgrade',
  'cookie',
  'expect',
  'te',
]);

/** The header set of an OkHttp client, in its order, and the wish's own headers. */
export function headersOf(wish: Wish): Record<string, string> {
  const headers: Record<string, string> = {};
  if (wish.method === 'POST') {
    headers['Content-Type'] = 'application/octet-stream';
    headers['Content-Length'] = String(wish.requestBytes);
  }
  headers['Host'] = wish.url.host;
  headers['Connection'] = wish.keepAlive ? 'Keep-Alive' : 'close';
  headers['User-Agent'] = 'okhttp/4.12.0';
  // The sealed responder answers with a body of that many bytes; a real server does not know the header.
  headers['x-sleeptalk-respond'] = String(wish.responseBytes);
  for (const [name, value] of Object.entries(wish.headers).slice(0, MOST_OWN_HEADERS)) {
    if (!RESERVED.has(name.toLowerCase()) && isValid(name, value)) headers[name] = value;
  }
  if (wish.method === 'GET') {
    const missing =
      Math.min(wish.requestBytes, MOST_PADDING_BYTES) - headBytes(wish, headers) - 'Cookie: id=\r\n'.length;
    // `X` takes eight bits in HPACK's Huffman code too (RFC 7541, appendix B): the size survives HTTP/2.
    if (missing > 0) headers['Cookie'] = `id=${'X'.repeat(missing)}`;
  }
  return headers;
}

function isValid(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return value.length <= 4096;
  } catch {
    return false; // a header that cannot be sent is left out; a real client would throw in the app
  }
}

/** Size of an HTTP/1.1 request's head on the wire. */
export function headBytes(wish: Wish, headers: Readonly<Record<string, string>>): number {
  const line = `${wish.method} ${wish.url.pathname}${wish.url.search} HTTP/1.1\r\n`.length;
  return Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + value.length + 4, line + 2);
}

let filler = Buffer.alloc(0);

/** A body of that size; all of them share one buffer. */
export function bodyOf(bytes: number): Buffer {
  if (filler.length < bytes) filler = Buffer.alloc(bytes, 'zq7w0kx4v9m2n8b5');
  return filler.subarray(0, bytes);
}
