import { connect, createServer, type AddressInfo } from 'node:net';
import { Agent, request } from 'node:https';
import { expect, it } from 'vitest';
import { createLiveEgress } from '../../workers/capture/egress/live.ts';
import { eventually, openScene } from './scene.ts';

it('the wire bytes of connection records equal what an independent relay between app and front counted', async () => {
  await using scene = await openScene();
  const counted = { up: 0, down: 0 };
  const relay = createServer({ allowHalfOpen: true }, (app) => {
    const front = connect({ host: '127.0.0.1', port: scene.capture.port, allowHalfOpen: true });
    app.on('data', (chunk: Buffer) => (counted.up += chunk.length)).pipe(front);
    front.on('data', (chunk: Buffer) => (counted.down += chunk.length)).pipe(app);
    app.on('error', () => front.destroy());
    front.on('error', () => app.destroy()).on('close', () => app.resume());
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const port = (relay.address() as AddressInfo).port;
  const ask = (agent: Agent, host: string, up: number, down: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, servername: host, ca: [scene.capture.caPem], agent, method: 'POST' };
      request(
        {
          ...options,
          headers: { host, 'x-sleeptalk-respond': String(down) },
        },
        (response) => {
          response.resume().on('end', resolve);
        },
      )
        .on('error', reject)
        .end(Buffer.alloc(up));
    });
  for (let at = 0; at < 20; at += 1) {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let again = 0; again < 3; again += 1) await ask(agent, `h${at % 5}.example`, at * 1000, again * 70_000);
    // The app says goodbye and waits for an answer: what arrives at a socket that is gone is counted by nobody.
    for (const socket of Object.values(agent.freeSockets).flat()) socket?.end();
  }
  await eventually(() => scene.capture.counts().connections === 20);
  const { connections, sessions } = await scene.records();
  await new Promise<void>((resolve) => void relay.close(() => resolve()));
  const sum = (key: 'wireUpBytes' | 'wireDownBytes'): number =>
    connections.reduce((total, record) => total + record[key], 0);
  expect(connections).toHaveLength(20);
  expect(sessions).toHaveLength(60);
  expect(sum('wireUpBytes')).toBe(counted.up);
  expect(sum('wireDownBytes')).toBe(counted.down);
  expect(counted.down).toBeGreaterThan(20 * 210_000);
});

it('a stalled app holds its server back: a large download is not gathered in memory', async () => {
  let given = 0;
  const block = Buffer.alloc(65_536);
  const total = 64 * 1024 * 1024;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`);
      const more = (): void => {
        while (given < total) {
          given += block.length;
          if (!socket.write(block)) return void socket.once('drain', more);
        }
      };
      more();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = (server.address() as AddressInfo).port;
  await using scene = await openScene({ egress: createLiveEgress({ allow: ['127.0.0.0/8'] }) });
  const app = await scene.tcp();
  app.pause();
  app.write(`GET /big HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  await new Promise((resolve) => setTimeout(resolve, 800));
  const early = given;
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(given).toBe(early); // nothing moves
  expect(given).toBeLessThan(24 * 1024 * 1024); // what the kernel's buffers on both sides hold, and a little
  app.destroy();
  server.close();
});
