import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAuthority, loadAuthority } from '../../workers/capture/authority.ts';
import { createSessionClock } from '../../workers/capture/clock.ts';
import { createAddressRule } from '../../workers/capture/egress/address.ts';
import { answerFor } from '../../workers/capture/egress/answer.ts';
import { openEgress } from '../../workers/capture/egress/open.ts';
import { readAuthority, tidyHost } from '../../workers/capture/host.ts';
import { createLeafMaker } from '../../workers/capture/leaf.ts';
import { openRecorder } from '../../workers/capture/recorder.ts';
import { eventually, openScene, readRecords, readUntil } from './scene.ts';

const PKG = 'org.example.torch';
const session = {
  type: 'session',
  startMs: 1,
  endMs: 2,
  destination: { host: 'a.example', port: 443 },
  protocol: 'https',
  upBytes: 10,
  downBytes: 20,
  attribution: 'certain',
  forced: false,
} as const;

describe('the recorder', () => {
  const open = async (recordLimit?: number) => {
    const directory = await mkdtemp(join(tmpdir(), 'sleeptalk-recorder-'));
    const clock = createSessionClock({ clockRate: 1 });
    const start = { package: PKG, windowMs: 5, device: { kind: 'simulated' } } as const;
    const recorder = await openRecorder({
      directory,
      clock,
      start,
      signal: new AbortController().signal,
      ...(recordLimit === undefined ? {} : { recordLimit }),
    });
    return {
      recorder,
      done: async () => {
        await recorder.close();
        const records = await readRecords(recorder.path);
        await rm(directory, { recursive: true });
        return records;
      },
    };
  };

  it('writes start, the records in their order, and the end', async () => {
    const { recorder, done } = await open();
    for (let at = 0; at < 500; at += 1) recorder.write({ ...session, startMs: at, endMs: at });
    recorder.write({ type: 'phase', atMs: 600, phase: 'locked' });
    const { all, sessions } = await done();
    expect(sessions.map((record) => record.startMs)).toEqual(Array.from({ length: 500 }, (_, at) => at));
    expect([all[0]!.type, all.at(-2)!.type, all.at(-1)!.type]).toEqual(['start', 'phase', 'end']);
  });

  it('above its limit loses nothing silently: the last gap counts what was left out', async () => {
    const { recorder, done } = await open(3);
    for (let at = 0; at < 10; at += 1) recorder.write(session);
    recorder.write({ type: 'phase', atMs: 0, phase: 'doze' });
    const { sessions, gaps, all } = await done();
    expect(sessions).toHaveLength(3);
    expect(all.some((record) => record.type === 'phase')).toBe(true);
    expect(gaps).toMatchObject([{ kind: 'capture-bounded', count: 7, upBytes: 70, downBytes: 140 }]);
  });

  it('refuses a record that is not of the agreed form', async () => {
    const { recorder, done } = await open();
    expect(() => recorder.write({ ...session, upBytes: -1 })).toThrow(
      /contract-broken: a session record is not valid \(upBytes/,
    );
    await done();
  });

  it('counts and tells for progress', async () => {
    const { recorder, done } = await open();
    const heard: string[] = [];
    const stop = recorder.onRecord((record) => heard.push(record.type));
    recorder.write(session);
    stop();
    recorder.write(session);
    expect(recorder.counts().sessions).toBe(2);
    expect(heard).toEqual(['session']);
    await done();
  });
});

describe('the session clock', () => {
  it("runs at the device's rate from its start", () => {
    let hostMs = 500;
    const clock = createSessionClock({ clockRate: 60, hostNowMs: () => hostMs });
    expect(clock.nowMs()).toBe(0);
    clock.start();
    hostMs = 1500;
    expect(clock.nowMs()).toBe(60_000);
    expect(clock.sessionMs(1000)).toBe(30_000);
    expect(clock.sessionMs(0)).toBe(0);
  });

  it("turns the device's own times into session times, and says so when it cannot", () => {
    const clock = createSessionClock({ clockRate: 60, hostNowMs: () => 1000 });
    clock.start();
    expect(clock.fromDeviceUptimeMs(5)).toBeNull();
    // device uptime = 7000 + 60 * host; two of the four samples were slow to come
    const sample = (hostMs: number, roundTripMs: number, error: number) => ({
      hostMs,
      roundTripMs,
      deviceUptimeMs: 7000 + 60 * hostMs + error,
      deviceWallMs: 1e12 + 60 * hostMs + error,
    });
    const alignment = clock.align([
      sample(1000, 1, 0),
      sample(1100, 80, 900),
      sample(1900, 90, -2000),
      sample(2000, 1, 0),
    ]);
    expect(alignment).toMatchObject({ rateSuspect: false, samplesUsed: 2 });
    expect(clock.fromDeviceUptimeMs(7000 + 60 * 1500)).toBe(30_000);
    expect(clock.fromDeviceWallMs(1e12 + 60 * 1500)).toBe(30_000);
  });

  it('reports a rate that is more than two percent off, and gives no rate from too short a span', () => {
    const clock = createSessionClock({ clockRate: 10, hostNowMs: () => 0 });
    const at = (hostMs: number, rate: number) => ({ hostMs, roundTripMs: 1, deviceUptimeMs: hostMs * rate });
    expect(clock.align([at(0, 10.3), at(5000, 10.3), at(9000, 10.3)])).toMatchObject({ rateSuspect: true });
    expect(clock.align([at(0, 10.1), at(5000, 10.1), at(9000, 10.1)])).toMatchObject({ rateSuspect: false });
    expect(clock.align([at(0, 20), at(50, 20)])).toMatchObject({ measuredRate: null, rateSuspect: false });
    expect(clock.align([])).toMatchObject({ uptimeOffsetMs: null, samplesUsed: 0 });
  });

  it('keeps differences whatever the moment it starts (shift invariance)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 0, max: 1e6 }), (shift, later) => {
        let hostMs = shift;
        const clock = createSessionClock({ clockRate: 60, hostNowMs: () => hostMs });
        clock.start();
        hostMs += later;
        expect(clock.nowMs()).toBe(later * 60);
      }),
    );
  });
});

describe('the authority', () => {
  const openssl = (...args: string[]): string => execFileSync('openssl', args, { encoding: 'utf8' });
  const hasOpenssl = ['/usr/bin/openssl', '/usr/local/bin/openssl'].some(existsSync);

  it.skipIf(!hasOpenssl)('is named as OpenSSL names it, and its leaves verify there', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'sleeptalk-ca-'));
    const authority = createAuthority();
    const caPath = join(directory, 'ca.pem');
    await writeFile(caPath, authority.certificatePem);
    expect(`${openssl('x509', '-in', caPath, '-noout', '-subject_hash_old').trim()}.0`).toBe(authority.fileName);
    expect(openssl('verify', '-x509_strict', '-CAfile', caPath, caPath)).toContain('OK');
    await rm(directory, { recursive: true });
  });

  it('says for its leaves exactly the host that was asked for', async () => {
    await using scene = await openScene();
    const names = ['a.example', '1.2.3.4', `${'long.'.repeat(30)}example`];
    const serials = new Set<string>();
    for (const name of names) {
      const stream = await scene.tls(
        name,
        /^\d/.test(name) ? { servername: '', checkServerIdentity: () => undefined } : {},
      );
      const certificate = stream.getPeerX509Certificate()!;
      if (!/^\d/.test(name)) expect(certificate.checkHost(name)).toBe(name);
      expect(certificate.checkIssued(new X509Certificate(scene.capture.caPem))).toBe(true);
      expect(new Date(certificate.validTo).getTime()).toBeGreaterThan(Date.now());
      serials.add(certificate.serialNumber);
      stream.destroy();
    }
    expect(serials.size).toBe(3);
  });

  it("can be kept for an installation, and is refused with another's key", () => {
    const one = createAuthority();
    const two = createAuthority();
    expect(loadAuthority(one.certificatePem, one.exportKeyPem()).fileName).toBe(one.fileName);
    expect(() => loadAuthority(one.certificatePem, two.exportKeyPem())).toThrow(/trust-failed/);
    expect(() => loadAuthority('nonsense', 'nonsense')).toThrow(/trust-failed/);
  });

  it('keeps a bounded number of leaves', () => {
    const leaves = createLeafMaker(createAuthority());
    for (let at = 0; at < 600; at += 1) leaves.contextFor(`h${at}.example`);
    expect(leaves.size).toBe(500);
  });
});

describe('hosts', () => {
  it.each([
    ['A.Example.', 'a.example'],
    ['[2001:DB8::1]', '2001:db8::1'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['2130706433', '2130706433'],
    ['../../x', null],
    ['a b', null],
    ['-a.example', null],
    ['', null],
  ])('%j is %j', (text, expected) => {
    expect(tidyHost(text)).toBe(expected);
  });
  it.each([
    ['a.example:8443', { host: 'a.example', port: 8443 }],
    ['[::1]:443', { host: '::1', port: 443 }],
    ['x:99999', null],
    ['x:0', null],
    ['user@x:80', null],
  ])('%j is %j', (text, expected) => {
    expect(readAuthority(text)).toEqual(expected);
  });
  it.each([
    ['8.8.8.8', true],
    ['10.1.2.3', false],
    ['127.0.0.1', true], // allowed below
    ['127.1.0.1', false],
    ['::ffff:10.0.0.1', false],
    ['64:ff9b::a00:1', false],
    ['::1', false],
    ['fe80::1', false],
    ['2606:4700::1111', true],
    ['nonsense', false],
  ])('%s may be dialled: %s', (address, expected) => {
    expect(createAddressRule(['127.0.0.1/32'])(address)).toBe(expected);
  });
  it('a range that is none is said to be none', () => {
    expect(() => createAddressRule(['10.0.0.0'])).toThrow(/CIDR/);
    expect(() => openEgress('recorded')).toThrow(/usage: recorded answers are not available yet/);
  });
});

describe('the sealed responder', () => {
  const ask = (path: string, headers: Record<string, string> = {}, host = 'a.example') =>
    answerFor({ method: 'GET', host, path, headers });
  it.each([
    ['/generate_204', {}, 204, null],
    ['/x', { accept: 'application/json' }, 200, 'application/json; charset=utf-8'],
    ['/v1/x', {}, 200, 'application/json; charset=utf-8'],
    ['/', { accept: 'text/html,*/*' }, 200, 'text/html; charset=utf-8'],
    ['/a.png?x=1', {}, 200, 'image/png'],
    ['/pixel', { accept: 'image/gif' }, 200, 'image/gif'],
    ['/', {}, 200, 'text/plain'],
  ] as const)('%s %j', (path, headers, status, contentType) => {
    expect(ask(path, headers)).toMatchObject({ status, contentType });
  });
  it('gives as many bytes as a sample asks for, up to a bound', () => {
    expect(ask('/', { 'x-sleeptalk-respond': '12345' }).body).toBe(12345);
    expect(ask('/', { 'x-sleeptalk-respond': '999999999' }).body).toBe(8 * 1024 * 1024);
    expect(ask('/', { 'x-sleeptalk-respond': '-1' }).body).toEqual(Buffer.alloc(0));
  });
  it('answers an installation as the Firebase SDK expects', () => {
    const answer = ask('/v1/projects/p/installations', {}, 'firebaseinstallations.googleapis.com');
    const body = JSON.parse(String(answer.body)) as { fid: string; authToken: { expiresIn: string } };
    expect(body.fid).toHaveLength(22);
    expect(body.authToken.expiresIn).toBe('604800s');
  });
});

describe('the capture', () => {
  it('sees its canary, answers it, and does not take it for the app', async () => {
    await using scene = await openScene();
    const seen = scene.capture.expectCanary('canary-0123456789', { signal: AbortSignal.timeout(5000) });
    const socket = await scene.tcp();
    socket.write('GET /canary-0123456789 HTTP/1.1\r\nHost: canary.invalid\r\nConnection: close\r\n\r\n');
    expect(await readUntil(socket)).toMatch(/^HTTP\/1\.1 200 OK/);
    await seen;
    const { sessions, connections } = await scene.records();
    expect(sessions).toEqual([]);
    expect(connections).toMatchObject([{ treatment: 'canary' }]);
  });

  it('says that no canary came when its time is over', async () => {
    await using scene = await openScene();
    await expect(
      scene.capture.expectCanary('canary-never-sent', { signal: AbortSignal.timeout(30) }),
    ).rejects.toThrow();
  });

  it('listens again after its socket broke, on the same port, and leaves a gap', async () => {
    const servers: Server[] = [];
    await using scene = await openScene({
      createServer: (onConnection) => {
        const server = createServer({ allowHalfOpen: true }, onConnection);
        servers.push(server);
        return server;
      },
    });
    servers[0]!.emit('error', new Error('accept failed: too many open files'));
    await eventually(() => servers[1]?.listening === true);
    const stream = await scene.tls('a.example');
    stream.write('GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n');
    expect(await readUntil(stream)).toMatch(/^HTTP\/1\.1 200 OK/);
    const { gaps } = await scene.records();
    expect(gaps).toMatchObject([{ kind: 'proxy-down', count: 1 }]);
  });

  it('marks what follows a forced firing', async () => {
    await using scene = await openScene();
    scene.capture.setForced(true);
    const socket = await scene.tcp();
    socket.write('GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n');
    await readUntil(socket);
    const { sessions } = await scene.records();
    expect(sessions[0]!.forced).toBe(true);
  });

  it('that is cancelled leaves a readable record of what there was', async () => {
    const cancel = new AbortController();
    await using scene = await openScene({ signal: cancel.signal });
    const socket = await scene.tcp();
    socket.write('GET /poll HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n');
    await readUntil(socket);
    cancel.abort();
    await scene.capture.close();
    const text = await readFile(join(scene.directory, 'capture.ndjson'), 'utf8');
    expect(text.trimEnd().split('\n').at(-1)).toContain('"type":"end"');
  });
});
