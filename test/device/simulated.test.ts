import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCapture } from '../../workers/capture/capture.ts';
import { createSessionClock } from '../../workers/capture/clock.ts';
import { openEgress } from '../../workers/capture/egress/open.ts';
import { sendCanary } from '../../workers/device/canary.ts';
import { findRoutes } from '../../workers/device/chains.ts';
import { startGuard, type Guard } from '../../workers/device/guard.ts';
import { installApks, uninstall } from '../../workers/device/install.ts';
import { leaseHandset, type Handset } from '../../workers/device/lease.ts';
import { nameRulesFor, reachResolver, routeNames } from '../../workers/device/name-routing.ts';
import { enterPhase, keepScreenOn, leavePhases } from '../../workers/device/phase.ts';
import { routeUid } from '../../workers/device/routing.ts';
import { readSchedules } from '../../workers/device/schedule.ts';
import { readState } from '../../workers/device/state.ts';
import { sampleClock } from '../../workers/device/time.ts';
import { findAnchorMounts, installTrustAnchor } from '../../workers/device/trust.ts';
import { SAMPLES } from '../support/apk/samples.ts';
import { writeApk } from '../support/apk/write.ts';

const signal = new AbortController().signal;
const PEM = `-----BEGIN CERTIFICATE-----\n${randomBytes(300).toString('base64')}\n-----END CERTIFICATE-----\n`;

let guard: Guard;
let handset: Handset;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sleeptalk-device-'));
  guard = startGuard();
  handset = await leaseHandset({
    device: 'simulated',
    apiLevel: 34,
    clockRate: 60,
    seed: 1,
    adbServer: null,
    guard,
    signal,
    lockDirectory: folder,
  });
});
afterAll(async () => {
  await handset[Symbol.asyncDispose]();
  await guard[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function withHttpServer<T>(work: (port: number, requests: string[]) => Promise<T>): Promise<T> {
  const requests: string[] = [];
  const server: Server = createServer((request, response) => {
    requests.push(`${request.headers.host ?? ''} ${request.url ?? ''}`);
    response.end('seen');
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  try {
    return await work(port, requests);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** The resolver of a capture, and the names that it recorded. */
async function openNames() {
  const directory = await mkdtemp(join(folder, 'capture-'));
  const egress = openEgress('sealed');
  const capture = await openCapture({
    directory,
    packageName: 'org.example.weather',
    clock: createSessionClock({ clockRate: handset.clockRate }),
    egress,
    passthroughHosts: [],
    signal,
    start: { windowMs: 60_000, device: { kind: 'simulated' } },
  });
  const asked: string[] = [];
  capture.onRecord((record) => {
    if (record.type === 'event' && record.kind === 'dns-query') asked.push(record.detail);
  });
  return {
    port: capture.dnsPort,
    asked: () => asked,
    close: async () => {
      await capture.close();
      await egress[Symbol.asyncDispose]();
    },
  };
}

async function apk(name: string, bytes: Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

describe('a leased handset', () => {
  it('says what it is, is rooted and clean, and is locked against others', async () => {
    expect(handset).toMatchObject({
      kind: 'simulated',
      apiLevel: 34,
      clockRate: 60,
      playServices: true,
      launched: true,
    });
    expect(handset.abis).toContain('x86_64');
    expect((await handset.root('id -u')).stdout).toBe('0\n');
    handset.assertHeld();
    await handset.proveClean();
  });

  it('keeps stdout, stderr and exit status apart, takes input, and bounds output and time', async () => {
    expect(await handset.shell('echo out; echo err >&2; exit 7')).toEqual({
      stdout: 'out\n',
      stderr: 'err\n',
      exitCode: 7,
    });
    const text = 'x'.repeat(200_000);
    expect((await handset.shell('cat', { stdin: text })).stdout).toBe(text);
    await expect(handset.shell('cat', { stdin: text, mostBytes: 1000 })).rejects.toThrow(/more than 1000 bytes/);
    await expect(handset.shell('sleep 100000', { timeoutMs: 300 })).rejects.toThrow(/no answer within 300 ms/);
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('cancelled')), 50);
    await expect(handset.shell('sleep 100000', { signal: controller.signal })).rejects.toThrow('cancelled');
  });

  it('gives back the bytes that were pushed, and refuses a missing file instead of giving nothing', async () => {
    const bytes = randomBytes(300_000);
    await handset.push(bytes, '/data/local/tmp/there', 0o640);
    expect((await handset.pull('/data/local/tmp/there', 1_000_000)).equals(bytes)).toBe(true);
    await expect(handset.pull('/data/local/tmp/there', 1000)).rejects.toThrow(/more than 1000 bytes/);
    await expect(handset.pull('/data/local/tmp/missing', 1000)).rejects.toThrow(/adb-failed/);
    await handset.shell('rm /data/local/tmp/there');
  });

  it('tells the time: two samples are apart as its clock rate says', async () => {
    const first = await sampleClock(handset.shell);
    await new Promise((resolve) => setTimeout(resolve, 400));
    const second = await sampleClock(handset.shell);
    const hostMs = (second.hostBeforeMs + second.hostAfterMs - first.hostBeforeMs - first.hostAfterMs) / 2;
    const slackMs = (second.hostAfterMs - second.hostBeforeMs + first.hostAfterMs - first.hostBeforeMs) * 60;
    expect(Math.abs(second.uptimeMs - first.uptimeMs - hostMs * 60)).toBeLessThanOrEqual(slackMs);
    expect(Math.abs(second.wallMs - first.wallMs - (second.uptimeMs - first.uptimeMs))).toBeLessThanOrEqual(slackMs);
  });
});

describe('the trust anchor', () => {
  it('is seen in every place and by the zygotes, and is gone afterwards', async () => {
    const fileName = '0a1b2c3d.0';
    const before = (await handset.shell('ls /system/etc/security/cacerts | wc -l')).stdout;
    const anchor = await installTrustAnchor(handset, handset.root, { pem: PEM, fileName }, signal);
    try {
      expect(anchor.sha256).toBe(createHash('sha256').update(PEM).digest('hex'));
      expect(anchor.places.length).toBeGreaterThanOrEqual(3);
      expect((await handset.pull(`/apex/com.android.conscrypt/cacerts/${fileName}`, 10_000)).toString()).toBe(PEM);
      expect((await handset.shell(`ls -Z /system/etc/security/cacerts/${fileName}`)).stdout).toContain('u:object_r:');
      await expect(handset.proveClean()).rejects.toThrow(/device-dirty: trust anchors are covered/);
    } finally {
      await anchor[Symbol.asyncDispose]();
    }
    expect((await handset.shell('ls /system/etc/security/cacerts | wc -l')).stdout).toBe(before);
    expect(await findAnchorMounts(handset.root)).toEqual([]);
    await handset.proveClean();
  });

  it('with a name that is none is refused before anything is touched', async () => {
    await expect(installTrustAnchor(handset, handset.root, { pem: PEM, fileName: '../x.0' }, signal)).rejects.toThrow(
      /trust-failed/,
    );
    await handset.proveClean();
  });
});

describe('an installed app', () => {
  it('is routed into the proxy, proven by a canary, and refused everywhere else', async () => {
    const path = await apk('torch.apk', writeApk(SAMPLES.torch));
    await using app = await installApks(handset, [path], { signal });
    expect(app.uid).toBeGreaterThanOrEqual(10_000);
    await withHttpServer(async (port, requests) => {
      const nonce = 'nonce-0123456789';
      await expect(sendCanary(handset.root, { uid: app.uid, nonce, signal })).rejects.toThrow(/canary-failed/);
      const route = await routeUid(handset.root, app.uid, { host: '10.0.2.2', port }, signal);
      try {
        await route.verify();
        expect(await sendCanary(handset.root, { uid: app.uid, nonce, signal })).toBe('HTTP/1.1 200 OK');
        expect(requests).toContain(`canary.invalid /${nonce}`);
        // Another app's uid is not ours to redirect.
        await expect(sendCanary(handset.root, { uid: app.uid + 1, nonce, signal })).rejects.toThrow(/canary-failed/);
        expect((await route.refusals()).quic).toBe(0);
        await handset.root('iptables -w -t nat -F SLEEPTALK_NAT');
        await expect(route.verify()).rejects.toThrow(/routing-failed: the rule does not stand/);
        // Without the redirect the filter refuses: nothing of the app goes anywhere else.
        await expect(sendCanary(handset.root, { uid: app.uid, nonce, signal })).rejects.toThrow(/canary-failed/);
        await expect(handset.proveClean()).rejects.toThrow(/chains stand/);
      } finally {
        await route[Symbol.asyncDispose]();
      }
    });
    expect(await findRoutes(handset.root)).toEqual([]);
  });

  it('has its names resolved by the resolver of the host, and by nothing else', async () => {
    const path = await apk('weather.apk', writeApk(SAMPLES.weather));
    await using app = await installApks(handset, [path], { signal });
    const names = await openNames();
    try {
      await withHttpServer(async (port, requests) => {
        const target = { host: '10.0.2.2', port: names.port };
        await using route = await routeNames(handset.root, target, signal);
        await using _uid = await routeUid(handset.root, app.uid, { host: '10.0.2.2', port }, signal, target);
        await route.verify();
        const request = String.raw`printf 'GET /named HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'`;
        const fetch = (host: string) => handset.root(`${request} | su ${app.uid} nc -w 5 ${host} 80`);
        expect((await fetch('one.example')).stdout).toMatch(/^HTTP\/1\.1 200 OK/);
        expect(requests).toEqual(['x /named']);
        expect(names.asked()).toEqual(['one.example']);
        // An address that the resolver made up is refused to everybody else on the device itself.
        expect((await handset.root('su 2000 nc -w 5 two.example 443')).stderr).toContain('Connection refused');
        expect(names.asked()).toEqual(['one.example', 'two.example']);
        await expect(handset.proveClean()).rejects.toThrow(/chains stand: .*iptables nat SLEEPTALK_DNS/);
        // A lost redirect ends in a refusal: the emulator's own DNS proxy is never asked.
        await handset.root('iptables -w -t nat -F SLEEPTALK_DNS');
        await expect(route.verify()).rejects.toThrow(/routing-failed: the rule does not stand/);
        expect((await fetch('three.example')).stderr).toContain('No address associated with hostname');
        expect(names.asked()).toHaveLength(2);
      });
    } finally {
      await names.close();
    }
    expect(await findRoutes(handset.root)).toEqual([]);
  });

  it('goes through all phases, each proven by the state of the device', async () => {
    const path = await apk('chat.apk', writeApk(SAMPLES.chat));
    await using app = await installApks(handset, [path], { signal });
    const { packageName } = app;
    await using _screen = await keepScreenOn(handset.shell);
    expect(await enterPhase(handset.shell, 'foreground', packageName, signal)).toMatchObject({
      screenOn: true,
      charging: false,
      frontPackage: packageName,
    });
    expect(await readState(handset.shell, packageName)).toMatchObject({ standbyBucket: 'active', charging: false });
    await enterPhase(handset.shell, 'background', packageName, signal);
    expect(await enterPhase(handset.shell, 'locked', packageName, signal)).toMatchObject({ screenOn: false });
    expect(await enterPhase(handset.shell, 'doze', packageName, signal)).toMatchObject({ deviceIdle: 'IDLE' });
    expect(await readState(handset.shell, packageName)).toMatchObject({ deviceIdle: 'IDLE', screenOn: false });
    await enterPhase(handset.shell, 'foreground', packageName, signal);
    await leavePhases(handset.shell);
    expect(Array.isArray(await readSchedules(handset.shell, packageName))).toBe(true);
  });

  it('that the device refuses is explained', async () => {
    const broken = await apk('broken.apk', Buffer.from('PK\u0003\u0004 no apk at all'));
    await expect(installApks(handset, [broken], { signal })).rejects.toThrow(/install-failed: .+ says INSTALL_/);
    const path = await apk('game.apk', writeApk(SAMPLES.game));
    await using app = await installApks(handset, [path], { signal });
    await uninstall(handset, app.packageName);
    await handset.proveClean();
  });

  it('comes as a set of splits in one session', async () => {
    const { packageName } = SAMPLES.weather;
    const base = await apk('base.apk', writeApk(SAMPLES.weather));
    const split = await apk(
      'split_config.en.apk',
      writeApk({ packageName, split: 'config.en', versionCode: SAMPLES.weather.versionCode ?? 1 }),
    );
    await using app = await installApks(handset, [base, split], { signal });
    expect(app.packageName).toBe(packageName);
    const paths = (await handset.shell(`pm path ${packageName}`)).stdout.trim().split('\n');
    expect(paths).toHaveLength(2);
  });
});

describe('names', () => {
  it('reach the host from an emulator; from other devices they cannot, so a sealed run there is refused', () => {
    const physical = { serial: 'R58M123', kind: 'physical' } as const;
    expect(reachResolver({ serial: 'emulator-5554', kind: 'emulator' }, 5353, true)).toEqual({
      host: '10.0.2.2',
      port: 5353,
    });
    expect(reachResolver(physical, 5353, false)).toBeNull();
    expect(() => reachResolver(physical, 5353, true)).toThrow(
      /^routing-failed: names that are looked up on R58M123 would leave it: a sealed run needs an emulator/,
    );
  });

  it('are refused over IPv6, over TLS and QUIC, and past the redirect; the jumps come last', () => {
    const words = nameRulesFor({ host: '10.0.2.2', port: 5353 }).map(
      ({ program, table, add, match }) => `${program} ${table} ${add} ${match}`,
    );
    for (const program of ['iptables', 'ip6tables']) {
      for (const what of ['udp --dport 53', 'tcp --dport 53', 'udp --dport 853', 'tcp --dport 853']) {
        expect(words).toContain(`${program} filter -A SLEEPTALK_DNS -p ${what} -j REJECT`);
      }
    }
    expect(words.slice(-3)).toEqual([
      'iptables filter -I OUTPUT 1 -j SLEEPTALK_DNS',
      'ip6tables filter -I OUTPUT 1 -j SLEEPTALK_DNS',
      'iptables nat -I OUTPUT 1 -j SLEEPTALK_DNS',
    ]);
    expect(words.some((each) => each.startsWith('ip6tables nat'))).toBe(false);
  });
});
