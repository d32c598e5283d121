import { createSocket } from 'node:dgram';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { Names } from '../../workers/handset/net/address.ts';
import { APP, handsetUnderTest, until, type HandsetUnderTest } from './handset-under-test.ts';

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: number;
  readonly connection: number;
}

/** An HTTP server on the host's loopback that answers with as many bytes as it is asked for. */
async function farEnd() {
  const seen: Seen[] = [];
  let connections = 0;
  const numbers = new WeakMap<object, number>();
  const server = createServer((request, response) => {
    let body = 0;
    request.on('data', (chunk: Buffer) => void (body += chunk.length));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      seen.push({ method, url, headers, body, connection: numbers.get(request.socket) ?? 0 });
      response.end(Buffer.alloc(Number(headers['x-sleeptalk-respond'] ?? 0)));
    });
  });
  server.on('connection', (socket) => numbers.set(socket, ++connections));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    seen,
    server,
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const routeUid = (handset: HandsetUnderTest, uid: number, port: number) =>
  handset.run(`iptables -t nat -A OUTPUT -m owner --uid-owner ${uid} -p tcp -j DNAT --to-destination 10.0.2.2:${port}`);

test('a routed app reaches the host with the sizes its schedule names', async () => {
  await using far = await farEnd();
  await using handset = handsetUnderTest();
  const uid = await handset.install({
    version: 1,
    schedules: [
      {
        id: 'post',
        url: 'http://cdn.example/b?x=1',
        method: 'POST',
        everySeconds: 60,
        requestBytes: 412,
        responseBytes: 308,
        headers: { 'X-Own': 'yes', 'bad name': 'no', Host: 'evil' },
      },
      { id: 'get', url: 'http://cdn.example:8080/get', everySeconds: 90, requestBytes: 900, responseBytes: 70_000 },
    ],
  });
  await routeUid(handset, uid, far.port);
  await handset.launch();
  await handset.clock.advance(90_000);
  await until(() => handset.beats('get').length === 1 && handset.beats('post').length === 1, 'both exchanges');
  const [post, get] = far.seen;
  expect(post).toMatchObject({ method: 'POST', url: '/b?x=1', body: 412 });
  expect(post?.headers).toMatchObject({ host: 'cdn.example', 'x-own': 'yes', 'user-agent': 'okhttp/4.12.0' });
  expect(post?.headers['bad name']).toBeUndefined();
  expect(get?.headers.host).toBe('cdn.example:8080');
  const head = Object.entries(get?.headers ?? {}).reduce(
    (sum, [name, value]) => sum + name.length + String(value).length + 4,
    0,
  );
  expect(head + 'GET /get HTTP/1.1\r\n\r\n'.length).toBe(900);
  expect(handset.lines()).toContainEqual('get GET http://cdn.example:8080/get -> 200, 70000 bytes');
});

test('only the routed uid has a way out', async () => {
  await using far = await farEnd();
  await using handset = handsetUnderTest();
  const schedules = [{ id: 'tick', url: 'http://one.example/', everySeconds: 60 }];
  await handset.install({ version: 1, schedules });
  const other = await handset.install({ version: 1, schedules }, { packageName: 'org.example.other' });
  await routeUid(handset, other, far.port);
  await handset.launch();
  await handset.clock.advance(61_000);
  expect(handset.lines()).toEqual([expect.stringContaining('ENETUNREACH')]);
  expect(far.connections()).toBe(0);
});

test('keep-alive holds one connection, fresh opens one for each beat', async () => {
  await using far = await farEnd();
  await using handset = handsetUnderTest();
  const uid = await handset.install({
    version: 1,
    schedules: [
      { id: 'held', url: 'http://held.example/', everySeconds: 60, connection: 'keep-alive' },
      { id: 'fresh', url: 'http://fresh.example/', everySeconds: 60 },
    ],
  });
  await routeUid(handset, uid, far.port);
  await handset.launch();
  for (let beat = 1; beat <= 3; beat++) {
    await handset.clock.advance(60_000);
    await until(() => handset.beats('held').length === beat && handset.beats('fresh').length === beat, `beat ${beat}`);
  }
  const connectionsTo = (host: string) =>
    new Set(far.seen.filter((each) => each.headers.host === host).map((each) => each.connection));
  expect(connectionsTo('held.example').size).toBe(1);
  expect(connectionsTo('fresh.example').size).toBe(3);
  await handset.run(`am force-stop ${APP}`);
  expect(handset.parts.files.read('/proc/net/tcp6').toString()).not.toContain(' 01 ');
});

test('a held connection stands in /proc/net/tcp6 with the address that was asked for and its uid', async () => {
  await using far = await farEnd();
  await using handset = handsetUnderTest();
  const uid = await handset.install({
    version: 1,
    schedules: [{ id: 'held', url: 'http://192.0.2.7/', everySeconds: 60, connection: 'keep-alive' }],
  });
  await routeUid(handset, uid, far.port);
  await handset.launch();
  await handset.clock.advance(60_000);
  await until(() => handset.beats('held').length === 1, 'the exchange');
  const row = handset.parts.files.read('/proc/net/tcp6').toString().split('\n')[1];
  expect(row).toMatch(
    new RegExp(
      `^   0: 0000000000000000FFFF00001002000A:[0-9A-F]{4} 0000000000000000FFFF0000070200C0:0050 01 .* ${uid} +0 \\d+ `,
    ),
  );
  expect(await handset.shell('dumpsys netstats detail')).toMatch(
    new RegExp(`uid=${uid} set=DEFAULT tag=0x0\n.*\n {6}st=\\d+ rb=[1-9]\\d* `),
  );
});

test('nc as an app proves that its traffic is seen, and as anyone else that it is not', async () => {
  await using far = await farEnd();
  await using handset = handsetUnderTest();
  const uid = await handset.install({ version: 1 });
  await routeUid(handset, uid, far.port);
  const request = Buffer.from('GET /nonce HTTP/1.1\r\nHost: canary.invalid\r\nConnection: close\r\n\r\n');
  const seen = await handset.run('nc -w 5 192.0.2.1 80', uid, request);
  expect(seen).toMatchObject({ status: 0, out: expect.stringMatching(/^HTTP\/1\.1 200 OK/) as string });
  expect(far.seen.map((each) => each.url)).toEqual(['/nonce']);
  expect(await handset.run('nc -w 5 192.0.2.1 80', 2000, request)).toEqual({
    out: '',
    err: 'nc: connect: Network is unreachable\n',
    status: 1,
  });
  expect(await handset.run('nc host', 2000)).toMatchObject({ status: 1 });
});

test('a QUIC attempt is refused and counted, and the app goes on over TCP', async () => {
  await using far = await farEnd();
  await using handset = handsetUnderTest();
  const uid = await handset.install({
    version: 1,
    schedules: [{ id: 'quic', url: 'https://h3.example/', everySeconds: 60, transport: 'quic' }],
  });
  await handset.run(`iptables -A OUTPUT -m owner --uid-owner ${uid} -p udp --dport 443 -j REJECT`);
  await routeUid(handset, uid, far.port);
  await handset.launch();
  await handset.clock.advance(60_000);
  await until(() => handset.beats('quic').length === 1, 'the exchange');
  expect(handset.lines()[0]).toBe('quic: QUIC failed (ECONNREFUSED), using TCP');
  expect((await handset.run('iptables -nvxL OUTPUT')).out).toMatch(/ +1 +1228 REJECT +udp /);
  expect(far.connections()).toBe(1);
});

test('a datagram goes to the host where a rule says so', async () => {
  await using handset = handsetUnderTest();
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const received = new Promise<Buffer>((resolve) => socket.once('message', resolve));
  const schedule = {
    id: 'ping',
    url: 'udp://telemetry.example:9999',
    everySeconds: 30,
    transport: 'udp',
    requestBytes: 48,
  } as const;
  const uid = await handset.install({ version: 1, schedules: [schedule] });
  await handset.run(
    `iptables -t nat -A OUTPUT -m owner --uid-owner ${uid} -p udp -j DNAT --to-destination 10.0.2.2:${socket.address().port}`,
  );
  await handset.launch();
  await handset.clock.advance(30_000);
  expect((await received).length).toBe(48);
  socket.close();
});

test('a WebSocket stays open and sends one message a beat', async () => {
  await using far = await farEnd();
  await using handset = handsetUnderTest();
  const messages: number[] = [];
  const server = new WebSocketServer({ server: far.server });
  server.on('connection', (socket) => socket.on('message', (data: Buffer) => messages.push(data.length)));
  const schedule = {
    id: 'live',
    url: 'ws://live.example/feed',
    everySeconds: 20,
    transport: 'ws',
    connection: 'keep-alive',
    requestBytes: 64,
  } as const;
  const uid = await handset.install({ version: 1, schedules: [schedule] });
  await routeUid(handset, uid, far.port);
  await handset.launch();
  for (let beat = 1; beat <= 3; beat++) {
    await handset.clock.advance(20_000);
    await until(() => messages.length === beat, `message ${beat}`);
  }
  expect(messages).toEqual([64, 64, 64]);
  expect(far.connections()).toBe(1);
  server.close();
});

test('raw TCP sends its bytes and takes silence for an answer', async () => {
  await using handset = handsetUnderTest();
  const got: Buffer[] = [];
  const server = createTcpServer((socket) =>
    socket.on('data', (chunk) => got.push(chunk)).on('error', () => undefined),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const schedule = {
    id: 'raw',
    url: 'tcp://c2.example:4444',
    everySeconds: 20,
    transport: 'tcp',
    requestBytes: 33,
  } as const;
  const uid = await handset.install({ version: 1, schedules: [schedule] });
  await routeUid(handset, uid, (server.address() as AddressInfo).port);
  await handset.launch();
  await handset.clock.advance(20_000);
  await until(() => Buffer.concat(got).length === 33, 'the bytes');
  server.close();
});

test('a global proxy is asked for plain requests by their whole address', async () => {
  await using far = await farEnd();
  await using handset = handsetUnderTest();
  await handset.install({ version: 1, schedules: [{ id: 'web', url: 'http://site.example/page', everySeconds: 20 }] });
  await handset.run(`settings put global http_proxy 10.0.2.2:${far.port}`);
  await handset.launch();
  await handset.clock.advance(20_000);
  await until(() => far.seen.length === 1, 'the request');
  expect(far.seen[0]?.url).toBe('http://site.example/page');
});

test('a listener inside the handset is reached at 127.0.0.1, also by a redirected app', async () => {
  await using handset = handsetUnderTest();
  const heard: string[] = [];
  handset.parts.listeners.listen(8080, (socket) => {
    socket.on('data', (chunk: Buffer) => {
      heard.push(chunk.toString());
      socket.end('hello');
    });
  });
  expect(await handset.run('nc 127.0.0.1 8080', 2000, Buffer.from('one'))).toMatchObject({ out: 'hello', status: 0 });
  await handset.run('iptables -t nat -A OUTPUT -p tcp --dport 80 -j DNAT --to-destination 127.0.0.1:8080');
  expect(await handset.run('nc far.example 80', 2000, Buffer.from('two'))).toMatchObject({ out: 'hello', status: 0 });
  expect(heard).toEqual(['one', 'two']);
});

test('a button of a scripted screen makes its request', async () => {
  await using far = await farEnd();
  await using handset = handsetUnderTest();
  const request = { url: 'http://img.example/lamp.webp', responseBytes: 18_400 };
  const uid = await handset.install({
    version: 1,
    screens: [{ id: 'main', title: 'Main', buttons: [{ text: 'Nothing' }, { text: 'Go', request }] }],
  });
  await routeUid(handset, uid, far.port);
  await handset.launch();
  handset.parts.bus.emit('button-pressed', { packageName: APP, screen: 'main', button: 0 });
  handset.parts.bus.emit('button-pressed', { packageName: APP, screen: 'main', button: 1 });
  await until(() => handset.beats('button').length === 1, 'the request');
  expect(handset.lines()).toEqual(['button GET http://img.example/lamp.webp -> 200, 18400 bytes']);
});

test('names keep their synthetic address in every run, and addresses lead back to names', () => {
  const [one, two] = [new Names(), new Names()];
  const address = one.resolve('cdn.brightlamp.example');
  expect(address).toMatch(/^198\.1[89]\./);
  expect(two.resolve('other.example')).not.toBe(address);
  expect(two.resolve('CDN.brightlamp.example.')).toBe(address);
  expect(one.nameOf(address)).toBe('cdn.brightlamp.example');
  expect(one.resolve('192.0.2.1')).toBe('192.0.2.1');
  for (const bad of ['', 'a..b', '-x.example', 'x'.repeat(64), 'ex ample', '../../etc'])
    expect(() => one.resolve(bad)).toThrow(/Unable to resolve/);
});
