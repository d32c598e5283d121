import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { AppConnection } from './connection.ts';
import { firstWord } from './first-word.ts';
import type { FrontParts } from './front.ts';
import type { ClientHello } from './hello.ts';
import { bridgeHttp2 } from './http2-bridge.ts';
import { intercept } from './interception.ts';
import { readable, type Known } from './treat.ts';
import { passThrough, tunnelDecrypted } from './tunnel.ts';

const SPOKEN = ['h2', 'http/1.1', 'http/1.0'];

/** Passes a TLS connection through or opens it, by what is known of its host; learns from how the app takes it. */
export async function treatTls(
  connection: AppConnection,
  parts: FrontParts,
  known: Known,
  hello: ClientHello,
): Promise<void> {
  connection.greetedBy(hello);
  connection.protocol = 'tls';
  connection.goesTo(connection.serverName ?? known.target?.host ?? null, known.target?.port ?? 443);
  const host = connection.host;
  const passed = host === null ? null : parts.pins.isPassedThrough(host);
  if (passed) return passThrough(connection, parts, passed);

  const { egress, leaves, signal } = parts;
  const offered = hello.alpn.filter((name) => SPOKEN.includes(name));
  // The server is asked first, so that the app is offered what its server speaks. A sealed run has a server for all.
  const target = { host: host ?? 'unnamed.invalid', port: connection.port ?? 443, secure: true, alpn: offered };
  const upstream = await egress.connect(target, signal);
  const handshake = await intercept(connection, leaves.contextFor(host), upstream.alpn);
  if (handshake.kind !== 'secure') {
    upstream.stream.destroy();
    notRead(connection, parts, handshake.kind, handshake.because);
    return;
  }
  connection.treatment = 'intercepted';
  const { stream } = handshake;
  connection.beforeEnd(() => {
    if (stream.bytesRead === 0)
      notRead(connection, parts, 'closed', 'the app closed after the handshake and sent nothing');
  });
  const opened = readable(connection, stream, parts, known, upstream);
  connection.protocol = upstream.alpn === 'h2' ? 'h2' : 'https';
  if (upstream.alpn === 'h2') return bridgeHttp2(opened);
  if (upstream.alpn !== null) return parts.decryptor.accept(opened);
  await treatInner(connection, parts, stream, opened, upstream.stream);
}

/** Without ALPN, TLS may carry anything, and either side may speak first. */
async function treatInner(
  connection: AppConnection,
  parts: FrontParts,
  stream: TLSSocket,
  opened: ReturnType<typeof readable>,
  server: Duplex,
): Promise<void> {
  const word = await firstWord(stream, server, parts.signal);
  switch (word.kind) {
    case 'closed':
      stream.destroy();
      return;
    case 'http':
      parts.decryptor.accept(opened);
      return;
    case 'http2':
      connection.protocol = 'h2';
      await bridgeHttp2(opened);
      return;
    case 'server':
    case 'tls':
    case 'raw':
      connection.protocol = 'tls';
      tunnelDecrypted(connection, parts, stream, server);
  }
}

/** A connection whose content the app kept to itself: counted, said, and remembered for its host. */
function notRead(
  connection: AppConnection,
  parts: FrontParts,
  kind: 'refused' | 'closed' | 'failed',
  because: string,
): void {
  const { host, destination, journal } = connection;
  connection.treatment = 'refused';
  connection.fail(because);
  const nowMs = journal.clock.nowMs();
  // The attempt is a beat all the same: an app that is not understood still talks.
  connection.writeSession({
    startMs: connection.startMs,
    endMs: nowMs,
    protocol: 'tls',
    upBytes: 0,
    downBytes: 0,
    extra: { failure: kind === 'refused' ? 'certificate-refused' : because },
  });
  if (kind === 'refused') {
    journal.gaps.note('certificate-refused', { destination, because: `the app refused our certificate (${because})` });
  }
  if (host === null || kind === 'failed') return;
  const learnt = kind === 'refused' ? parts.pins.refused(host) : parts.pins.closedUnused(host);
  if (!learnt) return;
  journal.gaps.note('pinned', {
    destination,
    count: 0,
    lasting: true,
    because: 'suspected pin: the app accepts no certificate of ours for this host, so it is passed through unread',
  });
}
