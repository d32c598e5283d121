import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { duplexPair, pipeline, Readable, type Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { answerFor, MOST_BYTES, type Answer } from './answer.ts';
import type { Egress } from './egress.ts';

/**
 * The far end inside this process: every request is answered here, no name is looked up, no packet leaves. It speaks
 * HTTP/1.1, HTTP/2 and WebSocket over in-memory streams; it listens nowhere.
 */
export function createSealedEgress(): Egress {
  const open = new Set<Duplex>();
  const http = httpResponder();
  const http2 = http2Responder();
  return {
    mode: 'sealed',
    connect(target) {
      const alpn = ['h2', 'http/1.1', 'http/1.0'].find((name) => target.alpn.includes(name)) ?? null;
      const [near, far] = duplexPair();
      open.add(far);
      far.on('error', ignore).once('close', () => open.delete(far));
      near.once('close', () => far.destroy());
      (alpn === 'h2' ? http2 : http).emit('connection', far);
      return Promise.resolve({ stream: near, alpn });
    },
    tunnel: () => Promise.resolve(null),
    async [Symbol.asyncDispose]() {
      for (const stream of open) stream.destroy();
      http.close();
      http2.close();
    },
  };
}

function ignore(): void {
  // the near end was torn down by the app; nothing on this side is lost by it
}

function httpResponder(): ReturnType<typeof createHttpServer> {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MOST_BYTES,
    perMessageDeflate: false,
    handleProtocols: (offered) => [...offered][0] ?? false,
  });
  sockets.on('connection', (socket) => {
    socket.on('error', ignore); // a broken frame ends this socket, as it should
  });
  // Time-outs would be the server's cadence, not the app's.
  const server = createHttpServer({
    keepAliveTimeout: 0,
    requestTimeout: 0,
    headersTimeout: 0,
    connectionsCheckingInterval: 2 ** 30,
  });
  server.timeout = 0;
  server.on('request', (request, response) => {
    whenRead(request, () => respond(request, response));
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', ignore);
    if (/^websocket$/i.test(request.headers.upgrade ?? '')) {
      sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request));
    } else {
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    }
  });
  server.on('clientError', (_error, socket) => {
    socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
  });
  return server;
}

function respond(request: IncomingMessage, response: ServerResponse): void {
  const answer = answerFor({
    method: request.method ?? 'GET',
    host: (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase(),
    path: request.url ?? '/',
    headers: request.headers,
  });
  if (answer.contentType !== null) response.setHeader('Content-Type', answer.contentType);
  if (answer.status !== 204) response.setHeader('Content-Length', lengthOf(answer));
  response.writeHead(answer.status);
  send(answer, request.method === 'HEAD', response);
}

function http2Responder(): ReturnType<typeof createHttp2Server> {
  const server = createHttp2Server();
  server.on('sessionError', ignore); // the session is destroyed by it, which is all there is to do
  server.on('stream', (stream, headers) => {
    stream.on('error', ignore); // the app reset its stream
    whenRead(stream, () => {
      if (stream.destroyed) return;
      if (String(headers['content-type'] ?? '').startsWith('application/grpc')) respondGrpc(stream);
      else respondHttp2(stream, headers);
    });
  });
  return server;
}

function respondHttp2(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  const method = headers[':method'] ?? 'GET';
  const answer = answerFor({
    method,
    host: (headers[':authority'] ?? '').replace(/:\d+$/, '').toLowerCase(),
    path: headers[':path'] ?? '/',
    headers,
  });
  stream.respond({
    ':status': answer.status,
    ...(answer.contentType === null ? {} : { 'content-type': answer.contentType }),
    ...(answer.status === 204 ? {} : { 'content-length': lengthOf(answer) }),
  });
  send(answer, method === 'HEAD', stream);
}

/** One empty message, which decodes to the default of any protobuf type, and status OK. */
function respondGrpc(stream: ServerHttp2Stream): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(Buffer.alloc(5));
}

/** Reads and forgets the request's body: an answer before its end would cut an upload short. */
function whenRead(body: Readable, then: () => void): void {
  body.once('end', then);
  body.resume();
}

function lengthOf(answer: Answer): number {
  return typeof answer.body === 'number' ? answer.body : answer.body.length;
}

function send(answer: Answer, headOnly: boolean, to: ServerResponse | ServerHttp2Stream): void {
  if (headOnly || answer.status === 204) to.end();
  else if (typeof answer.body !== 'number') to.end(answer.body);
  else pipeline(Readable.from(filler(answer.body)), to, ignore);
}

function* filler(bytes: number): Generator<Buffer> {
  const block = Buffer.alloc(16_384, 'sleeptalk ');
  for (let left = bytes; left > 0; left -= block.length) yield left < block.length ? block.subarray(0, left) : block;
}
