import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSessionClock } from '../../workers/capture/clock.ts';
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

  it('learns the rate from both ends of a session, also where all sharp samples lie at one end', () => {
    const clock = createSessionClock({ clockRate: 120, hostNowMs: () => 0 });
    const at = (hostMs: number, roundTripMs: number) => ({ hostMs, roundTripMs, deviceUptimeMs: 120 * hostMs });
    const slow = [0, 40, 80, 120, 160].map((hostMs) => at(hostMs, 30));
    const sharp = [50_000, 50_010, 50_020, 50_030, 50_040].map((hostMs) => at(hostMs, 2));
    expect(clock.align([...slow, ...sharp]).measuredRate).toBeCloseTo(120, 6);
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
