import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** A process that leases a simulated handset, says so, and waits to be killed. Its temporary files go to a folder of the test. */
const victim = `
  import { startGuard } from ${JSON.stringify(join(root, 'workers/device/guard.ts'))};
  import { leaseHandset } from ${JSON.stringify(join(root, 'workers/device/lease.ts'))};
  const guard = startGuard();
  const handset = await leaseHandset({ device: 'simulated', apiLevel: 34, clockRate: 1, seed: 1, adbServer: null, guard,
    signal: new AbortController().signal });
  console.log(JSON.stringify({ serial: handset.serial, adbPort: handset.adbPort }));
  setInterval(() => {}, 1000);
`;

async function processesWith(mark: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'pid=,args=']);
  return stdout.split('\n').filter((line) => line.includes(mark) && !line.includes('<defunct>'));
}

describe('a worker that is killed with -9 in the middle of a session', () => {
  it('leaves no emulator, no adb server and no temporary folder behind', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sleeptalk-orphans-'));
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', victim], {
      cwd: root,
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
      const { adbPort } = JSON.parse(line) as { adbPort: number };
      const marks = [`tcp:localhost:${adbPort} `, `-adb-server-port ${adbPort} `];
      for (const mark of marks) expect(await processesWith(mark), mark).not.toEqual([]);
      const homes = async (): Promise<string[]> =>
        (await readdir(folder)).filter((name) => name.startsWith('sleeptalk-adb-'));
      expect(await homes()).toHaveLength(1);
      child.kill('SIGKILL');
      const left = async (): Promise<unknown[]> => [
        ...(await Promise.all(marks.map(processesWith))).flat(),
        ...(await homes()),
      ];
      for (let turn = 0; turn < 100 && (await left()).length > 0; turn += 1) await sleep(100);
      expect(await left()).toEqual([]);
    } finally {
      child.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    }
  });
});
