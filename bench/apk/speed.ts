/**
 * How long the reader takes for APKs, beside tools that read less of them: npx tsx bench/apk/speed.ts [FILE…]. Without
 * files: those among the dependencies and the shipped samples. Prints one line a file and the medians of those under
 * 10 MB, all and without the tiny ones; the ratio to `aapt dump badging`, measured in the same minute, says more than milliseconds of one machine.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readApk } from '../../workers/apk/read.ts';

const ROUNDS = 15;
const SMALL_BYTES = 10_000_000;
const MIDDLE_BYTES = 1_000_000;
const root = join(import.meta.dirname, '../..');
const { signal } = new AbortController();

const given = process.argv.slice(2);
const files = given.length > 0 ? given : [...apksUnder('node_modules'), ...apksUnder('cli/samples')];
const small: number[] = [];
const middle: number[] = [];
console.log('file                                      bytes   wall ms   cpu ms   aapt ms   unzip -l ms   to aapt');
for (const path of files) {
  const bytes = readFileSync(path);
  const walls: number[] = [];
  const cpus: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const cpu = process.cpuUsage();
    const startedMs = performance.now();
    await readApk([{ fileName: basename(path), bytes }], { signal });
    walls.push(performance.now() - startedMs);
    const used = process.cpuUsage(cpu);
    cpus.push((used.user + used.system) / 1000);
  }
  const wall = median(walls.slice(2));
  const aapt = medianOf('aapt', ['dump', 'badging', path]);
  const unzip = medianOf('unzip', ['-l', path]);
  if (bytes.length < SMALL_BYTES) small.push(wall);
  if (bytes.length < SMALL_BYTES && bytes.length > MIDDLE_BYTES) middle.push(wall);
  const ratio = aapt === null ? '' : (wall / aapt).toFixed(2);
  console.log(
    [
      basename(path).slice(-36).padEnd(36),
      String(bytes.length).padStart(10),
      wall.toFixed(1).padStart(9),
      median(cpus.slice(2)).toFixed(1).padStart(8),
      shown(aapt).padStart(9),
      shown(unzip).padStart(13),
      ratio.padStart(9),
    ].join(' '),
  );
}
console.log(`median of ${small.length} files under 10 MB: ${median(small).toFixed(1)} ms`);
console.log(`of the ${middle.length} over 1 MB among them: ${median(middle).toFixed(1)} ms`);

function apksUnder(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.apk'))
    .map((path) => join(root, folder, path));
}

/** Wall clock of a program as a whole process; null where it is not installed. */
function medianOf(program: string, args: readonly string[]): number | null {
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const startedMs = performance.now();
    if (spawnSync(program, args, { stdio: 'ignore' }).error !== undefined) return null;
    times.push(performance.now() - startedMs);
  }
  return median(times);
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}

function shown(value: number | null): string {
  return value === null ? 'absent' : value.toFixed(1);
}
