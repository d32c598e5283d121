import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDevice } from '../../workers/device/lock.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sleeptalk-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the lease on a device', () => {
  it('is held by one session at a time', async () => {
    const lock = await lockDevice('emulator-5600', folder);
    await expect(lockDevice('emulator-5600', folder)).rejects.toThrow(
      /device-busy: emulator-5600 is leased to process/,
    );
    await using other = await lockDevice('emulator-5602', folder);
    other.assertHeld();
    await lock[Symbol.asyncDispose]();
    await using again = await lockDevice('emulator-5600', folder);
    expect(again.token).not.toBe(lock.token);
    again.assertHeld();
    expect(() => lock.assertHeld()).toThrow(/lease-lost/);
    await lock[Symbol.asyncDispose]();
    again.assertHeld();
  });

  it('of a process that has ended is taken over', async () => {
    const dead = spawn('true');
    await once(dead, 'exit');
    await writeFile(
      join(folder, 'emulator-5600.json'),
      JSON.stringify({ pid: dead.pid, startedAt: 'then/1', token: 'old' }),
    );
    await using lock = await lockDevice('emulator-5600', folder);
    lock.assertHeld();
  });

  it('of a process whose number was given to another is taken over', async () => {
    await writeFile(
      join(folder, 'emulator-5600.json'),
      JSON.stringify({ pid: process.pid, startedAt: 'then/1', token: 'old' }),
    );
    await using lock = await lockDevice('emulator-5600', folder);
    lock.assertHeld();
  });

  it('goes to exactly one of many that find the same stale lock', async () => {
    await writeFile(join(folder, 'x.json'), JSON.stringify({ pid: process.pid, startedAt: 'then/1', token: 'old' }));
    const tries = await Promise.allSettled(Array.from({ length: 12 }, () => lockDevice('x', folder)));
    const won = tries.filter((one) => one.status === 'fulfilled');
    expect(won).toHaveLength(1);
    won[0]?.value.assertHeld();
    await won[0]?.value[Symbol.asyncDispose]();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is lost where its file is taken away', async () => {
    const lock = await lockDevice('x', folder);
    await rm(join(folder, 'x.json'));
    expect(() => lock.assertHeld()).toThrow(/lease-lost/);
  });

  it('with a hostile serial stays in its folder', async () => {
    await using lock = await lockDevice('../../etc/passwd', folder);
    lock.assertHeld();
    expect(await readdir(folder)).toEqual(['.._.._etc_passwd.json']);
  });
});
