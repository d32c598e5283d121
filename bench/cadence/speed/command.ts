import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { seriesOfLength } from './series.ts';

const SLEEPTALK = resolve(import.meta.dirname, '../../../cli/bin/sleeptalk.mjs');

export interface CommandRun {
  readonly series: number;
  readonly sessions: number;
  readonly inputBytes: number;
  /** From the start of the process to its end, its compiling of sources included. */
  readonly seconds: number;
  /** Highest resident memory as Linux counts it (VmHWM); null where there is no /proc. */
  readonly peakMiB: number | null;
  readonly answers: number;
}

/** `sleeptalk cadence` on so many series of 100 sessions, from a file and to a counter of lines. */
export async function timeCommand(series: number): Promise<CommandRun> {
  const folder = await mkdtemp(join(tmpdir(), 'sleeptalk-speed-'));
  try {
    const input = join(folder, 'series.ndjson');
    const inputBytes = await write(input, series);
    return { series, sessions: series * 100, inputBytes, ...(await run(input)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function write(file: string, series: number): Promise<number> {
  const stream = createWriteStream(file);
  let bytes = 0;
  for (let index = 0; index < series; index++) {
    const line = `${JSON.stringify({ id: String(index), ...seriesOfLength(100, index) })}\n`;
    bytes += line.length;
    if (!stream.write(line)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
  return bytes;
}

async function run(input: string): Promise<Pick<CommandRun, 'seconds' | 'peakMiB' | 'answers'>> {
  await using source = await open(input);
  const from = performance.now();
  const child = spawn(process.execPath, [SLEEPTALK, 'cadence'], { stdio: [source.fd, 'pipe', 'inherit'] });
  const ended = once(child, 'close') as Promise<[number | null]>;
  let answers = 0;
  child.stdout!.on('data', (chunk: Buffer) => {
    for (const byte of chunk) if (byte === 10) answers += 1;
  });
  let peakKiB: number | null = null;
  const watch = setInterval(() => {
    void highWater(child.pid!).then((kiB) => {
      if (kiB !== null) peakKiB = Math.max(peakKiB ?? 0, kiB);
    });
  }, 50);
  try {
    const [status] = await ended;
    if (status !== 0) throw new Error(`sleeptalk cadence ended with status ${status}.`);
  } finally {
    clearInterval(watch);
  }
  return { seconds: (performance.now() - from) / 1000, peakMiB: peakKiB === null ? null : peakKiB / 1024, answers };
}

/** VmHWM of a process in KiB; null once it has ended, or where there is no /proc. */
async function highWater(pid: number): Promise<number | null> {
  try {
    const found = /^VmHWM:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'));
    return found ? Number(found[1]) : null;
  } catch {
    return null; // The process has ended, or this is not Linux: nothing was seen, and null says so.
  }
}
