import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findAdb } from '../../workers/device/adb-program.ts';
import { startAdbServer } from '../../workers/device/adb-server.ts';
import { launchEmulator } from '../../workers/device/emulator.ts';
import { listAvds } from '../../workers/device/emulator-program.ts';
import { startGuard } from '../../workers/device/guard.ts';
import { leaseHandset } from '../../workers/device/lease.ts';
import { Opened } from '../../orchestrator/store/opened.ts';
import { findPlace } from '../../workers/device/place.ts';
import { freePort, startHandsetOnAdb } from '../support/handset-on-adb.ts';
import { probeDevices } from '../../workers/device/probe.ts';
import { openShell } from '../../workers/device/shell.ts';

const signal = new AbortController().signal;
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sleeptalk-place-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function program(name: string, script: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

/** An adb server of one old device: no shell v2, and what its shell answers. */
async function oldDevice(answer: (commandLine: string) => string): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer((socket: Socket) => {
    let pending = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      pending += text;
      while (pending.length >= 4) {
        const length = Number.parseInt(pending.slice(0, 4), 16);
        if (pending.length < 4 + length) return;
        const request = pending.slice(4, 4 + length);
        pending = pending.slice(4 + length);
        if (request.endsWith(':features')) socket.end('OKAY0003cmd');
        else if (request.startsWith('host:transport:')) socket.write('OKAY');
        else socket.end(`OKAY${answer(request.replace(/^shell:/, ''))}`);
      }
    });
    socket.on('error', () => undefined);
  });
  const port = await new Promise<number>((done) => {
    server.listen(0, '127.0.0.1', () => done((server.address() as { port: number }).port));
  });
  return { port, [Symbol.asyncDispose]: () => new Promise((done) => void server.close(() => done())) };
}

describe('a device without shell v2', () => {
  it('still gives the exit status, by a marker that is taken off again', async () => {
    const asked: string[] = [];
    await using device = await oldDevice((commandLine) => {
      asked.push(commandLine);
      return 'out and err\r\n__sleeptalk_status=3\r\n';
    });
    const shell = await openShell({ host: '127.0.0.1', port: device.port }, 'old', signal);
    expect(await shell('ls /nowhere')).toEqual({ stdout: 'out and err\n', stderr: '', exitCode: 3 });
    expect(asked[0]).toContain('( ls /nowhere\n)');
    await expect(shell('cat', { stdin: 'x' })).rejects.toThrow(/has no shell v2/);
  });

  it('that goes away in the middle is offline, not a success', async () => {
    await using device = await oldDevice(() => 'half of the outp');
    const shell = await openShell({ host: '127.0.0.1', port: device.port }, 'old', signal);
    await expect(shell('ls')).rejects.toThrow(/device-offline/);
  });
});

describe('a device that cannot be had', () => {
  it('is named, with what is there instead', async () => {
    await using guard = startGuard();
    await using server = await startAdbServer({ adb: findAdb(process.env), guard, signal });
    const sdk = join(folder, 'sdk');
    await program('sdk/emulator/emulator', 'echo "INFO    | Storing crashdata"; echo Pixel_7');
    const env = { PATH: process.env['PATH'], ANDROID_HOME: sdk };
    await expect(
      leaseHandset({
        device: 'R58M123456',
        apiLevel: 34,
        clockRate: 1,
        seed: 1,
        adbServer: `127.0.0.1:${server.port}`,
        guard,
        signal,
        env,
        lockDirectory: folder,
      }),
    ).rejects.toThrow(/device-not-found: "R58M123456" is neither connected \(none\) nor a virtual device \(Pixel_7\)/);
  });

  it('an emulator that ends is explained by its last words, one that never boots by its deadline', async () => {
    await using guard = startGuard();
    const adb = { host: '127.0.0.1', port: 1 };
    const failing = await program('failing', 'echo "PANIC: Missing emulator engine program" >&2; exit 1');
    const common = { avd: 'x', adb, guard, signal };
    const simulated = { apiLevel: 34, clockRate: 1, seed: 1 };
    await expect(launchEmulator({ ...common, program: failing, deadlineMs: 20_000, simulated })).rejects.toThrow(
      /emulator-failed: it ended with status 1 and said: PANIC: Missing emulator engine program/,
    );
    const silent = await program('silent', 'echo "booting"; exec sleep 300');
    await expect(launchEmulator({ ...common, program: silent, deadlineMs: 400, simulated })).rejects.toThrow(
      /emulator-failed: not ready within 0.4 s; it last said: booting/,
    );
    await expect(launchEmulator({ ...common, program: join(folder, 'absent'), deadlineMs: 400 })).rejects.toThrow(
      /emulator-failed: .*absent cannot be started/,
    );
  });

  it('the list of virtual devices leaves out what an emulator says beside it', async () => {
    const path = await program('emulator', 'echo "INFO    | Storing crashdata in: /tmp"; echo Pixel_7; echo Nexus.5');
    expect(await listAvds(path, signal)).toEqual(['Pixel_7', 'Nexus.5']);
  });
});

describe('the look at the machine', () => {
  it('finds adb and the simulated handset, and names what is missing', async () => {
    const found = await probeDevices(process.env, signal);
    expect(found.adb?.version).toMatch(/^1\.0\.\d+/);
    expect(found.simulated).toMatch(/sdk\/emulator\/emulator$/);
    const nothing = await probeDevices({ PATH: folder }, signal);
    expect(nothing).toMatchObject({ adb: null, emulator: null, avds: [] });
    expect(nothing.lacks.join('\n')).toMatch(/No adb in ANDROID_HOME.*Install it/);
    expect(nothing.lacks.join('\n')).toMatch(/no SDK emulator/);
  });
});

describe('a device on the network', () => {
  /** What is asked for beside the device, on a machine where no adb server of a person's runs. */
  async function choice() {
    const env = { ...process.env, ANDROID_ADB_SERVER_PORT: String(await freePort()) };
    return { apiLevel: 34, clockRate: 1, seed: 1, adbServer: null, signal, env, step: () => undefined };
  }

  it('is connected to by its address, through a server of our own', { timeout: 90_000 }, async () => {
    await using guard = startGuard();
    await using handset = await startHandsetOnAdb('-api-level', '34');
    const adbdPort = Number(/^emulator-(\d+)$/.exec(handset.serial)?.[1]) + 1;
    await using opened = new Opened();
    const place = await findPlace({ ...(await choice()), guard, opened, device: `127.0.0.1:${adbdPort}` });
    expect(place).toMatchObject({ serial: `127.0.0.1:${adbdPort}`, launched: false });
    expect(place.server.port).not.toBe(handset.adbPort);
    const shell = await openShell(place.server, place.serial, signal);
    expect((await shell('getprop ro.build.version.sdk')).stdout.trim()).toBe('34');
  });

  it('that does not answer is named, with what adb says of it', { timeout: 90_000 }, async () => {
    await using guard = startGuard();
    await using opened = new Opened();
    const device = `127.0.0.1:${await freePort()}`;
    await expect(findPlace({ ...(await choice()), guard, opened, device })).rejects.toThrow(
      new RegExp(`^device-not-found: ${device}: .*(refused|cannot connect|failed to connect)`, 'i'),
    );
  });
});
