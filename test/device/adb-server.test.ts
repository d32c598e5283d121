import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile, chmod, mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { listDevices, openService, readServerVersion } from '../../workers/device/adb-link.ts';
import { findAdb, readAdbVersion } from '../../workers/device/adb-program.ts';
import { parseAdbAddress, startAdbServer, useAdbServer } from '../../workers/device/adb-server.ts';
import { startGuard } from '../../workers/device/guard.ts';
import { findConsolePort, findFreePort, isPortFree } from '../../workers/device/port.ts';

const signal = new AbortController().signal;

describe('finding adb', () => {
  it('takes SLEEPTALK_ADB before ANDROID_HOME before PATH', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sleeptalk-find-'));
    try {
      const inSdk = join(folder, 'sdk', 'platform-tools', 'adb');
      const inPath = join(folder, 'bin', 'adb');
      for (const file of [inSdk, inPath]) {
        await mkdir(join(file, '..'), { recursive: true });
        await writeFile(file, '#!/bin/sh\n');
        await chmod(file, 0o755);
      }
      const env = { ANDROID_HOME: join(folder, 'sdk'), PATH: join(folder, 'bin') };
      expect(findAdb(env)).toEqual({ path: inSdk, sdkDirectory: join(folder, 'sdk') });
      expect(findAdb({ PATH: env.PATH })).toEqual({ path: inPath, sdkDirectory: null });
      expect(findAdb({ ...env, SLEEPTALK_ADB: inPath }).path).toBe(inPath);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('says what to do where there is none', () => {
    expect(() => findAdb({ PATH: '/nonexistent' })).toThrow(/adb-missing.*Install it/);
    expect(() => findAdb({ SLEEPTALK_ADB: import.meta.dirname })).toThrow(/adb-missing.*SLEEPTALK_ADB names/);
  });

  it('reads its version', async () => {
    expect(await readAdbVersion(findAdb(process.env), signal)).toMatch(/^1\.0\.\d+ \(\S+\)$/);
  });
});

describe('the private adb server', () => {
  it('answers on a port of its own, knows no device, leaves 5037 as it was, and ends', async () => {
    const before = await isPortFree(5037);
    await using guard = startGuard();
    const server = await startAdbServer({ adb: findAdb(process.env), guard, signal });
    try {
      expect(server.port).not.toBe(5037);
      expect(await readServerVersion(server, signal)).toBe(41);
      expect(await listDevices(server, signal)).toEqual([]);
      const { stdout } = await promisify(execFile)('adb', ['-P', String(server.port), 'devices']);
      expect(stdout).toMatch(/^List of devices attached/);
      expect(await isPortFree(5037)).toBe(before);
    } finally {
      await server[Symbol.asyncDispose]();
    }
    expect(await readServerVersion(server, signal)).toBeNull();
    expect(await isPortFree(server.port)).toBe(true);
  });

  it('does not take an emulator for its own that listens in the scanned range of ports', async () => {
    const touched: number[] = [];
    const lure = createServer((socket) => {
      touched.push(1);
      socket.destroy();
    });
    const lured = await new Promise<boolean>((resolve) => {
      lure.once('error', () => resolve(false));
      lure.listen(5585, '127.0.0.1', () => resolve(true));
    });
    await using guard = startGuard();
    await using server = await startAdbServer({ adb: findAdb(process.env), guard, signal });
    expect(await listDevices(server, signal)).toEqual([]);
    if (lured) await new Promise((resolve) => lure.close(resolve));
    expect(touched).toEqual([]);
  });

  it('refuses a port that is in use', async () => {
    const holder = createServer();
    const port = await new Promise<number>((resolve) => {
      holder.listen(0, '127.0.0.1', () => resolve((holder.address() as { port: number }).port));
    });
    await using guard = startGuard();
    await expect(startAdbServer({ adb: findAdb(process.env), guard, signal, port })).rejects.toThrow(/port-busy/);
    await new Promise((resolve) => holder.close(resolve));
  });

  it("says so where the person's server does not answer, and reads HOST:PORT strictly", async () => {
    const port = await findFreePort();
    await expect(useAdbServer(`127.0.0.1:${port}`, signal)).rejects.toThrow(/adb-failed: no adb server answers/);
    expect(parseAdbAddress('[::1]:5037')).toEqual({ host: '::1', port: 5037 });
    for (const wrong of ['5037', 'host', 'host:0', 'host:99999', 'a b:1', '']) {
      expect(() => parseAdbAddress(wrong), wrong).toThrow(/usage/);
    }
  });

  it('a device that is not there is offline, not a hang', async () => {
    await using guard = startGuard();
    await using server = await startAdbServer({ adb: findAdb(process.env), guard, signal });
    await expect(openService(server, 'emulator-5000', 'shell:id', signal)).rejects.toThrow(/device-offline/);
  });
});

describe('ports', () => {
  it('console ports are even, free, and outside the range that adb scans', async () => {
    for (let turn = 0; turn < 5; turn += 1) {
      const port = await findConsolePort();
      expect(port % 2).toBe(0);
      expect(port < 5554 || port > 5585).toBe(true);
    }
  });
});
