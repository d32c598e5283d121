import { Agent, request } from 'node:https';
import { request as requestPlain } from 'node:http';
import * as http2 from 'node:http2';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { openScene, readUntil, type Scene } from './scene.ts';

interface Got {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}

/** One HTTPS request over a redirected connection; the agent keeps it open. */
function get(
  scene: Scene,
  agent: Agent,
  host: string,
  path: string,
  headers: Record<string, string> = {},
  body?: Buffer,
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: scene.capture.port, servername: host, ca: [scene.capture.caPem], agent };
    const method = body ? 'POST' : 'GET';
    const sent = request({ ...options, method, path, headers: { Host: host, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      });
    });
    sent.on('error', reject).end(body);
  });
}

describe('an exchange over HTTPS', () => {
  it('is answered, and recorded with its sizes after the handshake', async () => {
    await using scene = await openScene();
    const agent = new Agent({ keepAlive: true });
    const got = await get(scene, agent, 'api.example', '/v1/ping?token=secret', { 'x-sleeptalk-respond': '5000' });
    agent.destroy();
    expect(got.status).toBe(200);
    expect(got.body.length).toBe(5000);
    const { sessions, connections } = await scene.records();
    expect(sessions).toHaveLength(1);
    expect(sessions[0]).toMatchObject({
      destination: { host: 'api.example', port: 443 },
      protocol: 'https',
      attribution: 'certain',
      forced: false,
      method: 'GET',
      path: '/v1/ping?…',
      status: 200,
      sni: 'api.example',
    });
    const { upBytes, downBytes, wireUpBytes = 0, wireDownBytes = 0 } = sessions[0]!;
    expect(downBytes).toBeGreaterThan(5000);
    expect(downBytes).toBeLessThan(5400);
    expect(upBytes).toBeGreaterThan(60);
    expect(upBytes).toBeLessThan(300);
    expect(wireUpBytes).toBeGreaterThan(upBytes + 200); // with the ClientHello
    expect(wireDownBytes).toBeGreaterThan(downBytes);
    expect(connections).toHaveLength(1);
    expect(connections[0]).toMatchObject({ treatment: 'intercepted', protocol: 'https', connection: 1 });
  });

  it('keeps its connection open for the next one, and each has its own bytes', async () => {
    await using scene = await openScene();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (const bytes of ['100', '2000', '30000']) {
      await get(scene, agent, 'api.example', '/a', { 'x-sleeptalk-respond': bytes });
    }
    await get(scene, agent, 'api.example', '/up', {}, Buffer.alloc(40_000));
    agent.destroy();
    const { sessions, connections } = await scene.records();
    expect(connections).toHaveLength(1);
    expect(sessions.map((session) => session.connection)).toEqual([1, 1, 1, 1]);
    const down = sessions.map((session) => session.downBytes);
    expect(down[1]! - down[0]!).toBeGreaterThanOrEqual(1900);
    expect(down[1]! - down[0]!).toBeLessThan(1910);
    expect(down[2]! - down[1]!).toBeGreaterThanOrEqual(28_000);
    expect(sessions[3]!.upBytes).toBeGreaterThan(40_000);
    expect(sessions[3]!.upBytes).toBeLessThan(40_400);
    expect(sessions[3]!.downBytes).toBeLessThan(400);
  });

  it('goes to the host of the handshake when Host names another, and says so', async () => {
    await using scene = await openScene();
    const agent = new Agent();
    await get(scene, agent, 'front.example', '/', { Host: 'hidden.example:8443' });
    agent.destroy();
    const { sessions } = await scene.records();
    expect(sessions[0]).toMatchObject({
      destination: { host: 'front.example', port: 443 },
      hostHeader: 'hidden.example',
    });
  });
});

describe('an exchange in the clear', () => {
  it('goes where its Host says, and each request of a connection may name another', async () => {
    await using scene = await openScene();
    const socket = await scene.tcp();
    socket.write('GET /one HTTP/1.1\r\nHost: a.example\r\n\r\n');
    await readUntil(socket, (text) => text.includes('\r\n\r\n'));
    socket.write('GET /two HTTP/1.1\r\nHost: b.example:8080\r\nConnection: close\r\n\r\n');
    const answer = await readUntil(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    const { sessions, connections } = await scene.records();
    expect(sessions.map((session) => [session.destination.host, session.destination.port, session.path])).toEqual([
      ['a.example', 80, '/one'],
      ['b.example', 8080, '/two'],
    ]);
    expect(sessions.map((session) => session.protocol)).toEqual(['http', 'http']);
    expect(connections[0]).toMatchObject({ treatment: 'cleartext', protocol: 'http' });
    const up = sessions.reduce((sum, session) => sum + session.upBytes, 0);
    expect(up).toBe(connections[0]!.wireUpBytes);
  });

  it('through an explicit proxy names its destination in absolute form, and is less certainly the app', async () => {
    await using scene = await openScene();
    const body = await new Promise<string>((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port: scene.capture.port,
        path: 'http://c.example:81/x.html?q=1',
        agent: false as const,
      };
      requestPlain({ ...options, headers: { Host: 'c.example:81' } }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => resolve(text));
      })
        .on('error', reject)
        .end();
    });
    expect(body).toContain('<!doctype html>');
    const { sessions } = await scene.records();
    expect(sessions[0]).toMatchObject({
      destination: { host: 'c.example', port: 81 },
      path: '/x.html?…',
      attribution: 'likely',
    });
  });
});

describe('HTTP/2', () => {
  it('is spoken where the app offers it; each stream is an exchange and their bytes sum up', async () => {
    await using scene = await openScene();
    const stream = await scene.tls('h2.example', { ALPNProtocols: ['h2', 'http/1.1'] });
    expect(stream.alpnProtocol).toBe('h2');
    const session = http2.connect('https://h2.example', { createConnection: () => stream });
    const fetch = (path: string, bytes: number): Promise<number> =>
      new Promise((resolve, reject) => {
        const sent = session.request({ ':path': path, 'x-sleeptalk-respond': String(bytes) });
        let got = 0;
        sent
          .on('data', (chunk: Buffer) => (got += chunk.length))
          .on('end', () => resolve(got))
          .on('error', reject);
        sent.end();
      });
    expect(await Promise.all([fetch('/a', 1000), fetch('/b', 70_000), fetch('/c', 0)])).toEqual([1000, 70_000, 0]);
    await new Promise<void>((resolve) => session.close(() => resolve()));
    const { sessions, connections } = await scene.records();
    expect(sessions.map((record) => record.protocol)).toEqual(['h2', 'h2', 'h2']);
    expect(new Set(sessions.map((record) => record.path))).toEqual(new Set(['/a', '/b', '/c']));
    expect(sessions.every((record) => record.status === 200)).toBe(true);
    const big = sessions.find((record) => record.path === '/b');
    expect(big!.downBytes).toBeGreaterThanOrEqual(70_000);
    expect(big!.downBytes).toBeLessThan(71_000);
    expect(connections[0]).toMatchObject({ treatment: 'intercepted', protocol: 'h2', alpn: ['h2', 'http/1.1'] });
  });

  it('with a gRPC content type is recorded as grpc and ends with its trailers', async () => {
    await using scene = await openScene();
    const stream = await scene.tls('grpc.example', { ALPNProtocols: ['h2'] });
    const session = http2.connect('https://grpc.example', { createConnection: () => stream });
    const sent = session.request({
      ':method': 'POST',
      ':path': '/pkg.Service/Call',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    sent.end(Buffer.alloc(105));
    sent.resume();
    const trailers = await new Promise<http2.IncomingHttpHeaders>((resolve, reject) =>
      sent.on('trailers', resolve).on('error', reject),
    );
    expect(trailers['grpc-status']).toBe('0');
    session.close();
    const { sessions } = await scene.records();
    expect(sessions[0]).toMatchObject({ protocol: 'grpc', path: '/pkg.Service/Call', status: 200 });
    expect(sessions[0]!.upBytes).toBeGreaterThanOrEqual(105);
  });
});

describe('a WebSocket', () => {
  it('keeps its subprotocol, is ponged, and its payload becomes bursts', async () => {
    let hostMs = 0;
    await using scene = await openScene({ hostNowMs: () => hostMs });
    const socket = new WebSocket('wss://ws.example/live', ['chat.v2'], {
      createConnection: () => scene.tlsNow('ws.example'),
      perMessageDeflate: false,
    });
    await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject));
    expect(socket.protocol).toBe('chat.v2');
    socket.send('x'.repeat(50));
    const pong = new Promise<void>((resolve) => socket.once('pong', () => resolve()));
    socket.ping();
    await pong;
    hostMs += 60_000;
    socket.send('y'.repeat(70));
    const again = new Promise<void>((resolve) => socket.once('pong', () => resolve()));
    socket.ping();
    await again;
    socket.close();
    await new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const { sessions } = await scene.records();
    expect(sessions[0]).toMatchObject({ protocol: 'https', status: 101, path: '/live', upgrade: 'ws' });
    const bursts = sessions.filter((session) => session.protocol === 'ws');
    expect(bursts.map((burst) => burst.startMs)).toEqual([0, 60_000]);
    expect(bursts[0]!.upBytes).toBe(50 + 6 + 6); // two masked frames: 2 bytes of head and 4 of mask each
    expect(bursts[0]!.downBytes).toBe(2); // the pong
  });
});
