import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { CANARY_ANSWER } from './canary.ts';
import type { AppConnection } from './connection.ts';
import type { Upstream } from './egress/egress.ts';
import type { FrontParts } from './front.ts';
import { bridgeHttp2 } from './http2-bridge.ts';
import { readAuthority, shownHost, type HostAndPort } from './host.ts';
import { firstWord } from './first-word.ts';
import { type Opening, OPENING_LIMITS, peekOpening } from './opening.ts';
import type { RequestHead } from './request-head.ts';
import { treatTls } from './treat-tls.ts';
import { tunnelTcp } from './tunnel.ts';
import { UpstreamAgent } from './upstream-agent.ts';

/** What is known of a connection before its first byte of payload. */
export interface Known {
  /** Whom a CONNECT asked for. */
  readonly target: HostAndPort | null;
  /** Bytes that the CONNECT and its answer took. */
  readonly skippedUpBytes: number;
  readonly skippedDownBytes: number;
}

/** Decides from a connection's first bytes what to do with it, and does that. Rejects where it can do nothing. */
export async function treat(connection: AppConnection, parts: FrontParts): Promise<void> {
  connection.attribution = parts.attribution;
  await treatOpening(connection, parts, { target: null, skippedUpBytes: 0, skippedDownBytes: 0 });
}

async function treatOpening(connection: AppConnection, parts: FrontParts, known: Known): Promise<void> {
  const { raw } = connection;
  const opening = await peekOpening(raw, { ...OPENING_LIMITS, silenceMs: parts.silenceMs }, parts.signal);
  await treatAs(opening, connection, parts, known);
}

async function treatAs(opening: Opening, connection: AppConnection, parts: FrontParts, known: Known): Promise<void> {
  const { raw } = connection;
  switch (opening.kind) {
    case 'closed':
      connection.fail('the app closed the connection before it said anything that could be read');
      raw.destroy();
      return;
    case 'tls':
      await treatTls(connection, parts, known, opening.hello);
      return;
    case 'silent':
      await treatSilent(connection, parts, known);
      return;
    case 'raw':
      tunnelTcp(connection, parts, await behind(parts, known));
      return;
    case 'http2':
      connection.treatment = 'cleartext';
      connection.protocol = 'h2';
      connection.goesTo(known.target?.host ?? null, known.target?.port ?? 80);
      await bridgeHttp2(readable(connection, raw, parts, known, null));
      return;
    case 'http':
      if (parts.canaries.arrived(opening.head)) answerCanary(connection);
      else if (opening.head.method === 'CONNECT' && !known.target) await treatConnect(connection, parts, opening.head);
      else treatHttp(connection, parts, known, opening.head);
  }
}

/** The app says nothing: perhaps its server speaks first, if there is one. Perhaps it only needs longer. */
async function treatSilent(connection: AppConnection, parts: FrontParts, known: Known): Promise<void> {
  let silent = true;
  connection.beforeEnd(() => {
    const { destination, journal } = connection;
    const because = 'the app waited for a server to speak first';
    if (silent) journal.gaps.note('unsupported-protocol', { destination, because });
  });
  const server = await behind(parts, known);
  const word = await firstWord(connection.raw, server, parts.signal);
  silent = word.kind === 'closed';
  if (word.kind === 'server' || word.kind === 'raw') return tunnelTcp(connection, parts, server);
  server?.destroy();
  await treatAs(word, connection, parts, known);
}

/** The server itself, where it is known and there is one: in a live run, behind a CONNECT. */
async function behind(parts: FrontParts, { target }: Known): Promise<Duplex | null> {
  if (!target) return null;
  return parts.egress.tunnel({ host: target.host, port: target.port ?? 0, secure: false, alpn: [] }, parts.signal);
}

function treatHttp(connection: AppConnection, parts: FrontParts, known: Known, head: RequestHead): void {
  connection.treatment = 'cleartext';
  connection.protocol = 'http';
  const said = known.target ?? (head.hostHeader === null ? null : readAuthority(head.hostHeader));
  connection.goesTo(said?.host ?? (head.hostHeader === null ? null : shownHost(head.hostHeader)), said?.port ?? 80);
  if (/^http:\/\//i.test(head.target)) connection.attribution = weaker(parts.attribution);
  parts.decryptor.accept(readable(connection, connection.raw, parts, known, null));
}

/** A client of an explicit proxy: its CONNECT is answered, whatever came in the same packet, and looked behind. */
async function treatConnect(connection: AppConnection, parts: FrontParts, head: RequestHead): Promise<void> {
  const { raw } = connection;
  connection.attribution = weaker(parts.attribution);
  const target = readAuthority(head.target);
  raw.read(head.headBytes);
  if (!target || target.port === null) {
    connection.treatment = 'refused';
    connection.goesTo(shownHost(head.target), null);
    raw.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    throw new Fault('proxy-failed', 'the CONNECT names no host and port');
  }
  connection.goesTo(target.host, target.port);
  const established = 'HTTP/1.1 200 Connection established\r\n\r\n';
  raw.write(established);
  await treatOpening(connection, parts, {
    target,
    skippedUpBytes: head.headBytes,
    skippedDownBytes: established.length,
  });
}

function answerCanary(connection: AppConnection): void {
  connection.treatment = 'canary';
  connection.protocol = 'http';
  connection.goesTo('canary.invalid', 80);
  connection.raw.resume();
  connection.raw.end(CANARY_ANSWER);
}

/** The parts of a readable connection, with its own agent that ends with it. */
export function readable(
  connection: AppConnection,
  stream: Socket,
  parts: FrontParts,
  known: Known,
  first: Upstream | null,
): Parameters<typeof parts.decryptor.accept>[0] {
  const secure = stream !== connection.raw;
  let asked = 0;
  const agent = new UpstreamAgent({
    egress: parts.egress,
    secure,
    first,
    signal: parts.signal,
    // The server's close is part of what the app lives with, unless the app has yet to ask for anything.
    onServerClose: () => {
      if (asked > 0 && parts.egress.mode === 'live') stream.end();
    },
  });
  connection.beforeEnd(() => agent.destroy());
  return {
    stream,
    connection,
    secure,
    agent,
    target: secure ? { host: connection.host ?? 'unnamed.invalid', port: connection.port } : known.target,
    skippedUpBytes: secure ? 0 : known.skippedUpBytes,
    skippedDownBytes: secure ? 0 : known.skippedDownBytes,
    redactQuery: parts.redactQuery,
    needsName: parts.egress.mode === 'live',
    onUsed: () => {
      asked += 1;
      if (secure && connection.host !== null) parts.pins.used(connection.host);
    },
  };
}

/** Anything on the handset may use a proxy that was set for all of it. */
function weaker(attribution: FrontParts['attribution']): FrontParts['attribution'] {
  return attribution === 'certain' ? 'likely' : attribution;
}
