import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { Proxy, type IContext } from 'http-mitm-proxy';
import { printable } from '../../orchestrator/contract/fault.ts';
import type { AppConnection } from './connection.ts';
import type { Decryptor } from './decryptor.ts';
import { destinationOf } from './destination.ts';
import { type Accepted, Exchange, shareBytes } from './exchange.ts';
import { requestHeaders } from './raw-headers.ts';
import { relayUpgrade } from './websocket-relay.ts';

/**
 * The decryptor on http-mitm-proxy 1.1.0 (pinned exactly, since an underscore method is used). It is given streams by
 * `emit('connection')`, never a port, so its own server, certificate folder and CONNECT handling are not in play. Kept
 * from it is the life of a request; replaced is what measurement showed to change an app's traffic or to end the
 * process: the parsing of Host, lower-cased and merged headers, the delivery of responses (chunked, no backpressure,
 * error text in bodies), WebSocket, and errors on the console.
 */
export function createMitmDecryptor(): Decryptor {
  const streams = new WeakMap<object, Accepted>();
  const contexts = new WeakMap<IContext, Exchange>();
  const proxy = new QuietProxy((context, error) => contexts.get(context)?.fail(error));
  proxy.keepAlive = true;
  proxy.options = {};
  const starting: Exchange[] = []; // the request whose context the proxy is making, in this very turn

  proxy.onRequest((context, callback) => {
    const exchange = starting.pop();
    if (!exchange) throw new Error('a request came by another way than accept()');
    contexts.set(context, exchange);
    exchange.context = context;
    const options = context.proxyToServerRequestOptions;
    if (options) {
      Object.assign(options, { ...exchange.target, agent: exchange.readable.agent, path: exchange.path });
      Object.assign(options, { headers: requestHeaders(exchange.request) });
    }
    callback();
  });
  proxy.onRequestData((context, chunk, callback) => {
    callback(null, chunk);
    holdBack(context);
  });
  // Never calls back: the response is delivered here.
  proxy.onResponse((context) => contexts.get(context)?.deliver());

  const server = createServer({
    keepAliveTimeout: 0, // time-outs would be our cadence, not the app's
    requestTimeout: 0,
    headersTimeout: 0,
    connectionsCheckingInterval: 2 ** 30,
    requireHostHeader: false,
    maxHeaderSize: 65_536,
  });
  server.timeout = 0;
  server.on('request', (request, response) => {
    const accepted = streams.get(request.socket);
    if (!accepted) return void request.socket.destroy();
    accepted.readable.onUsed();
    const exchange = new Exchange(accepted, request, response);
    if (exchange.refused) return;
    starting.push(exchange);
    try {
      proxy._onHttpServerRequest(accepted.readable.secure, request, response);
    } catch (error) {
      exchange.fail(error);
    } finally {
      starting.length = 0;
    }
  });
  server.on('upgrade', (request, socket, head) => {
    const accepted = streams.get(socket);
    if (!accepted) return void socket.destroy();
    accepted.readable.onUsed();
    const to = destinationOf(accepted.readable, request);
    relayUpgrade({ ...accepted, request, head, to });
  });
  server.on('clientError', (error, socket) =>
    refuse(error, socket as Socket, streams.get(socket)?.readable.connection),
  );

  return {
    name: 'http-mitm-proxy',
    version: mitmVersion(),
    accept(readable) {
      streams.set(readable.stream, { readable, share: shareBytes(readable) });
      server.emit('connection', readable.stream);
      readable.stream.resume(); // it was paused when its first bytes were looked at
    },
    [Symbol.asyncDispose]: () => closed(server),
  };
}

/** The library prints its errors and answers with their text; here they belong to the exchange they ended. */
class QuietProxy extends Proxy {
  readonly #onFailure: (context: IContext, error: unknown) => void;

  constructor(onFailure: (context: IContext, error: unknown) => void) {
    super();
    this.#onFailure = onFailure;
  }

  override _onError(_kind: string, context: IContext | null, error: Error): void {
    if (context) this.#onFailure(context, error);
  }
}

/** Lets the app's upload wait while the server's side is full: the library ignores what `write` returns. */
function holdBack(context: IContext): void {
  const to = context.proxyToServerRequest;
  if (!to?.writableNeedDrain) return;
  context.clientToProxyRequest.pause();
  to.once('drain', () => context.clientToProxyRequest.resume());
  to.once('close', () => context.clientToProxyRequest.resume());
}

function refuse(error: Error, socket: Socket, connection: AppConnection | undefined): void {
  connection?.fail(`not HTTP: ${printable(String((error as NodeJS.ErrnoException).code ?? error.message), 80)}`);
  if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
  else socket.destroy();
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return Promise.resolve();
}

function mitmVersion(): string {
  const manifest = createRequire(import.meta.url)('http-mitm-proxy/package.json') as { version: string };
  return manifest.version;
}
