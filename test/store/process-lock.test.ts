import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { lives, lockForProcess, thisProcess } from '../../orchestrator/store/process-lock.ts';
import { scratch } from './places.ts';

describe('a lock of one process', () => {
  it('names its living holder to whoever comes second, and is gone when released', async () => {
    await using place = await scratch();
    const file = path.join(place.directory, 'lock.json');
    const held = await lockForProcess(file);
    await expect(lockForProcess(file)).rejects.toMatchObject({
      code: 'ledger-busy',
      detail: `process ${process.pid} holds ${file}`,
    });
    await held[Symbol.asyncDispose]();
    expect(await readdir(place.directory)).toEqual([]);
  });

  it.each([
    ['of a process that is gone', JSON.stringify({ pid: 4_194_305, startedAt: 'boot/1' })],
    ['of an earlier process that had our number', JSON.stringify({ pid: process.pid, startedAt: 'another-boot/1' })],
    ['that is damaged', '{"pid":'],
    ['that is empty', ''],
  ])('is taken over where it is one %s', async (_whose, content) => {
    await using place = await scratch();
    const file = path.join(place.directory, 'lock.json');
    await writeFile(file, content);
    await using held = await lockForProcess(file);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ ...(await thisProcess()), token: held.token });
    expect(await readdir(place.directory)).toEqual(['lock.json']);
  });

  it('goes to one of twenty that find it stale at once', async () => {
    await using place = await scratch();
    const file = path.join(place.directory, 'lock.json');
    await writeFile(file, JSON.stringify({ pid: 4_194_305, startedAt: null }));
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => lockForProcess(file)));
    expect(all.filter((each) => each.status === 'fulfilled')).toHaveLength(1);
    expect(await readdir(place.directory)).toEqual(['lock.json']);
  });

  it('tells a living process from one that ended', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
    const holder = { pid: child.pid ?? 0, startedAt: null };
    expect(await lives(holder)).toBe(true);
    const gone = once(child, 'exit');
    child.stdin.end();
    await gone;
    expect(await lives(holder)).toBe(false);
  });
});
