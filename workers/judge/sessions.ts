// In: the records of a capture. Out: traffic by destination, and sessions merged from exchanges by the idle gap.
import type { Attribution, CaptureRecord, Destination } from '../../orchestrator/contract/capture.ts';
import type { NumberedRecord } from './input.ts';

/** One exchange or payload burst; `attempt` where a connection was seen and no payload of the app could be. */
export interface Exchange {
  readonly startMs: number;
  readonly endMs: number;
  readonly upBytes: number;
  readonly downBytes: number;
  readonly forced: boolean;
  readonly attempt: boolean;
  /** True where the far end answered with an HTTP error. */
  readonly failed: boolean;
  readonly line: number;
  readonly attribution: Attribution;
  readonly protocol: string;
  /** Number of the transport connection that carried it; null where the capture does not tell. */
  readonly connection: number | null;
}

/** All that one destination saw. `foreign` where another uid than the app's sent it. */
export interface Traffic {
  readonly key: string;
  readonly destination: Destination;
  readonly foreign: boolean;
  readonly exchanges: readonly Exchange[];
  readonly sni: readonly string[];
  readonly ja4: readonly string[];
}

/** A session that lasts longer is judged again in the state that holds by then. */
export const LONG_SESSION_MS = 300_000;

/** Protocols whose content the interception reads. */
export const READ_PROTOCOLS: ReadonlySet<string> = new Set(['https', 'http', 'h2', 'grpc', 'ws']);

export interface Session {
  readonly startMs: number;
  readonly endMs: number;
  readonly upBytes: number;
  readonly downBytes: number;
  readonly forced: boolean;
  readonly lines: readonly number[];
  /** The connection of its first exchange. */
  readonly connection: number | null;
}

type SessionRecord = Extract<CaptureRecord, { type: 'session' }>;
type ConnectionRecord = Extract<CaptureRecord, { type: 'connection' }>;

interface Gathered {
  readonly destination: Destination;
  readonly foreign: boolean;
  readonly exchanges: Exchange[];
  readonly sni: Set<string>;
  readonly ja4: Set<string>;
}

/**
 * Groups sessions by host name and port. Connections that carried no session record, because they were refused or
 * passed through unread, count as attempts: their times are evidence even where their content is not.
 * Sorted by first exchange; the order of the records does not matter.
 */
export function trafficOf(records: readonly NumberedRecord[]): readonly Traffic[] {
  const start = records.find(({ record }) => record.type === 'start')?.record;
  const appUid = start?.type === 'start' ? start.uid : undefined;
  const spoken = new Set<number>();
  for (const { record } of records) {
    if (record.type === 'session' && record.connection !== undefined) spoken.add(record.connection);
  }
  const gathered = new Map<string, Gathered>();
  for (const { record, line } of records) {
    if (record.type === 'session') {
      const foreign = appUid !== undefined && record.uid !== undefined && record.uid !== appUid;
      add(gathered, record.destination, foreign, exchangeOf(record, line), record);
    } else if (record.type === 'connection' && record.destination && isAttempt(record, spoken)) {
      add(gathered, record.destination, false, attemptOf(record, line), record);
    }
  }
  return [...gathered.entries()]
    .map(([key, one]) => ({
      key,
      destination: one.destination,
      foreign: one.foreign,
      exchanges: one.exchanges.sort((a, b) => a.startMs - b.startMs || a.line - b.line),
      sni: [...one.sni].sort(),
      ja4: [...one.ja4].sort(),
    }))
    .sort((a, b) => a.exchanges[0]!.startMs - b.exchanges[0]!.startMs || (a.key < b.key ? -1 : 1));
}

/**
 * Merges exchanges closer together than the idle gap (end to start) into sessions. A session is forced where its
 * first exchange was: the firing that began it was ours. Traffic without a pause begins a new session after
 * `longestMs`, so that what began in one state of the device is judged in the next one too.
 */
export function mergeExchanges(
  exchanges: readonly Exchange[],
  gapMs: number,
  longestMs = Infinity,
): readonly Session[] {
  const sessions: (Omit<{ -readonly [K in keyof Session]: Session[K] }, 'lines'> & { lines: number[] })[] = [];
  for (const one of exchanges) {
    const last = sessions.at(-1);
    if (last && one.startMs - last.endMs < gapMs && one.startMs - last.startMs < longestMs) {
      last.endMs = Math.max(last.endMs, one.endMs);
      last.upBytes += one.upBytes;
      last.downBytes += one.downBytes;
      last.lines.push(one.line);
    } else {
      const { startMs, upBytes, downBytes, forced, line, connection } = one;
      const endMs = Math.max(startMs, one.endMs);
      sessions.push({ startMs, endMs, upBytes, downBytes, forced, lines: [line], connection });
    }
  }
  return sessions;
}

function add(
  gathered: Map<string, Gathered>,
  destination: Destination,
  foreign: boolean,
  exchange: Exchange,
  record: SessionRecord | ConnectionRecord,
): void {
  const host = destination.host.toLowerCase();
  const key = `${host}:${destination.port}${foreign ? ' (other uid)' : ''}`;
  let one = gathered.get(key);
  if (!one) {
    one = { destination: { host, port: destination.port }, foreign, exchanges: [], sni: new Set(), ja4: new Set() };
    gathered.set(key, one);
  }
  one.exchanges.push(exchange);
  if (record.sni !== undefined) one.sni.add(record.sni);
  if (record.ja4 !== undefined) one.ja4.add(record.ja4);
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

function attemptOf(record: ConnectionRecord, line: number): Exchange {
  const { startMs, endMs, protocol, connection } = record;
  // The wire bytes are those of a handshake: nothing that the app said.
  const silent = { upBytes: 0, downBytes: 0, forced: false, attempt: true, failed: false };
  return { startMs, endMs, protocol, line, connection, attribution: 'certain', ...silent };
}
