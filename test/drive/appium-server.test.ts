import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findAdb } from '../../workers/device/adb-program.ts';
import { startGuard } from '../../workers/device/guard.ts';
import { startAppium } from '../../workers/drive/appium-server.ts';

const signal = new AbortController().signal;
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sleeptalk-appium-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function processesOfGroup(leader: number): Promise<string> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pgid=,pid=,args=']);
  return stdout
    .split('\n')
    .filter((line) => Number(line.trim().split(/\s+/)[0]) === leader && !line.includes('<defunct>'))
    .join('\n');
}

describe('the Appium server', () => {
  it('starts on a free port, answers with its version, keeps a log, and leaves no process', async () => {
    await using guard = startGuard();
    const logFile = join(folder, 'appium.log');
    // An adb outside of an SDK folder: links stand in for one.
    const adb = { path: findAdb(process.env).path, sdkDirectory: null };
    const server = await startAppium({ adb, logFile, guard, signal });
    try {
      const answer = await fetch(`http://127.0.0.1:${server.port}/status`);
      expect(await answer.json()).toMatchObject({ value: { ready: true, build: { version: '3.8.0' } } });
    } finally {
      await server[Symbol.asyncDispose]();
    }
    expect(server.running).toBe(false);
    expect(await processesOfGroup(server.pid)).toBe('');
    expect(await readFile(logFile, 'utf8')).toContain('uiautomator2');
  });

  it('says why where it cannot start', async () => {
    await using guard = startGuard();
    const adb = findAdb(process.env);
    await using server = await startAppium({ adb, logFile: join(folder, 'a.log'), guard, signal });
    const port = server.port;
    await expect(startAppium({ adb, logFile: join(folder, 'b.log'), guard, signal, port })).rejects.toThrow(
      /appium-failed: Appium ended at its start.*(EADDRINUSE|in use)/,
    );
  });

  it('ends at once when it is cancelled while it starts', async () => {
    await using guard = startGuard();
    const controller = new AbortController();
    const starting = startAppium({
      adb: findAdb(process.env),
      logFile: join(folder, 'appium.log'),
      guard,
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(new Error('cancelled')), 50);
    await expect(starting).rejects.toThrow('cancelled');
  });
});
