import { isAddress } from './address.ts';

/** The fields of conn.log that are read, by the names that Zeek gives them (base/protocols/conn/main.zeek). */
export const ZEEK_FIELDS = [
  'ts',
  'id.orig_h',
  'id.resp_h',
  'id.resp_p',
  'proto',
  'service',
  'duration',
  'orig_bytes',
  'resp_bytes',
  'orig_ip_bytes',
  'resp_ip_bytes',
  'server_name',
] as const;
export type ZeekField = (typeof ZEEK_FIELDS)[number];

/** Without these no row is of use. */
export const ZEEK_NEEDED: readonly ZeekField[] = ['ts', 'id.orig_h', 'id.resp_h', 'id.resp_p', 'proto'];

/** One connection. Times are milliseconds since 1970; null where the log leaves a field unset. */
export interface ZeekRow {
  readonly startMs: number;
  readonly endMs: number;
  readonly originator: string;
  readonly responder: string;
  readonly port: number;
  readonly proto: string;
  readonly service: string;
  readonly upBytes: number | null;
  readonly downBytes: number | null;
  readonly wireUpBytes: number | null;
  readonly wireDownBytes: number | null;
  /** Of TLS, where another script has added it to the row. */
  readonly serverName: string | null;
}

/** A field's value: text from TSV, any JSON value from JSON, undefined where it is unset. */
export type ZeekCells = (field: ZeekField) => unknown;

/** The row, or what was wrong with it. */
export function zeekRow(cells: ZeekCells): ZeekRow | string {
  const startMs = timeMs(cells('ts'));
  if (startMs === null) return wrong('ts', 'a time', cells);
  const originator = cells('id.orig_h');
  if (typeof originator !== 'string' || !isAddress(originator)) return wrong('id.orig_h', 'an address', cells);
  const responder = cells('id.resp_h');
  if (typeof responder !== 'string' || !isAddress(responder)) return wrong('id.resp_h', 'an address', cells);
  const port = Number(cells('id.resp_p'));
  if (!Number.isInteger(port) || port < 0 || port > 65535) return wrong('id.resp_p', 'a port', cells);
  const proto = cells('proto');
  if (typeof proto !== 'string') return wrong('proto', 'a protocol', cells);
  const durationSeconds = amount(cells('duration'), false);
  if (durationSeconds === undefined) return wrong('duration', 'seconds', cells);
  const sizes: (number | null)[] = [];
  for (const field of ['orig_bytes', 'resp_bytes', 'orig_ip_bytes', 'resp_ip_bytes'] as const) {
    const bytes = amount(cells(field), true);
    if (bytes === undefined) return wrong(field, 'whole bytes', cells);
    sizes.push(bytes);
  }
  const service = cells('service');
  const name = cells('server_name');
  return {
    startMs,
    endMs: startMs + (durationSeconds ?? 0) * 1000,
    originator,
    responder,
    port,
    proto: proto.toLowerCase(),
    service: typeof service === 'string' ? service : '',
    upBytes: sizes[0]!,
    downBytes: sizes[1]!,
    wireUpBytes: sizes[2]!,
    wireDownBytes: sizes[3]!,
    serverName: typeof name === 'string' && name !== '' ? name : null,
  };
}

/**
 * Zeek writes seconds since 1970 (JSON::TS_EPOCH and TSV), milliseconds (JSON::TS_MILLIS) or ISO 8601
 * (JSON::TS_ISO8601); seconds stay below 1e11 until the year 5138.
 */
function timeMs(value: unknown): number | null {
  if (typeof value === 'string' && value.includes('T')) {
    const parsed = Date.parse(value);
    return Number.isFinite(parsed) ? parsed : null;
  }
  const number = typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Number(value) : NaN;
  if (!(number >= 0 && number < 8e15)) return null;
  return number < 1e11 ? number * 1000 : number;
}

/** null where it is unset, undefined where it is no such amount. */
function amount(value: unknown, whole: boolean): number | null | undefined {
  if (value === undefined || value === null) return null;
  const number = typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Number(value) : NaN;
  const good = number >= 0 && number <= Number.MAX_SAFE_INTEGER && (!whole || Number.isInteger(number));
  return good ? number : undefined;
}

function wrong(field: ZeekField, expected: string, cells: ZeekCells): string {
  const value = cells(field);
  const found = value === undefined ? 'nothing' : `'${typeof value === 'string' ? value : JSON.stringify(value)}'`;
  return `${field}: ${expected} was expected, found ${found.slice(0, 60)}`;
}
