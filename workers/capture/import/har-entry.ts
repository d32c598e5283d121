import { lookUp } from '../../../orchestrator/contract/look-up.ts';
import type { Protocol } from '../../../orchestrator/contract/capture.ts';
import { recordedPath } from '../exchange.ts';
import { tidyHost } from '../host.ts';
import { isAddress } from './address.ts';
import type { Wanted, Weight } from './json-pick.ts';

const value: Wanted = { kind: 'value' };
const fields = (...names: string[]): Record<string, Wanted> => Object.fromEntries(names.map((name) => [name, value]));

/** What is read of an entry (HAR 1.2, https://w3c.github.io/web-performance/specs/HAR/Overview.html). */
export const HAR_ENTRY: Wanted = {
  kind: 'object',
  fields: {
    ...fields('startedDateTime', 'time', 'serverIPAddress', 'connection', '_fromCache'),
    request: {
      kind: 'object',
      fields: { ...fields('method', 'url', 'httpVersion', 'headersSize', 'bodySize'), headers: { kind: 'weight' } },
    },
    response: {
      kind: 'object',
      fields: {
        ...fields('status', 'httpVersion', 'headersSize', 'bodySize', '_transferSize'),
        headers: { kind: 'weight' },
        content: { kind: 'object', fields: fields('size', 'compression') },
      },
    },
  },
};

/** One exchange. `startMs` is milliseconds since 1970; `sizeGuessed` where the HAR leaves sizes to be made up. */
export interface HarEntry {
  readonly startMs: number;
  readonly endMs: number;
  readonly host: string;
  readonly port: number;
  readonly protocol: Protocol;
  readonly address: string | null;
  readonly connection: string | null;
  readonly method: string | null;
  readonly path: string;
  readonly status: number | null;
  readonly upBytes: number;
  readonly downBytes: number;
  readonly sizeGuessed: boolean;
  readonly zoned: boolean;
}

/** Why an entry is no exchange on the network, in words for the report; it is nothing wrong. */
export type HarNoise = 'answered from a cache' | 'of a scheme that uses no network';

const SCHEMES: Readonly<Record<string, { readonly port: number; readonly protocol: Protocol }>> = {
  'http:': { port: 80, protocol: 'http' },
  'https:': { port: 443, protocol: 'https' },
  'ws:': { port: 80, protocol: 'ws' },
  'wss:': { port: 443, protocol: 'ws' },
};

/** The entry, why it is none on the network, or what was wrong with it. */
export function harEntry(picked: unknown): { entry: HarEntry } | { noise: HarNoise } | { wrong: string } {
  const entry = objectOf(picked);
  if (entry === null) return { wrong: 'it is no object' };
  const request = objectOf(entry['request']);
  if (request === null) return { wrong: 'it has no request' };
  const started = startOf(entry['startedDateTime']);
  if (started === null)
    return { wrong: `startedDateTime: a time was expected, found ${shown(entry['startedDateTime'])}` };
  const url = urlOf(request['url']);
  if (url === null) return { wrong: `request.url: an address was expected, found ${shown(request['url'])}` };
  const scheme = lookUp(SCHEMES, url.protocol) ?? null;
  if (scheme === null) return { noise: 'of a scheme that uses no network' };
  const host = tidyHost(url.hostname);
  if (host === null) return { wrong: `request.url: no host in ${shown(request['url'])}` };
  if (typeof entry['_fromCache'] === 'string' && entry['_fromCache'] !== '') return { noise: 'answered from a cache' };
  const response = objectOf(entry['response']) ?? {};
  const up = requestBytes(request, url);
  const down = responseBytes(response);
  const version = textOf(request['httpVersion']) ?? textOf(response['httpVersion']) ?? '';
  const status = size(response['status']);
  const server = textOf(entry['serverIPAddress'])?.replace(/^\[(.*)\]$/, '$1');
  const connection = entry['connection'];
  const named = typeof connection === 'number' ? String(connection) : textOf(connection);
  return {
    entry: {
      startMs: started.atMs,
      // -1 where it was not measured; PCAPdroid and Chrome both write it.
      endMs: started.atMs + (numberOf(entry['time']) ?? 0),
      host,
      port: url.port === '' ? scheme.port : Number(url.port),
      protocol: scheme.protocol === 'https' && /^(h2|http\/2)/i.test(version) ? 'h2' : scheme.protocol,
      address: server !== undefined && isAddress(server) ? server : null,
      connection: named === '' || named === '0' ? null : named,
      method: textOf(request['method'])?.slice(0, 32) ?? null,
      path: recordedPath(`${url.pathname}${url.search}`, true),
      status: status !== null && status >= 100 && status <= 999 ? status : null,
      upBytes: up.bytes,
      downBytes: down.bytes,
      sizeGuessed: up.guessed || down.guessed,
      zoned: started.zoned,
    },
  };
}

/** ISO 8601 with a zone; without one it is taken as UTC, never as the zone of whoever reads it. */
function startOf(given: unknown): { atMs: number; zoned: boolean } | null {
  if (typeof given !== 'string' || !/^\d{4}-\d\d-\d\dT/.test(given)) return null;
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/i.test(given);
  const atMs = Date.parse(zoned ? given : `${given}Z`);
  return Number.isFinite(atMs) && atMs >= 0 ? { atMs, zoned } : null;
}

/** Bytes of head and body. A head of unknown size (-1) is put together from its headers, as HTTP/1.1 would write it. */
function requestBytes(request: Record<string, unknown>, url: URL): { bytes: number; guessed: boolean } {
  const head = size(request['headersSize']);
  // `POST /path HTTP/1.1`: two spaces, the version, and two line ends with the one behind the headers.
  const line = (textOf(request['method']) ?? 'GET').length + url.pathname.length + url.search.length + 14;
  return {
    bytes: (head ?? line + headBytes(request['headers'])) + (size(request['bodySize']) ?? 0),
    guessed: head === null,
  };
}

/** -1 is "unknown". Chrome then knows what came over the wire; else the content's size less what packing saved. */
function responseBytes(response: Record<string, unknown>): { bytes: number; guessed: boolean } {
  const head = size(response['headersSize']);
  const body = size(response['bodySize']);
  if (head !== null && body !== null) return { bytes: head + body, guessed: false };
  const transferred = size(response['_transferSize']);
  if (transferred !== null && transferred > 0) return { bytes: transferred, guessed: false };
  const content = objectOf(response['content']) ?? {};
  const packed = Math.max(0, (size(content['size']) ?? 0) - (size(content['compression']) ?? 0));
  const line = (size(response['status']) ?? 0) > 0 ? 'HTTP/1.1 200 OK\r\n\r\n'.length : 0;
  return { bytes: (head ?? line + headBytes(response['headers'])) + (body ?? packed), guessed: true };
}

/** Names and values, and the `: ` and CR LF around each pair. */
function headBytes(weight: unknown): number {
  const { bytes, count } = (objectOf(weight) ?? { bytes: 0, count: 0 }) as unknown as Weight;
  return bytes + 2 * count;
}

function urlOf(text: unknown): URL | null {
  if (typeof text !== 'string') return null;
  try {
    return new URL(text);
  } catch {
    return null; // said by the caller, with the text
  }
}

function size(given: unknown): number | null {
  const number = numberOf(given);
  return number === null ? null : Math.round(number);
}

function numberOf(given: unknown): number | null {
  return typeof given === 'number' && given >= 0 && given <= Number.MAX_SAFE_INTEGER ? given : null;
}

function textOf(given: unknown): string | null {
  return typeof given === 'string' ? given : null;
}

function objectOf(given: unknown): Record<string, unknown> | null {
  return typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : null;
}

function shown(given: unknown): string {
  if (given === undefined) return 'nothing';
  return `'${(typeof given === 'string' ? given : (JSON.stringify(given) ?? '')).slice(0, 60)}'`;
}
