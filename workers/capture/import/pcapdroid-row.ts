import { isIPv6 } from 'node:net';
import type { Protocol } from '../../../orchestrator/contract/capture.ts';
import { tidyHost } from '../host.ts';
import { isAddress } from './address.ts';
import { burstEndMs, protocolOf } from './connection-log.ts';

/**
 * One connection. Times are milliseconds since 1970; `upBytes` is at most what the app sent, `wireUpBytes` the size of
 * the packets. `transport` is null for what is neither TCP nor UDP, `uid` where PCAPdroid could not tell it.
 */
export interface PcapdroidRow {
  readonly transport: 'tcp' | 'udp' | null;
  readonly address: string;
  readonly host: string | null;
  readonly port: number;
  readonly uid: number | null;
  readonly app: string;
  readonly protocol: Protocol;
  readonly upBytes: number;
  readonly downBytes: number;
  readonly wireUpBytes: number;
  readonly wireDownBytes: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly lastMs: number;
}

const LONGEST_LABEL = 100;

/** Places of the columns by name, in lower case, and how many there are. */
export interface PcapdroidColumns {
  readonly width: number;
  readonly places: ReadonlyMap<string, number>;
}

/**
 * `IPProto,SrcIP,SrcPort,DstIp,DstPort,UID,App,Proto,Status,Info,BytesSent,BytesRcvd,PktsSent,PktsRcvd,FirstSeen,LastSeen`
 * and, where malware detection is on, `Malicious` (`connections_csv_fields` in PCAPdroid's strings.xml and
 * `ConnectionsAdapter.dumpConnectionsCsv`). Older exports have the same columns.
 */
export function pcapdroidColumns(header: string): PcapdroidColumns {
  const names = header.split(',').map((name) => name.trim().toLowerCase());
  return { width: names.length, places: new Map(names.map((name, place) => [name, place])) };
}

/** The row, or what was wrong with it. `ended` is false for a last line without its line end. */
export function pcapdroidRow(columns: PcapdroidColumns, text: string, ended: boolean): PcapdroidRow | string {
  const fields = fieldsOf(columns, text);
  if (fields === null) return `${columns.width} fields as in the header were expected`;
  const cell = (name: string): string => fields[columns.places.get(name) ?? -1]?.trim() ?? '';
  const whole = (name: string): number => {
    const value = cell(name) === '' ? NaN : Number(cell(name));
    return value >= 0 && Number.isSafeInteger(value) ? value : NaN;
  };
  // PCAPdroid ends each line: without the end the last field may be cut, and with it when the connection ended.
  if (!ended && columns.places.get('lastseen') === columns.width - 1) return 'the line is cut';
  const address = cell('dstip');
  if (!isAddress(address)) return `DstIp: an address was expected, found '${address}'`;
  const port = whole('dstport');
  if (!(port <= 65535)) return `DstPort: a port was expected, found '${cell('dstport')}'`;
  const numbers = ['ipproto', 'bytessent', 'bytesrcvd', 'firstseen', 'lastseen'];
  const bad = numbers.find((name) => Number.isNaN(whole(name)));
  if (bad !== undefined) return `${bad}: a whole number was expected, found '${cell(bad)}'`;
  const uid = Number(cell('uid'));
  if (cell('uid') === '' || !Number.isSafeInteger(uid)) return `UID: a number was expected, found '${cell('uid')}'`;
  const startMs = timeMs(whole('firstseen'));
  const lastMs = timeMs(whole('lastseen'));
  if (lastMs < startMs) return 'LastSeen is before FirstSeen';
  const ipProto = whole('ipproto');
  const transport = ipProto === 6 ? 'tcp' : ipProto === 17 ? 'udp' : null;
  const headerBytes = (isIPv6(address) ? 40 : 20) + (transport === 'udp' ? 8 : 20);
  const payload = (bytes: number, packets: number): number =>
    Math.max(0, bytes - (Number.isNaN(packets) ? 0 : packets * headerBytes));
  // For a question to a resolver, Info is the name that was asked for and not the server's.
  const asked = /^m?dns$/i.test(cell('proto')) || port === 53;
  return {
    transport,
    address,
    host: asked ? null : tidyHost(cell('info')),
    port,
    uid: uid < 0 ? null : uid,
    app: cell('app').slice(0, LONGEST_LABEL),
    protocol: protocolOf(cell('proto'), transport ?? 'tcp'),
    upBytes: payload(whole('bytessent'), whole('pktssent')),
    downBytes: payload(whole('bytesrcvd'), whole('pktsrcvd')),
    wireUpBytes: whole('bytessent'),
    wireDownBytes: whole('bytesrcvd'),
    startMs,
    endMs: burstEndMs(startMs, lastMs),
    lastMs,
  };
}

/** PCAPdroid quotes nothing, so commas beyond the header's are part of the one free text: the name of the app. */
function fieldsOf({ width, places }: PcapdroidColumns, text: string): string[] | null {
  const fields = text.split(',');
  const extra = fields.length - width;
  const app = places.get('app');
  if (extra === 0) return fields;
  if (extra < 0 || app === undefined) return null;
  return [...fields.slice(0, app), fields.slice(app, app + extra + 1).join(','), ...fields.slice(app + extra + 1)];
}

/** Milliseconds since 1970; the first versions wrote seconds. */
function timeMs(value: number): number {
  return value < 1e11 ? value * 1000 : value;
}
