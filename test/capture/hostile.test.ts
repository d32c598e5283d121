import { readdir } from 'node:fs/promises';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { scriptedEgress, silentEgress } from './egresses.ts';
import { clientHello } from './hello-bytes.ts';
import { eventually, openScene, readUntil, type Scene } from './scene.ts';

/** After each attack the very next connection must be served. */
async function stillServes(scene: Scene): Promise<void> {
  const stream = await scene.tls('after.example');
  stream.write('GET /after HTTP/1.1\r\nHost: after.example\r\nConnection: close\r\n\r\n');
  expect(await readUntil(stream)).toMatch(/^HTTP\/1\.1 200 OK/);
}

async function send(scene: Scene, bytes: string | Buffer): Promise<string> {
  const socket = await scene.tcp();
  socket.write(bytes);
  const timer = setTimeout(() => socket.destroy(), 250);
  const answer = await readUntil(socket, (text) => text.includes('\r\n\r\n'));
  clearTimeout(timer);
  socket.destroy();
  return answer;
}

describe('what ends http-mitm-proxy as shipped leaves the front standing', () => {
  const attacks: readonly (readonly [name: string, bytes: string | Buffer])[] = [
    [
      'CONNECT to a name of Object.prototype',
      Buffer.concat([Buffer.from('CONNECT constructor:443 HTTP/1.1\r\n\r\n'), Buffer.from([0x16])]),
    ],
    ['a port that is none', 'GET / HTTP/1.1\r\nHost: x:99999\r\n\r\n'],
    [
      'a WebSocket without Host',
      'GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    ],
    [
      'a WebSocket to a Host with a space',
      'GET / HTTP/1.1\r\nHost: a b\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    ],
    ['CONNECT to its own certificate', 'CONNECT ca:443 HTTP/1.1\r\n\r\n'],
    ['CONNECT that climbs folders', 'CONNECT ../../x:443 HTTP/1.1\r\n\r\n'],
    ['CONNECT with no port', 'CONNECT a.example HTTP/1.1\r\n\r\n'],
    ['an absolute form with an impossible host', 'GET http://[::1:80/x HTTP/1.1\r\nHost: [::1\r\n\r\n'],
    ['a Host that is a URL', 'GET / HTTP/1.1\r\nHost: http://a b:99999\r\n\r\n'],
    ['no Host at all', 'GET / HTTP/1.1\r\n\r\n'],
    ['a body length that is no number', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n'],
    [
      'two kinds of framing',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a head without end', `GET /${'x'.repeat(80_000)}`],
    ['binary', Buffer.from([0, 1, 2, 3, 255, 254, 0, 0])],
    ['a truncated hello', clientHello({ serverName: 'a.example' }).subarray(0, 20)],
    ['a hello with lying lengths', Buffer.concat([Buffer.from([0x16, 3, 1, 0, 8, 1, 0, 0, 4, 255, 255, 255, 255])])],
    ['HTTP/2 garbage after a true preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' + 'garbage'.repeat(20)],
  ];
  it.each(attacks)('%s', async (_name, bytes) => {
    await using scene = await openScene();
    await send(scene, bytes);
    await stillServes(scene);
    const { connections } = await scene.records();
    expect(connections).toHaveLength(2);
    expect(await readdir(scene.directory)).toEqual(['capture.ndjson']);
  });

  const names = [
    'constructor',
    '__proto__',
    '../../x',
    'a b',
    'x'.repeat(10_000),
    `${'y'.repeat(70)}.example`,
    'bücher.example',
    'a..b',
    '\u202egpj.exe',
    '1.2.3.4',
    '',
  ];
  it('no server name ends it, or makes a file', async () => {
    await using scene = await openScene();
    for (const name of names) await send(scene, clientHello({ serverName: name }));
    await stillServes(scene);
    const { connections } = await scene.records();
    expect(connections).toHaveLength(names.length + 1);
    const seen = connections.map((connection) => connection.sni);
    expect(seen).toContain('constructor');
    expect(seen).toContain('(invalid) a b');
    expect(seen).toContain('xn--bcher-kva.example');
    expect(seen).toContain('(invalid) \\u202egpj.exe');
    expect(seen.every((sni) => (sni ?? '').length < 260)).toBe(true);
    expect(await readdir(scene.directory)).toEqual(['capture.ndjson']);
  });
});

describe('a client of an explicit proxy', () => {
  it('may send its hello in the same packet as its CONNECT, and gets its 200', async () => {
    await using scene = await openScene();
    const answer = await send(
      scene,
      Buffer.concat([
        Buffer.from('CONNECT a.example:8443 HTTP/1.1\r\nHost: a.example:8443\r\n\r\n'),
        clientHello({ serverName: 'a.example' }),
      ]),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    const { connections } = await scene.records();
    expect(connections[0]!.destination).toEqual({ host: 'a.example', port: 8443 });
  });

  it('may connect to an IPv6 address', async () => {
    await using scene = await openScene();
    const socket = await scene.tcp();
    socket.write('CONNECT [2001:db8::7]:443 HTTP/1.1\r\n\r\n');
    expect(await readUntil(socket, (text) => text.endsWith('\r\n\r\n'))).toMatch(/^HTTP\/1\.1 200 /);
    const stream = connectTls({ socket, ca: [scene.capture.caPem], host: '2001:db8::7' });
    await new Promise<void>((resolve, reject) => stream.once('secureConnect', () => resolve()).once('error', reject));
    stream.write('GET / HTTP/1.1\r\nHost: [2001:db8::7]\r\nConnection: close\r\n\r\n');
    expect(await readUntil(stream)).toMatch(/^HTTP\/1\.1 200 /);
    const { sessions } = await scene.records();
    expect(sessions[0]).toMatchObject({ destination: { host: '2001:db8::7', port: 443 }, attribution: 'likely' });
  });

  it('is refused what is no host and port', async () => {
    await using scene = await openScene();
    expect(await send(scene, 'CONNECT ../../x:443 HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    const { connections } = await scene.records();
    expect(connections[0]).toMatchObject({ treatment: 'refused', failure: 'the CONNECT names no host and port' });
  });
});

describe('limits', () => {
  it('connections above the limit are refused and said, and those before go on', async () => {
    await using scene = await openScene({ mostConnections: 3 });
    const held = await Promise.all([scene.tcp(), scene.tcp(), scene.tcp()]);
    const fourth = await scene.tcp();
    await readUntil(fourth);
    held.forEach((socket) => socket.destroy());
    await eventually(() => scene.capture.counts().connections === 3);
    await stillServes(scene);
    const { gaps } = await scene.records();
    expect(gaps).toMatchObject([{ kind: 'capture-bounded', count: 1, because: 'more than 3 connections at once' }]);
  });

  it('sixty hosts open no further listening socket', async () => {
    const listening = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;
    await using scene = await openScene();
    const before = listening();
    for (let at = 0; at < 60; at += 1) {
      const stream = await scene.tls(`h${at}.example`);
      stream.destroy();
    }
    expect(listening()).toBe(before);
  });

  it('the app leaves a long poll: its server side ends too', async () => {
    const ended: string[] = [];
    await using scene = await openScene({ egress: silentEgress(ended) });
    const socket = await scene.tcp();
    socket.write('GET /poll HTTP/1.1\r\nHost: poll.example\r\n\r\n');
    await eventually(() => ended.includes('opened'));
    socket.destroy();
    await eventually(() => ended.includes('closed'));
    const { sessions } = await scene.records();
    expect(sessions[0]).toMatchObject({ path: '/poll', failure: 'the app closed before the response ended' });
    expect(sessions[0]!.status).toBeUndefined();
  });

  it('a server that dies in the middle of a body adds no text of ours to it', async () => {
    await using scene = await openScene({
      egress: scriptedEgress('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'),
    });
    const socket = await scene.tcp();
    socket.write('GET / HTTP/1.1\r\nHost: dying.example\r\n\r\n');
    const text = await readUntil(socket);
    expect(text.endsWith('half')).toBe(true);
    await stillAlive(scene);
  });
});

async function stillAlive(scene: Scene): Promise<void> {
  const socket = await scene.tcp();
  expect(socket.readyState).toBe('open');
  socket.destroy();
}
