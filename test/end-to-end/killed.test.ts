import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Report } from '../../orchestrator/contract/report.ts';
import { openDesk, type Desk } from '../support/command.ts';
import { processesWith, type Descendant } from '../support/processes.ts';

const root = resolve(import.meta.dirname, '../..');
const torch = join(root, 'cli/samples/torch.apk');

let desk: Desk;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  desk = await openDesk();
  mkdirSync(desk.path('tmp'));
  environment = { ...process.env, SLEEPTALK_HOME: desk.path('home'), TMPDIR: desk.path('tmp') };
});

afterAll(async () => {
  for (const { pid } of processesWith(desk.directory)) process.kill(pid, 'SIGKILL');
  await desk[Symbol.asyncDispose]();
});

function startVet(minutes: number): { child: ChildProcess; words: () => string } {
  const args = ['cli/bin/sleeptalk.mjs', 'vet', torch, '--minutes', String(minutes), '--clock-rate', '120'];
  const child = spawn(process.execPath, [...args, '--out', desk.path('reports')], {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let words = '';
  child.stdout.on('data', (chunk: Buffer) => (words += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()));
  return { child, words: () => words };
}

async function until(holds: () => boolean, deadlineMs: number): Promise<boolean> {
  const end = performance.now() + deadlineMs;
  while (!holds() && performance.now() < end) await sleep(50);
  return holds();
}

const shown = (processes: Descendant[]): string[] => processes.map(({ command }) => command);

describe('kill -9 in the middle of a vet', { timeout: 240_000 }, () => {
  it('leaves no process and no temporary file, and the next vet of the same home goes through', async () => {
    const first = startVet(120);
    const reached = await until(() => first.words().includes('examine: background'), 120_000);
    expect(reached, first.words()).toBe(true);
    // adb server, handset, Appium and guard were there to be left behind.
    expect(processesWith(desk.directory).length).toBeGreaterThanOrEqual(4);
    first.child.kill('SIGKILL');
    await once(first.child, 'close');
    await until(() => processesWith(desk.directory).length === 0, 20_000);
    expect(shown(processesWith(desk.directory))).toEqual([]);
    // Locks of leases lie in one folder for the whole machine; a dead holder's lock is taken over.
    const left = readdirSync(desk.path('tmp')).filter((name) => !name.startsWith('sleeptalk-leases-'));
    expect(left.filter((name) => name.startsWith('sleeptalk-'))).toEqual([]);

    const second = startVet(42);
    const [status] = (await once(second.child, 'close')) as [number];
    expect(status, second.words()).toBe(10);
    expect(second.words()).toMatch(/run run-\S+ of a process that died is marked as crashed/);
    expect(second.words()).toMatch(/torch\.apk: inconsistent/);

    // What the killed run had written is kept, and named for what it is; the new bundle is whole.
    const bundles = readdirSync(desk.path('home/evidence')).sort();
    expect(bundles.filter((name) => name.endsWith('.crashed'))).toHaveLength(1);
    expect(bundles.filter((name) => /^run-[a-z0-9-]+$/.test(name))).toHaveLength(1);
    expect(bundles).toHaveLength(2);
    expect(shown(processesWith(desk.directory))).toEqual([]);

    const [folder = ''] = readdirSync(desk.path('reports'));
    const report = Report.parse(JSON.parse(await readFile(join(desk.path('reports'), folder, 'report.json'), 'utf8')));
    expect(report.notice).toMatch(/^Simulated handset: /);
    const beacon = report.channels.find(({ destination }) => destination.host === 'cdn.brightlamp.example');
    expect(beacon?.explained).toBe(false);
    // The sample's script says 300 s: 5 % is 15 s.
    expect(Math.abs((beacon?.cadence.periodMs ?? 0) - 300_000)).toBeLessThanOrEqual(15_000);
  });
});
