import { connect as connectTls } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createTlsPayload } from '../../workers/capture/tls-payload.ts';
import { clientHello } from './hello-bytes.ts';
import { eventually, openScene, readUntil, type Scene } from './scene.ts';

/** Refuses the certificate as Android's TLS does: an alert in answer to it, here in the clear of TLS 1.2. */
async function refuseCertificate(scene: Scene, host: string): Promise<void> {
  const socket = await scene.tcp();
  socket.write(
    clientHello({
      serverName: host,
      versions: [0x0303],
      ciphers: [0xc02b],
      extensions: [0, 10, 11, 13],
      signatures: [0x0403],
    }),
  );
  const answered = await new Promise<boolean>((resolve) => {
    socket.once('data', () => resolve(true)).once('close', () => resolve(false));
  });
  if (!answered) return; // passed through, to no server
  socket.write(Buffer.from([0x15, 3, 3, 0, 2, 2, 48])); // fatal, unknown_ca
  await readUntil(socket);
  socket.destroy();
}

/** Checks the pin after the handshake and hangs up, as OkHttp does. */
async function closeUnused(scene: Scene, host: string): Promise<void> {
  const stream = await scene.tls(host);
  stream.destroy();
  await new Promise<void>((resolve) => stream.once('close', () => resolve()));
}

describe('an app that does not accept the certificate', () => {
  it('by an alert: a gap with the host, and after the second time a suspected pin', async () => {
    await using scene = await openScene();
    for (let time = 0; time < 3; time += 1) {
      await refuseCertificate(scene, 'pinned.example');
      await eventually(() => scene.capture.counts().connections === time + 1);
    }
    const { gaps, sessions, connections } = await scene.records();
    expect(connections.map((connection) => connection.treatment)).toEqual(['refused', 'refused', 'passed-through']);
    expect(gaps).toMatchObject([
      { kind: 'certificate-refused', count: 2, destination: { host: 'pinned.example', port: 443 } },
      { kind: 'pinned', count: 1, destination: { host: 'pinned.example', port: 443 } },
    ]);
    // Each attempt is a beat, though nothing of it could be read.
    expect(sessions.map((session) => [session.protocol, session.upBytes, session.failure])).toEqual([
      ['tls', 0, 'certificate-refused'],
      ['tls', 0, 'certificate-refused'],
      ['tls', 0, 'no-server-in-a-sealed-run'],
    ]);
  });

  it('by hanging up after the handshake, three times in a row', async () => {
    await using scene = await openScene();
    for (let time = 0; time < 4; time += 1) {
      await (time < 3
        ? closeUnused(scene, 'okhttp.example')
        : closeUnused(scene, 'okhttp.example').catch(() => undefined)); // the fourth meets no server
      await eventually(() => scene.capture.counts().connections === time + 1);
    }
    const { gaps, connections } = await scene.records();
    expect(connections.map((connection) => connection.treatment)).toEqual([
      'refused',
      'refused',
      'refused',
      'passed-through',
    ]);
    expect(gaps).toMatchObject([{ kind: 'pinned', destination: { host: 'okhttp.example' } }]);
    expect(gaps[0]!.because).toContain('suspected pin');
  });

  it('twice, and then accepts it: the strikes are forgotten', async () => {
    await using scene = await openScene();
    for (let round = 0; round < 3; round += 1) {
      await closeUnused(scene, 'preconnect.example');
      await closeUnused(scene, 'preconnect.example');
      await eventually(() => scene.capture.counts().connections === round * 3 + 2);
      const stream = await scene.tls('preconnect.example');
      stream.write('GET / HTTP/1.1\r\nHost: preconnect.example\r\nConnection: close\r\n\r\n');
      await readUntil(stream);
      await eventually(() => scene.capture.counts().connections === round * 3 + 3);
    }
    const { gaps, connections } = await scene.records();
    expect(gaps).toEqual([]);
    expect(connections.filter((connection) => connection.treatment === 'intercepted')).toHaveLength(3);
  });
});

describe('in a sealed run', () => {
  it('a host set to pass through is not opened, and has no server', async () => {
    await using scene = await openScene({ passthroughHosts: ['.bank.example'] });
    await expect(scene.tls('api.bank.example')).rejects.toThrow();
    const { gaps, connections, sessions } = await scene.records();
    expect(connections[0]).toMatchObject({ treatment: 'passed-through', sni: 'api.bank.example' });
    expect(connections[0]!.ja4).toMatch(/^t13d/);
    expect(gaps).toMatchObject([
      { kind: 'passthrough', destination: { host: 'api.bank.example', port: 443 }, count: 1 },
    ]);
    expect(sessions).toHaveLength(1);
  });

  it('raw bytes are counted in bursts with a device second between them, and nothing answers', async () => {
    let hostMs = 0;
    await using scene = await openScene({ clockRate: 60, hostNowMs: () => hostMs });
    const socket = await scene.tcp();
    const seen: number[] = [];
    scene.capture.onRecord((record) => {
      if (record.type === 'session') seen.push(record.upBytes);
    });
    socket.write(Buffer.alloc(100, 1));
    await new Promise((resolve) => setTimeout(resolve, 60));
    hostMs += 1000; // a device minute
    socket.write(Buffer.alloc(50, 1));
    await eventually(() => seen.length === 1);
    hostMs += 1000;
    await eventually(() => seen.length === 2); // the sweep ends it, no further byte is needed
    socket.destroy();
    const { sessions, gaps, connections } = await scene.records();
    expect(sessions.map((session) => [session.protocol, session.startMs, session.upBytes, session.downBytes])).toEqual([
      ['tcp', 0, 100, 0],
      ['tcp', 60_000, 50, 0],
    ]);
    expect(connections[0]).toMatchObject({
      treatment: 'tunnelled',
      protocol: 'tcp',
      wireUpBytes: 150,
      wireDownBytes: 0,
    });
    expect(gaps).toMatchObject([{ kind: 'unsupported-protocol', count: 1 }]);
  });

  it('TLS around something other than HTTP is opened, and its payload counted exactly', async () => {
    await using scene = await openScene();
    const stream = await scene.tls('mqtt.example');
    stream.write(Buffer.concat([Buffer.from([0x10, 0x1c]), Buffer.alloc(28)]));
    await new Promise((resolve) => setTimeout(resolve, 50));
    stream.end();
    await readUntil(stream);
    const { sessions, connections } = await scene.records();
    expect(connections[0]).toMatchObject({ treatment: 'intercepted', protocol: 'tls' });
    expect(sessions).toMatchObject([{ protocol: 'tls', upBytes: 30, downBytes: 0 }]);
  });

  it('an app that waits for its server to speak is seen to wait', async () => {
    await using scene = await openScene();
    const socket = await scene.tcp();
    await new Promise((resolve) => setTimeout(resolve, 200));
    socket.destroy();
    const { gaps, connections } = await scene.records();
    expect(connections[0]).toMatchObject({ treatment: 'tunnelled', wireUpBytes: 0 });
    expect(gaps[0]!.because).toContain('waited for a server to speak first');
  });
});

describe('a slow app', () => {
  it('that says nothing for longer than a server would wait is read all the same when it speaks', async () => {
    await using scene = await openScene({ silenceMs: 20 });
    const socket = await scene.tcp();
    await new Promise((resolve) => setTimeout(resolve, 150));
    const stream = connectTls({ socket, ca: [scene.capture.caPem], servername: 'slow.example' });
    await new Promise<void>((resolve, reject) => stream.once('secureConnect', resolve).once('error', reject));
    await new Promise((resolve) => setTimeout(resolve, 100));
    stream.write('GET /slow HTTP/1.1\r\nHost: slow.example\r\nConnection: close\r\n\r\n');
    expect(await readUntil(stream)).toMatch(/^HTTP\/1\.1 200 OK/);
    const { sessions, gaps } = await scene.records();
    expect(sessions).toMatchObject([{ destination: { host: 'slow.example', port: 443 }, path: '/slow' }]);
    expect(gaps).toEqual([]);
  });
});

describe('the payload of TLS that stays closed', () => {
  it('does not depend on how its records are cut into segments', () => {
    const record = (type: number, length: number): Buffer =>
      Buffer.concat([Buffer.from([type, 3, 3, length >> 8, length & 255]), Buffer.alloc(length)]);
    const up = Buffer.concat([record(22, 300), record(20, 1), record(23, 53), record(23, 120), record(23, 80)]);
    const whole = createTlsPayload();
    const pieces = createTlsPayload();
    let sum = 0;
    for (const byte of up) sum += pieces.up(Buffer.from([byte]));
    expect(whole.up(up)).toBe(53 + 120 + 80); // no ServerHello seen: taken for TLS 1.2
    expect(sum).toBe(53 + 120 + 80);
  });
});
