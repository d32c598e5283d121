/**
 * Times ours beside RITA's score in one run, fits how time grows, and runs `sleeptalk cadence` on 10,000 series.
 *
 * npx tsx bench/cadence/speed.ts [--most 100000] [--command 10000] [--json]
 *   --most: beats of the longest series; --command: series for the command, of 100 sessions each, 0 for none.
 */
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { whole } from './measure/options.ts';
import { table } from './measure/table.ts';
import { timeCommand } from './speed/command.ts';
import { exponentOf, timeAt, timeOfMany } from './speed/growth.ts';

const { values } = parseArgs({
  options: {
    most: { type: 'string', default: '100000' },
    command: { type: 'string', default: '10000' },
    json: { type: 'boolean', default: false },
  },
});
const most = whole(values.most, '--most', 3000);
const ofCommand = whole(values.command, '--command', 0);
const lengths = [10, 20, 60, 100, 300, 1000, 3000, 10_000, 30_000, 100_000].filter((n) => n <= most);
const many = [100, 1000, 10_000];
/** Below, fixed costs hide the growth. */
const GROWTH_FROM = 1000;

const processor = cpus();
const machine = `${processor[0]?.model ?? 'unknown processor'}, ${processor.length} cores, ${(totalmem() / 2 ** 30).toFixed(1)} GiB, Node ${process.version}`;
// The compiler of JavaScript sees both methods at work before anything is timed.
timeOfMany(300);
const timings = lengths.map((beats) => {
  process.stderr.write(`${beats} beats\n`);
  return timeAt(beats);
});
const numbers = many.map((series) => ({ series, ms: timeOfMany(series) }));
const long = timings.filter(({ beats }) => beats >= GROWTH_FROM);
const inBeats = exponentOf(long.map(({ beats, oursMs }) => [beats, oursMs]));
const inSorting = exponentOf(long.map(({ beats }) => [beats, beats * Math.log(beats)]));
const inSeries = exponentOf(numbers.map(({ series, ms }) => [series, ms]));
const command = ofCommand > 0 ? await timeCommand(ofCommand) : null;

if (values.json) {
  console.log(
    JSON.stringify({ machine, timings, numbers, exponents: { inBeats, inSorting, inSeries }, command }, null, 2),
  );
} else {
  console.log(`${machine}\n`);
  console.log(
    table(
      ['beats', 'ours (ms)', 'RITA v5 (ms)', 'ratio'],
      timings.map(({ beats, oursMs, ritaMs }) => [
        String(beats),
        oursMs.toFixed(4),
        ritaMs.toFixed(4),
        (oursMs / ritaMs).toFixed(1),
      ]),
    ),
  );
  console.log(
    `\nTime grows with beats^${inBeats.toFixed(2)} from ${GROWTH_FROM} beats on (n ln n over the same: ${inSorting.toFixed(2)}).`,
  );
  console.log(
    `Time grows with series^${inSeries.toFixed(2)}: ${numbers.map(told).join(', ')} of 60 beats on one core.`,
  );
  if (command) {
    const { series, sessions, inputBytes, seconds, peakMiB, answers } = command;
    const memory = peakMiB === null ? 'memory not known' : `${peakMiB.toFixed(0)} MiB resident at most`;
    console.log(
      `\nsleeptalk cadence: ${series} series, ${sessions} sessions, ${(inputBytes / 2 ** 20).toFixed(1)} MiB of input: ` +
        `${seconds.toFixed(1)} s, ${memory}, ${answers} answers.`,
    );
  }
}

function told({ series, ms }: { series: number; ms: number }): string {
  return `${series} in ${(ms / 1000).toFixed(2)} s`;
}
