import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { Tunables } from '../../orchestrator/contract/profile.ts';
import { judgeLines, type LinesJudged } from '../../workers/series/judge-lines.ts';
import { numberBetween, type Invocation } from '../invocation.ts';
import { mustBeFile } from '../submit.ts';

interface CadenceFlags {
  readonly windowSeconds?: number;
  readonly idleGapSeconds?: number;
  readonly threads?: number;
  readonly evidence?: boolean;
}

const MOST_SECONDS = 1e12;

/** `sleeptalk cadence`: cadence alone, a line in, a line out. */
export function addCadenceCommand(root: Command, invocation: Invocation): void {
  root
    .command('cadence')
    .description(
      'Judge the cadence of series, one a line: {"id":"x","windowSeconds":900,"t":[0.4,60.2],"up":[…],"down":[…]}.',
    )
    .argument('[file]', 'NDJSON of series; standard input where absent or -')
    .option('--window-seconds <n>', 'window of a line that states none', numberBetween(1e-3, MOST_SECONDS))
    .option('--idle-gap-seconds <n>', 'sessions closer together are one beat', numberBetween(1e-3, 86_400))
    .option('--threads <n>', 'judging threads', numberBetween(1, 256, true))
    .option('--evidence', 'add every statistic with the threshold it was held against')
    .action(async (file: string | undefined, flags: CadenceFlags) => {
      const { idleGapSeconds } = flags;
      const input = await inputOf(file, invocation);
      const judged = await judgeLines(input, writer(invocation), {
        tunables: Tunables.parse(idleGapSeconds === undefined ? {} : { idleGapSeconds }),
        windowSeconds: flags.windowSeconds ?? null,
        evidence: flags.evidence === true,
        threads: flags.threads ?? availableParallelism(),
        signal: invocation.signal,
      });
      if (judged.unread > 0) throw unreadFault(judged);
    });
}

async function inputOf(file: string | undefined, { terminal, signal }: Invocation): Promise<Readable> {
  if (file !== undefined && file !== '-') {
    await mustBeFile(file);
    return createReadStream(file, { signal, highWaterMark: 262_144 });
  }
  const input = terminal.in;
  if (input === undefined || input.isTTY === true) {
    throw new Fault('usage', 'cadence reads series from a file or from standard input; neither was given.');
  }
  signal.addEventListener('abort', () => input.destroy(signal.reason as Error), { once: true });
  return input;
}

/** Writes no faster than the reader takes it. */
function writer({ terminal, signal }: Invocation): (lines: Uint8Array) => Promise<void> {
  return async (lines) => {
    if (!terminal.out.write(lines)) await once(terminal.out, 'drain', { signal });
  };
}

function unreadFault({ lines, unread, firstUnread }: LinesJudged): Fault {
  const others = unread === 1 ? '' : ` The first: ${firstUnread ?? ''}`;
  const detail = unread === 1 ? (firstUnread ?? '') : `${unread} of ${lines} lines are not series.`;
  return new Fault('series-malformed', `${detail}${others}`);
}
