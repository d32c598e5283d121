import type { IncomingMessage } from 'node:http';

/** Headers that concern one connection only (RFC 9110, 7.6.1); each side of the proxy has its own. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
]);

/** Names and values in turn, as they stood on the wire: case, order and repetitions are kept. */
export function endToEnd(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_text, index) => !HOP_BY_HOP.has((rawHeaders[index & ~1] ?? '').toLowerCase()));
}

/** A request's headers for its server. `Connection` goes along, since it says whether the app keeps it open. */
export function requestHeaders(request: IncomingMessage): string[] {
  const kept = endToEnd(request.rawHeaders);
  const connection = request.headers.connection;
  if (connection !== undefined) kept.push('Connection', /\bclose\b/i.test(connection) ? 'close' : 'keep-alive');
  const framed = request.headers['content-length'] ?? request.headers['transfer-encoding'];
  if (framed === undefined && !/^(?:GET|HEAD|DELETE|OPTIONS|TRACE)$/.test(request.method ?? '')) {
    kept.push('Content-Length', '0'); // else node:http would announce a chunked body that the app did not send
  }
  return kept;
}
