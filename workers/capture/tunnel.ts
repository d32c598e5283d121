import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { BurstMeter } from './bursts.ts';
import type { AppConnection } from './connection.ts';
import { Fault } from '../../orchestrator/contract/fault.ts';
import type { FrontParts } from './front.ts';
import { join, sink } from './relay.ts';
import { createTlsPayload } from './tls-payload.ts';

/** TLS that stays closed: to its server in a live run; to nobody in a sealed one, where the attempt is all there is. */
export async function passThrough(
  connection: AppConnection,
  parts: FrontParts,
  why: 'preloaded' | 'learnt',
): Promise<void> {
  const { raw, journal, destination } = connection;
  connection.treatment = 'passed-through';
  const kind = why === 'learnt' ? 'pinned' : 'passthrough';
  const because =
    why === 'learnt'
      ? 'suspected pin: the app accepts no certificate of ours for this host, so it is passed through unread'
      : 'the host was set to be passed through unread';
  journal.gaps.note(kind, { destination, because, lasting: true });
  const target = { host: destination.host, port: destination.port, secure: true, alpn: [] };
  const server = await parts.egress.tunnel(target, parts.signal);
  if (!server) {
    connection.fail('a sealed run has no server behind a connection that is passed through');
    const nowMs = journal.clock.nowMs();
    const extra = { failure: 'no-server-in-a-sealed-run' };
    connection.writeSession({
      startMs: connection.startMs,
      endMs: nowMs,
      protocol: 'tls',
      upBytes: 0,
      downBytes: 0,
      extra,
    });
    raw.destroy();
    return;
  }
  const payload = createTlsPayload();
  const meter = new BurstMeter(journal.clock, (burst) => {
    journal.gaps.note(kind, { destination, because, count: 0, upBytes: burst.upBytes, downBytes: burst.downBytes });
    connection.writeBurst(burst, 'tls');
  });
  connection.beforeEnd(() => meter.end());
  join(raw, server, {
    up: (chunk) => meter.up(payload.up(chunk)),
    down: (chunk) => meter.down(payload.down(chunk)),
    meter,
  });
}

/** Bytes that are neither TLS nor HTTP, or a server that speaks first. `server` is null where there is none to reach. */
export function tunnelTcp(connection: AppConnection, parts: FrontParts, server: Duplex | null): void {
  const { raw, journal, destination } = connection;
  connection.treatment = 'tunnelled';
  connection.protocol = 'tcp';
  const meter = new BurstMeter(journal.clock, (burst) => connection.writeBurst(burst, 'tcp'));
  connection.beforeEnd(() => meter.end());
  if (server) {
    join(raw, server, { up: (chunk) => meter.up(chunk.length), down: (chunk) => meter.down(chunk.length), meter });
    return;
  }
  if (parts.egress.mode === 'live') {
    connection.treatment = 'refused';
    const because = 'neither TLS nor HTTP, and nothing says where it was going';
    journal.gaps.note('unsupported-protocol', { destination, because });
    throw new Fault('proxy-failed', 'the destination of a raw connection is not known');
  }
  const because = 'neither TLS nor HTTP: counted, but nothing answers it in a sealed run';
  journal.gaps.note('unsupported-protocol', { destination, because });
  sink(raw, { up: (chunk) => meter.up(chunk.length), meter });
}

/**
 * TLS that was opened and carries something other than HTTP: its payload is counted exactly, and not understood. A
 * sealed run has nobody who could answer it.
 */
export function tunnelDecrypted(connection: AppConnection, parts: FrontParts, app: TLSSocket, server: Duplex): void {
  const { journal, destination } = connection;
  const meter = new BurstMeter(journal.clock, (burst) => connection.writeBurst(burst, 'tls'));
  connection.beforeEnd(() => meter.end());
  const up = (chunk: Buffer): void => meter.up(chunk.length);
  if (parts.egress.mode === 'live') {
    join(app, server, { up, down: (chunk) => meter.down(chunk.length), meter });
    return;
  }
  server.destroy();
  journal.gaps.note('unsupported-protocol', {
    destination,
    because: 'TLS around something other than HTTP: counted, but nothing answers it in a sealed run',
  });
  sink(app, { up, meter });
}
