import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findAdb } from '../../workers/device/adb-program.ts';
import { startGuard, type Guard } from '../../workers/device/guard.ts';
import { installApks, type InstalledApp } from '../../workers/device/install.ts';
import { leaseHandset, type Handset } from '../../workers/device/lease.ts';
import { enterPhase } from '../../workers/device/phase.ts';
import { startAppium, type AppiumServer } from '../../workers/drive/appium-server.ts';
import { openAppiumSession } from '../../workers/drive/appium-session.ts';
import { explore } from '../../workers/drive/explorer.ts';
import { SAMPLES } from '../support/apk/samples.ts';
import { writeApk } from '../support/apk/write.ts';

const signal = new AbortController().signal;
let folder = '';
let guard: Guard;
let appium: AppiumServer;
let handset: Handset;
let app: InstalledApp;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sleeptalk-drive-'));
  guard = startGuard();
  const apk = join(folder, 'chat.apk');
  await writeFile(apk, writeApk(SAMPLES.chat));
  [appium, handset] = await Promise.all([
    startAppium({ adb: findAdb(process.env), logFile: join(folder, 'appium.log'), guard, signal }),
    leaseHandset({
      device: 'simulated',
      apiLevel: 34,
      clockRate: 20,
      seed: 1,
      adbServer: null,
      guard,
      signal,
      lockDirectory: folder,
    }),
  ]);
  app = await installApks(handset, [apk], { signal });
});
afterAll(async () => {
  await handset[Symbol.asyncDispose]();
  await appium[Symbol.asyncDispose]();
  await guard[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function sessionOptions() {
  const { serial, adbHost, adbPort } = handset;
  return { appiumPort: appium.port, serial, adbHost, adbPort, packageName: app.packageName, signal };
}

describe('a session of Appium on a handset', () => {
  it('sees the app, walks through its screens, and does not stop it', async () => {
    await using session = await openAppiumSession(sessionOptions());
    expect((await handset.shell(`pidof ${app.packageName}`)).stdout, 'opening launches nothing').toBe('');
    await enterPhase(handset.shell, 'foreground', app.packageName, signal);
    const before = (await handset.shell(`pidof ${app.packageName}`)).stdout;
    expect(await session.source()).toContain(app.packageName);
    const coverage = await explore(session, {
      packageName: app.packageName,
      activitiesDeclared: 1,
      seed: 3,
      mostActions: 15,
      mostMs: 30_000,
      nowMs: () => performance.now(),
      signal,
    });
    expect(coverage.errors).toEqual([]);
    expect(coverage.actions).toBeGreaterThan(2);
    expect(coverage.screensSeen).toBeGreaterThan(1);
    expect(coverage.activitiesSeen.length).toBeGreaterThan(0);
    expect((await handset.shell(`pidof ${app.packageName}`)).stdout).toBe(before);
  });

  it('opens again on the same handset, and closing it never throws, even where the handset has gone', async () => {
    const events: string[] = [];
    const session = await openAppiumSession({ ...sessionOptions(), onEvent: (kind) => void events.push(kind) });
    await handset[Symbol.asyncDispose]();
    await expect(session.source()).rejects.toThrow(/appium-failed/);
    await session[Symbol.asyncDispose]();
    expect(events.length).toBeLessThanOrEqual(1);
  });
});
