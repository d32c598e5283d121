import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Agent, createServer as createHttpsServer, request } from 'node:https';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createAuthority } from '../../workers/capture/authority.ts';
import { createLiveEgress } from '../../workers/capture/egress/live.ts';
import { serverCredentials } from './credentials.ts';
import { openScene, readUntil, type Scene } from './scene.ts';

describe('a server that speaks first', () => {
  const greeter = async (): Promise<{ port: number; close: () => Server }> => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write('220 mail.example ready\r\n');
      socket.on('data', () => socket.write('250 ok\r\n'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { port: (server.address() as AddressInfo).port, close: () => server.close() };
  };

  it('is heard behind a CONNECT, and both directions are counted', async () => {
    const mail = await greeter();
    await using scene = await openScene({ egress: createLiveEgress({ allow: ['127.0.0.0/8'] }), silenceMs: 20 });
    const socket = await scene.tcp();
    socket.write(`CONNECT 127.0.0.1:${mail.port} HTTP/1.1\r\n\r\n`);
    await readUntil(socket, (text) => text.includes('220 mail.example ready\r\n'));
    socket.write('EHLO me\r\n');
    expect(await readUntil(socket, (text) => text.includes('250'))).toBe('250 ok\r\n');
    socket.end();
    await readUntil(socket);
    const { sessions, connections } = await scene.records();
    mail.close();
    expect(connections).toMatchObject([
      {
        treatment: 'tunnelled',
        protocol: 'tcp',
        destination: { host: '127.0.0.1', port: mail.port },
        address: '127.0.0.1',
      },
    ]);
    expect(sessions.map(({ address }) => address)).toEqual(sessions.map(() => '127.0.0.1'));
    expect(sessions.reduce((sum, session) => sum + session.upBytes, 0)).toBe(9);
    expect(sessions.reduce((sum, session) => sum + session.downBytes, 0)).toBe(24 + 8);
  });
});

describe('in a live run', () => {
  it('a passed-through connection reaches its server, and its payload is counted without the handshake', async () => {
    const { key, cert, authority } = serverCredentials('127.0.0.1');
    const server = createHttpsServer({ key, cert }, (_request, response) => response.end('x'.repeat(20_000)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const port = (server.address() as AddressInfo).port;
    const egress = createLiveEgress({ allow: ['127.0.0.0/8'] });
    await using scene = await openScene({ egress, passthroughHosts: ['127.0.0.1'] });
    const stream = await throughConnect(scene, port, authority.certificatePem);
    stream.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
    const text = await readUntil(stream);
    expect(text).toContain('x'.repeat(20_000));
    stream.destroy();
    const { sessions, gaps, connections } = await scene.records();
    server.close();
    expect(connections[0]).toMatchObject({ treatment: 'passed-through', destination: { host: '127.0.0.1', port } });
    expect(sessions).toHaveLength(1);
    const { upBytes, downBytes } = sessions[0]!;
    expect(upBytes).toBeGreaterThanOrEqual(54 + 17); // the request, a tag of 16 bytes and its inner type
    expect(upBytes).toBeLessThan(54 + 17 + 40); // and at most a close_notify
    expect(downBytes).toBeGreaterThan(20_000);
    expect(downBytes).toBeLessThan(20_900);
    expect(gaps).toMatchObject([{ kind: 'passthrough', upBytes, downBytes }]);
  });

  it('a private address is refused unless its range is allowed', async () => {
    await using scene = await openScene({ egress: createLiveEgress() });
    const socket = await scene.tcp();
    socket.write('GET http://127.0.0.1:9/ HTTP/1.1\r\nHost: 127.0.0.1:9\r\n\r\n');
    await readUntil(socket);
    const { sessions } = await scene.records();
    expect(sessions[0]).toMatchObject({ destination: { host: '127.0.0.1', port: 9 } });
    expect(sessions[0]!.failure).toMatch(/proxy-failed/);
    expect(sessions[0]).not.toHaveProperty('address');
  });

  it('a name that leads to a private address is refused too, and is looked up once', async () => {
    let lookups = 0;
    const egress = createLiveEgress({ lookup: () => ((lookups += 1), Promise.resolve(['203.0.113.9', '10.0.0.1'])) });
    const target = { host: 'rebind.example', port: 443, secure: true, alpn: [] };
    await expect(egress.connect(target, AbortSignal.timeout(2000))).rejects.toThrow(/private or loopback/);
    expect(lookups).toBe(1);
  });

  it('requests reach the server with their headers as the app wrote them, and the answer comes back as it was', async () => {
    const asked: string[] = [];
    const server = createServer((socket: Socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (chunk: Buffer) => {
        asked.push(chunk.toString('latin1'));
        socket.end(
          'HTTP/1.1 200 Fine\r\nX-ODD-Case: 1\r\nset-cookie: a=1\r\nSet-Cookie: b=2\r\nX-ODD-Case: 2\r\nContent-Length: 2\r\n\r\nok',
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const port = (server.address() as AddressInfo).port;
    await using scene = await openScene({ egress: createLiveEgress({ allow: ['127.0.0.0/8'] }) });
    const socket = await scene.tcp();
    socket.write(`GET /a HTTP/1.1\r\nhOsT: 127.0.0.1:${port}\r\nX-Twice: 1\r\nx-twice: 2\r\n\r\n`);
    const text = await readUntil(socket, (seen) => seen.endsWith('ok'));
    socket.destroy();
    server.close();
    expect(asked[0]).toBe(
      `GET /a HTTP/1.1\r\nhOsT: 127.0.0.1:${port}\r\nX-Twice: 1\r\nx-twice: 2\r\n${asked[0]!.split('x-twice: 2\r\n')[1]}`,
    );
    expect(text).toMatch(
      /^HTTP\/1\.1 200 Fine\r\nX-ODD-Case: 1\r\nset-cookie: a=1\r\nSet-Cookie: b=2\r\nX-ODD-Case: 2\r\nContent-Length: 2\r\n/,
    );
  });

  it('an intercepted request reaches a TLS server whose certificate is checked', async () => {
    const { key, cert, authority } = serverCredentials('localhost');
    const server = createHttpsServer({ key, cert }, (incoming, response) =>
      response.end(`seen ${incoming.headers.host}`),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const port = (server.address() as AddressInfo).port;
    const lookup = () => Promise.resolve(['127.0.0.1']);
    const allow = ['127.0.0.0/8'];
    const body = async (ca: string[]): Promise<string> => {
      await using scene = await openScene({ egress: createLiveEgress({ allow, lookup, ca }) });
      const socket = await scene.tcp();
      socket.write(`CONNECT localhost:${port} HTTP/1.1\r\n\r\n`);
      await readUntil(socket, (text) => text.endsWith('\r\n\r\n'));
      const agent = new Agent();
      return await new Promise<string>((resolve) => {
        const options = { socket, agent, host: 'localhost', servername: 'localhost', ca: [scene.capture.caPem] };
        request(
          {
            ...options,
            createConnection: () => connectTls({ socket, ca: [scene.capture.caPem], servername: 'localhost' }),
          },
          (response) => {
            let text = '';
            response.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => resolve(text));
          },
        )
          .on('error', () => resolve('failed'))
          .end();
      });
    };
    expect(await body([authority.certificatePem])).toBe('seen localhost');
    expect(await body([createAuthority().certificatePem])).toBe('failed');
    server.close();
  });
});

async function throughConnect(scene: Scene, port: number, ca: string) {
  const socket = await scene.tcp();
  socket.write(`CONNECT 127.0.0.1:${port} HTTP/1.1\r\n\r\n`);
  await readUntil(socket, (text) => text.endsWith('\r\n\r\n'));
  const stream = connectTls({ socket, ca: [ca], host: '127.0.0.1' });
  await new Promise<void>((resolve, reject) => stream.once('secureConnect', () => resolve()).once('error', reject));
  return stream;
}
