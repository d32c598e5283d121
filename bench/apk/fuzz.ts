/**
 * Reads mutated APKs and counts how that ended: npx tsx bench/apk/fuzz.ts --runs 200000 --seed 1. Mutant n of a run is
 * that of the seed `seed + n`, so that a number is enough to have it again: --runs 1 --seed N. With --file PATH that
 * file is mutated instead of the small ones made for this.
 * Fails (status 1) on an error that is no Fault, on reading for over a second, on over 256 MiB of memory, and on any
 * attempt to write a file.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { parseArgs } from 'node:util';
import { mutant, mutantOf } from './mutate.ts';
import { outcomeOf, type Outcome } from './outcome.ts';

const MOST_MS = 1000;
const MOST_MEGABYTES = 256;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    file: { type: 'string' },
  },
});
const runs = Number(values.runs);
const first = Number(values.seed);

const original = values.file === undefined ? null : fs.readFileSync(values.file);
const watch = watchFiles();
const ends = new Map<string, number>();
const failures: { seed: number; what: string; failure: string }[] = [];
let slowest = { seed: 0, elapsedMs: 0 };
const startedMs = performance.now();
for (let seed = first; seed < first + runs; seed += 1) {
  const { what, bytes } = original === null ? mutant(seed) : mutantOf(original, seed);
  let outcome = await read(bytes);
  // A machine under load stops anybody for a while: slow is what is slow three times.
  for (let again = 0; again < 2 && outcome.elapsedMs > MOST_MS; again += 1) {
    const other = await read(bytes);
    if (other.elapsedMs < outcome.elapsedMs) outcome = other;
  }
  ends.set(outcome.end, (ends.get(outcome.end) ?? 0) + 1);
  if (outcome.elapsedMs > slowest.elapsedMs) slowest = { seed, elapsedMs: outcome.elapsedMs };
  const failure = outcome.elapsedMs > MOST_MS ? `took ${Math.round(outcome.elapsedMs)} ms` : outcome.failure;
  if (failure !== null) {
    failures.push({ seed, what, failure });
    console.log(`seed ${seed} (${what}): ${failure}`);
  }
  if ((seed - first + 1) % 20_000 === 0) console.log(`${seed - first + 1} read, ${failures.length} failures`);
}
const megabytes = process.resourceUsage().maxRSS / 1024;
const summary = {
  runs,
  seed: first,
  failures: failures.length,
  ends: Object.fromEntries([...ends].sort()),
  slowest: { ...slowest, elapsedMs: Math.round(slowest.elapsedMs) },
  mostMegabytes: Math.round(megabytes),
  filesOpened: watch.noted.length,
  seconds: Math.round((performance.now() - startedMs) / 1000),
};
console.log(JSON.stringify(summary, null, 2));
process.exitCode = failures.length > 0 || watch.noted.length > 0 || megabytes > MOST_MEGABYTES ? 1 : 0;

/** While the reader reads, each attempt to open or make a file is noted and refused. */
function watchFiles(): { readonly noted: string[]; reading: boolean } {
  const state = { noted: [] as string[], reading: false };
  const guard = (name: string, original: (...args: unknown[]) => unknown) =>
    function guarded(this: unknown, ...args: unknown[]): unknown {
      if (!state.reading) return Reflect.apply(original, this, args);
      state.noted.push(name);
      throw new Error(`fs.${name} was called while reading.`);
    };
  const names = ['writeFile', 'writeFileSync', 'appendFile', 'appendFileSync', 'createWriteStream', 'open', 'openSync'];
  names.push('mkdir', 'mkdirSync', 'mkdtemp', 'mkdtempSync', 'rename', 'renameSync', 'symlink', 'symlinkSync');
  for (const owner of [fs, fs.promises]) {
    for (const name of names) {
      const original: unknown = Reflect.get(owner, name);
      if (typeof original === 'function') Reflect.set(owner, name, guard(name, original as () => unknown));
    }
  }
  syncBuiltinESMExports();
  return state;
}

async function read(bytes: Buffer): Promise<Outcome> {
  watch.reading = true;
  try {
    return await outcomeOf(bytes);
  } finally {
    watch.reading = false;
  }
}
