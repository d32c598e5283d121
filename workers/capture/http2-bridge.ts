import * as http2 from 'node:http2';
import { printable } from '../../orchestrator/contract/fault.ts';
import type { ReadableConnection } from './decryptor.ts';
import { recordedPath } from './exchange.ts';
import { readAuthority } from './host.ts';

/**
 * HTTP/2 in the clear, each stream an exchange, over an HTTP/2 session of its own to the server. DATA is counted for
 * the stream that carried it; what else the connection carried (settings, header blocks, pings, window updates) goes
 * to the stream that ended next, so that the exchanges sum up to the connection.
 */
export async function bridgeHttp2(readable: ReadableConnection): Promise<void> {
  const { connection, stream, agent, target } = readable;
  const host = target?.host ?? 'unnamed.invalid';
  const port = target?.port ?? (readable.secure ? 443 : 80);
  const far = await agent.open(host, port);
  const server = http2.connect(`${readable.secure ? 'https' : 'http'}://unread.invalid`, {
    createConnection: () => far,
    settings: { enablePush: false },
  });
  const app = http2.performServerHandshake(stream);
  const overhead = new Overhead(readable);
  const end = (): void => {
    server.destroy();
    app.destroy();
    stream.destroy();
  };
  app.on('error', end).on('close', () => server.close());
  server.on('error', (error: Error) => {
    connection.fail(`upstream: ${printable(error.message, 80)}`);
    end();
  });
  server.on('goaway', () => app.close()).on('close', () => app.close());
  stream.once('close', end);
  app.on('stream', (appStream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => {
    readable.onUsed();
    exchange({ readable, overhead, appStream, headers, server });
  });
}

/** Bytes of the connection that are no DATA, and who has been given them. */
class Overhead {
  readonly #readable: ReadableConnection;
  #upGiven = 0;
  #downGiven = 0;
  upData = 0;
  downData = 0;

  constructor(readable: ReadableConnection) {
    this.#readable = readable;
  }

  take(): { upBytes: number; downBytes: number } {
    const { stream, skippedUpBytes, skippedDownBytes } = this.#readable;
    const upBytes = Math.max(0, stream.bytesRead - skippedUpBytes - this.upData - this.#upGiven);
    const downBytes = Math.max(0, stream.bytesWritten - skippedDownBytes - this.downData - this.#downGiven);
    this.#upGiven += upBytes;
    this.#downGiven += downBytes;
    return { upBytes, downBytes };
  }
}

interface StreamPair {
  readonly readable: ReadableConnection;
  readonly overhead: Overhead;
  readonly appStream: http2.ServerHttp2Stream;
  readonly headers: http2.IncomingHttpHeaders;
  readonly server: http2.ClientHttp2Session;
}

function exchange(pair: StreamPair): void {
  const { readable, overhead, appStream, headers, server } = pair;
  const { connection } = readable;
  const startMs = connection.journal.clock.nowMs();
  const counted = { up: 0, down: 0 };
  let status: number | undefined;
  let failure: string | null = null;

  appStream.on('error', () => undefined); // its close, below, records it
  appStream.once('close', () => {
    const rest = overhead.take();
    const authority = readAuthority(headers[':authority'] ?? '');
    const fronted = readable.target !== null && authority !== null && authority.host !== readable.target.host;
    if (!readable.target && authority) connection.goesTo(authority.host, authority.port ?? connection.port ?? 80);
    connection.writeSession({
      startMs,
      endMs: connection.journal.clock.nowMs(),
      protocol: String(headers['content-type'] ?? '').startsWith('application/grpc') ? 'grpc' : 'h2',
      upBytes: counted.up + rest.upBytes,
      downBytes: counted.down + rest.downBytes,
      extra: {
        method: printable(headers[':method'] ?? '', 20),
        path: recordedPath(headers[':path'] ?? '', readable.redactQuery),
        ...(status === undefined ? {} : { status }),
        ...(fronted ? { hostHeader: authority.host } : {}),
        ...(status !== undefined && failure === null ? {} : { failure: failure ?? 'ended without a response' }),
      },
    });
  });

  if (server.destroyed || server.closed) {
    failure = 'the server closed the session';
    appStream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
    return;
  }
  const serverStream = server.request(headers, { endStream: appStream.readableEnded });
  let trailers: http2.IncomingHttpHeaders = {};
  serverStream.on('response', (answer, flags) => {
    status = answer[':status'];
    if (appStream.destroyed || appStream.headersSent) return;
    const last = (flags & http2.constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    // Trailers are for who asks for them (RFC 9110, 6.5.1), as every gRPC client does.
    if (last) appStream.respond(answer, { endStream: true });
    else appStream.respond(answer, { waitForTrailers: headers.te === 'trailers' });
    // Not before: data would send headers of its own.
    serverStream.on('data', (chunk: Buffer) => {
      counted.down += chunk.length;
      overhead.downData += chunk.length;
    });
    serverStream.pipe(appStream);
  });
  serverStream.on('trailers', (received: http2.IncomingHttpHeaders) => (trailers = received));
  appStream.once('wantTrailers', () => appStream.sendTrailers(trailers));
  serverStream.on('error', (error: Error) => (failure ??= printable(error.message, 80)));
  serverStream.once('close', () => {
    if (serverStream.rstCode !== http2.constants.NGHTTP2_NO_ERROR) appStream.close(serverStream.rstCode);
  });
  appStream.once('aborted', () => {
    failure ??= 'the app reset the stream';
    serverStream.close(http2.constants.NGHTTP2_CANCEL);
  });
  appStream.on('data', (chunk: Buffer) => {
    counted.up += chunk.length;
    overhead.upData += chunk.length;
  });
  appStream.pipe(serverStream);
}
