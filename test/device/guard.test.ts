import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { startChild } from '../../workers/device/child.ts';
import { startGuard } from '../../workers/device/guard.ts';

const guardModule = resolve(import.meta.dirname, '../../workers/device/guard.ts');

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) {
    if (condition()) return;
    await sleep(50);
  }
  throw new Error(`not within 10 s: ${what}`);
}

/** A process that guards a sleeper and a folder, then waits to be killed. */
const victim = `
  import { spawn } from 'node:child_process';
  import { startGuard } from ${JSON.stringify(guardModule)};
  const guard = startGuard();
  const held = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' });
  const released = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' });
  guard.hold(held.pid);
  guard.hold(released.pid);
  guard.release(released.pid);
  guard.remove(process.argv[1]);
  setTimeout(() => console.log(JSON.stringify([held.pid, released.pid])), 300);
  setInterval(() => {}, 1000);
`;

describe('the guard', () => {
  it('ends held processes and removes folders where the guarded process is killed with -9', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sleeptalk-guard-'));
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', victim, folder], {
      cwd: resolve(import.meta.dirname, '../..'),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
    const [held, released] = JSON.parse(line) as [number, number];
    try {
      expect(lives(held)).toBe(true);
      child.kill('SIGKILL');
      await until(() => !lives(held), 'the held process ends');
      await until(() => !existsSync(folder), 'the folder is removed');
      expect(lives(released), 'a released process is left alone').toBe(true);
    } finally {
      process.kill(released, 'SIGKILL');
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('ends what is still held when it is disposed', async () => {
    const guard = startGuard();
    const sleeper = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' });
    const gone = once(sleeper, 'exit');
    guard.hold(sleeper.pid ?? -1);
    await guard[Symbol.asyncDispose]();
    await gone;
    expect(sleeper.signalCode).toBe('SIGTERM');
  });

  it('refuses to remove a folder that is not one of ours', async () => {
    await using guard = startGuard();
    expect(() => guard.remove('/home')).toThrow(Fault);
    expect(() => guard.remove('sleeptalk-relative')).toThrow(/no temporary folder/);
    expect(() => guard.remove('/somewhere/sleeptalk-x\nhold 1')).toThrow(/no temporary folder/);
  });
});

describe('a child', () => {
  it('ends with its whole group, also where it ignores the request to end', async () => {
    await using guard = startGuard();
    const child = await startChild({
      command: 'sh',
      args: ['-c', 'trap "" TERM; sleep 300 & echo inner $!; wait; sleep 300'],
      env: process.env,
      guard,
    });
    await until(() => child.tail().includes('inner'), 'the shell speaks');
    const inner = Number(/inner (\d+)/.exec(child.tail())?.[1]);
    expect(lives(inner)).toBe(true);
    const exit = await child.stop(200);
    expect(exit.signal).toBe('SIGKILL');
    await until(() => !lives(inner), 'the grandchild ends');
  });

  it('keeps the last lines of a program that fails', async () => {
    await using guard = startGuard();
    const child = await startChild({
      command: 'sh',
      args: ['-c', 'for i in 1 2 3 4; do echo line $i; done; echo broken >&2; exit 3'],
      env: process.env,
      guard,
    });
    expect(await child.exited).toEqual({ code: 3, signal: null });
    await until(() => child.tail().includes('broken'), 'stderr arrives');
    expect(child.tail(1)).toMatch(/broken|line 4/);
  });

  it('rejects where the program does not exist', async () => {
    await using guard = startGuard();
    await expect(
      startChild({ command: '/nonexistent/program', args: [], env: process.env, guard }),
    ).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
