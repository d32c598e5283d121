// In: the records of a capture. Out: traffic by destination, each with its exchanges in order of time.
import type { Attribution, CaptureRecord, Destination } from '../../orchestrator/contract/capture.ts';
import type { NumberedRecord } from './input.ts';
import { byStart, type Exchange } from './sessions.ts';

/** All that one destination saw. `foreign` where another uid than the app's sent it. */
export interface Traffic {
  readonly key: string;
  readonly destination: Destination;
  readonly foreign: boolean;
  readonly exchanges: readonly Exchange[];
  readonly sni: readonly string[];
  readonly ja4: readonly string[];
  /** Addresses of the servers that answered, and digests of their leaf certificates; empty where none is known. */
  readonly addresses: readonly string[];
  readonly certificates: readonly string[];
}

type SessionRecord = Extract<CaptureRecord, { type: 'session' }>;
type ConnectionRecord = Extract<CaptureRecord, { type: 'connection' }>;

interface Gathered {
  readonly destination: Destination;
  readonly foreign: boolean;
  readonly exchanges: Exchange[];
  readonly sni: Set<string>;
  readonly ja4: Set<string>;
  readonly addresses: Set<string>;
  readonly certificates: Set<string>;
}

/**
 * Groups sessions by host name and port. Connections that carried no session record, because they were refused or
 * passed through unread, count as attempts: their times are evidence even where their content is not.
 * Sorted by first exchange; the order of the records does not matter.
 */
export function trafficOf(records: readonly NumberedRecord[]): readonly Traffic[] {
  const start = records.find(({ record }) => record.type === 'start')?.record;
  const appUid = start?.type === 'start' ? start.uid : undefined;
  const isForeign = ({ uid }: SessionRecord | ConnectionRecord): boolean =>
    appUid !== undefined && uid !== undefined && uid !== appUid;
  // Our recorder is given the app's connections only; a capture of another maker may say whose each was.
  const isOwn = start?.type === 'start' && start.device.kind !== 'unknown';
  const spoken = new Set<number>();
  for (const { record } of records) {
    if (record.type === 'session' && record.connection !== undefined) spoken.add(record.connection);
  }
  const gathered = new Map<string, Gathered>();
  for (const { record, line } of records) {
    if (record.type === 'session') {
      add(gathered, record.destination, isForeign(record), exchangeOf(record, line), record);
    } else if (record.type === 'connection' && record.destination && isAttempt(record, spoken)) {
      const attribution = isOwn || record.uid !== undefined ? 'certain' : 'unknown';
      add(gathered, record.destination, isForeign(record), attemptOf(record, line, attribution), record);
    }
  }
  for (const { record } of records) {
    if (record.type === 'connection' && record.destination && record.treatment !== 'canary') {
      const one = gathered.get(keyOf(record.destination, isForeign(record)));
      if (one) addServer(one, record);
    }
  }
  return [...gathered.entries()]
    .map(([key, one]) => ({
      key,
      destination: one.destination,
      foreign: one.foreign,
      exchanges: one.exchanges.sort(byStart),
      sni: [...one.sni].sort(),
      ja4: [...one.ja4].sort(),
      addresses: [...one.addresses].sort(),
      certificates: [...one.certificates].sort(),
    }))
    .sort((a, b) => a.exchanges[0]!.startMs - b.exchanges[0]!.startMs || (a.key < b.key ? -1 : 1));
}

function add(
  gathered: Map<string, Gathered>,
  destination: Destination,
  foreign: boolean,
  exchange: Exchange,
  record: SessionRecord | ConnectionRecord,
): void {
  const key = keyOf(destination, foreign);
  let one = gathered.get(key);
  if (!one) {
    one = {
      destination: { host: destination.host.toLowerCase(), port: destination.port },
      foreign,
      exchanges: [],
      sni: new Set(),
      ja4: new Set(),
      addresses: new Set(),
      certificates: new Set(),
    };
    gathered.set(key, one);
  }
  one.exchanges.push(exchange);
  if (record.sni !== undefined) one.sni.add(record.sni);
  if (record.ja4 !== undefined) one.ja4.add(record.ja4);
  addServer(one, record);
}

function addServer(one: Gathered, { address, certificateSha256 }: SessionRecord | ConnectionRecord): void {
  if (address !== undefined) one.addresses.add(address.toLowerCase());
  if (certificateSha256 !== undefined) one.certificates.add(certificateSha256.toLowerCase());
}

function keyOf({ host, port }: Destination, foreign: boolean): string {
  return `${host.toLowerCase()}:${port}${foreign ? ' (other uid)' : ''}`;
}

function isAttempt(record: ConnectionRecord, spoken: ReadonlySet<number>): boolean {
  if (record.treatment === 'canary' || spoken.has(record.connection)) return false;
  // A connection that was read and closed again without a request is a pre-connect, not communication.
  return record.treatment !== 'intercepted' || record.failure !== undefined;
}

function exchangeOf(record: SessionRecord, line: number): Exchange {
  const { startMs, endMs, upBytes, downBytes, forced, attribution, protocol } = record;
  const failed = (record.status ?? 0) >= 400;
  const connection = record.connection ?? null;
  return {
    startMs,
    endMs,
    upBytes,
    downBytes,
    forced,
    attribution,
    protocol,
    attempt: false,
    failed,
    line,
    connection,
  };
}

function attemptOf(record: ConnectionRecord, line: number, attribution: Attribution): Exchange {
  const { startMs, endMs, protocol, connection } = record;
  // The wire bytes are those of a handshake: nothing that the app said.
  const silent = { upBytes: 0, downBytes: 0, forced: false, attempt: true, failed: false };
  return { startMs, endMs, protocol, line, connection, attribution, ...silent };
}
