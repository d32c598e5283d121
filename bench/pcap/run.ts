import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makePcap } from './make.ts';
import type { Reading } from './read.ts';

/**
 * `npm run bench:pcap -- [--mib 1024] [--seed 1] [--runs 3] [--tshark-mib 128]`: makes a capture, reads it several times,
 * each in a process of its own, and beside it runs `cat`, `sha256sum` and, on a shorter one, `tshark -z conv,tcp`.
 */
const { values } = parseArgs({
  options: {
    mib: { type: 'string', default: '1024' },
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '3' },
    'tshark-mib': { type: 'string', default: '128' },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'sleeptalk-bench-pcap-'));
try {
  const path = join(folder, 'made.pcap');
  const made = await makePcap(path, Number(values.mib) * 2 ** 20, Number(values.seed));
  const megabytes = made.bytes / 1e6;
  console.log(
    `made ${megabytes.toFixed(0)} MB, ${made.packets} packets, ${made.conversations} conversations, seed ${values.seed}; ` +
      `load of the machine ${loadavg()[0]!.toFixed(1)}`,
  );
  const rows: Row[] = [];
  const reading = (file: string): Reading =>
    JSON.parse(
      execFileSync(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'read.ts'), file], {
        encoding: 'utf8',
      }),
    ) as Reading;
  const runs = Array.from({ length: Number(values.runs) }, () => reading(path));
  const best = runs.reduce((a, b) => (a.wallMs < b.wallMs ? a : b));
  rows.push({ what: 'sleeptalk', megabytes, wallMs: best.wallMs });
  for (const command of ['cat', 'sha256sum']) {
    const times = runs.map(() => timed(command, [path]));
    rows.push({ what: command, megabytes, wallMs: Math.min(...times) });
  }
  print(rows);
  console.log(
    `processor time ${best.processorMs.toFixed(0)} ms, ${(megabytes / (best.processorMs / 1000)).toFixed(0)} MB/s of it; ` +
      `resident at most ${Math.max(...runs.map((run) => run.mostResidentMib)).toFixed(0)} MiB ` +
      `(${best.idleResidentMib.toFixed(0)} MiB before the file); ${best.connections} connections, ${best.sessions} sessions`,
  );
  if (spawnSync('tshark', ['--version']).status === 0) await besideTshark(reading);
  else console.log('tshark is not installed: no comparison with it');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function besideTshark(reading: (file: string) => Reading): Promise<void> {
  const path = join(folder, 'short.pcap');
  const { bytes } = await makePcap(path, Number(values['tshark-mib']) * 2 ** 20, Number(values.seed));
  const megabytes = bytes / 1e6;
  print([
    { what: 'sleeptalk', megabytes, wallMs: reading(path).wallMs },
    {
      what: 'tshark',
      megabytes,
      wallMs: timed('tshark', ['-n', '-q', '-r', path, '-z', 'conv,tcp', '-z', 'conv,udp']),
    },
  ]);
}

interface Row {
  readonly what: string;
  readonly megabytes: number;
  readonly wallMs: number;
}

/** The first row is ours: the others as a multiple of its speed. */
function print(rows: readonly Row[]): void {
  const own = rows[0]!.wallMs;
  for (const { what, megabytes, wallMs } of rows) {
    const speed = (megabytes / (wallMs / 1000)).toFixed(0);
    console.log(
      `${what.padEnd(10)} ${wallMs.toFixed(0).padStart(8)} ms ${speed.padStart(7)} MB/s  ${(own / wallMs).toFixed(2)} times ours`,
    );
  }
}

function timed(command: string, args: readonly string[]): number {
  const began = performance.now();
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'ignore'] });
  if (status !== 0) throw new Error(`${command} ended with ${status}`);
  return performance.now() - began;
}
