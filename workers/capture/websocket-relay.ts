import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { printable } from '../../orchestrator/contract/fault.ts';
import { BurstMeter } from './bursts.ts';
import type { RequestedDestination } from './destination.ts';
import { type Accepted, recordedPath } from './exchange.ts';
import { join } from './relay.ts';

export interface Upgrade extends Accepted {
  readonly request: IncomingMessage;
  /** Bytes behind the request's head. */
  readonly head: Buffer;
  readonly to: RequestedDestination;
}

/**
 * A request that asks to leave HTTP (RFC 6455, RFC 9110 7.8): it goes on as it stood, subprotocols, extensions and all,
 * and what follows is relayed byte for byte. Records the handshake as an exchange and the payload after it as bursts.
 */
export function relayUpgrade(upgrade: Upgrade): void {
  const { readable, share, request, head, to } = upgrade;
  const { connection, stream } = readable;
  const { clock } = connection.journal;
  const startMs = clock.nowMs();
  const protocol = /^websocket$/i.test(request.headers.upgrade ?? '') ? 'ws' : 'tcp';
  let failure: string | null = null;
  let status: number | null = null;

  const meter = new BurstMeter(clock, (burst) => connection.writeBurst(burst, protocol));
  const writeHandshake = (): void => {
    connection.goesTo(to.host, to.port);
    connection.writeSession({
      startMs,
      endMs: clock.nowMs(),
      protocol: readable.secure ? 'https' : 'http',
      ...share.take(),
      extra: {
        destination: to.destination,
        method: printable(request.method ?? '', 20),
        path: recordedPath(to.path, readable.redactQuery),
        upgrade: protocol,
        ...(to.hostHeader === null ? {} : { hostHeader: to.hostHeader }),
        ...(status === null ? { failure: failure ?? 'no answer to the upgrade' } : { status }),
      },
    });
  };

  stream.pause();
  stream.on('error', () => stream.destroy());
  connection.beforeEnd(() => {
    if (status === null) writeHandshake();
    meter.end();
  });
  readable.agent.open(to.host ?? 'unnamed.invalid', to.port).then(
    (server) => {
      server.write(headOf(request, to.path));
      if (head.length > 0) server.write(head);
      answered(server, (code, rest) => {
        status = code;
        stream.write(rest.answer);
        writeHandshake();
        if (head.length > 0) meter.up(head.length);
        if (rest.after.length > 0) {
          stream.write(rest.after);
          meter.down(rest.after.length);
        }
        join(stream, server, {
          up: (chunk) => meter.up(chunk.length),
          down: (chunk) => meter.down(chunk.length),
          meter,
        });
      });
      server.once('close', () => {
        if (status === null) stream.destroy();
      });
      stream.once('close', () => server.destroy());
    },
    (error: unknown) => {
      failure = printable((error as Error).message, 100);
      stream.destroy();
    },
  );
}

function headOf(request: IncomingMessage, path: string): Buffer {
  const lines = [`${request.method} ${path} HTTP/${request.httpVersion}`];
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    lines.push(`${request.rawHeaders[at]}: ${request.rawHeaders[at + 1]}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

const LONGEST_ANSWER = 65_536;

/** Reads the head of the server's answer; `after` is what came with it. */
function answered(
  server: Duplex,
  then: (status: number, bytes: { readonly answer: Buffer; readonly after: Buffer }) => void,
): void {
  let seen = Buffer.alloc(0);
  const onData = (chunk: Buffer): void => {
    seen = Buffer.concat([seen, chunk]);
    const end = seen.indexOf('\r\n\r\n');
    if (end < 0 && seen.length > LONGEST_ANSWER) server.destroy();
    if (end < 0) return;
    server.off('data', onData);
    server.pause();
    const status = /^HTTP\/1\.[01] ([0-9]{3})/.exec(seen.toString('latin1', 0, 16))?.[1];
    then(Number(status ?? 0), { answer: seen.subarray(0, end + 4), after: seen.subarray(end + 4) });
  };
  server.on('data', onData).on('error', () => server.destroy());
}
