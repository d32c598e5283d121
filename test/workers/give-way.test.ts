import { execFileSync, spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';

const module = path.resolve(import.meta.dirname, '../../workers/give-way.ts');

/** Niceness of every thread of a process of its own, and of a child that it starts, after `giveWay(nice)`. */
function after(nice: number, started = 0): { threads: number[]; child: number } {
  const script = `
    import { execFileSync } from 'node:child_process';
    import { readdirSync, readFileSync } from 'node:fs';
    import { giveWay } from ${JSON.stringify(module)};
    giveWay(${nice});
    const threads = readdirSync('/proc/self/task').map((id) => Number(readFileSync('/proc/self/task/' + id + '/stat', 'utf8').split(') ')[1].split(' ')[16]));
    console.log(JSON.stringify({ threads, child: Number(execFileSync('nice')) }));`;
  const args = ['-n', `${started}`, process.execPath, '--import', 'tsx', '--input-type=module', '--eval', script];
  const { stdout, stderr } = spawnSync('nice', args, { encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as ReturnType<typeof after>;
}

const own = Number(execFileSync('nice'));

it.runIf(process.platform === 'linux' && own <= 5)('makes a worker, its threads and what it starts nicer', () => {
  const { threads, child } = after(7);
  expect(threads.length).toBeGreaterThan(1);
  expect(new Set(threads)).toEqual(new Set([7]));
  expect(child).toBe(7);
});

it.runIf(process.platform === 'linux' && own === 0)('takes nothing back from one that is nicer already', () => {
  expect(new Set(after(3, 9).threads)).toEqual(new Set([9]));
  expect(after(0).child).toBe(own);
});
