import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { Approval } from '../../orchestrator/contract/baseline.ts';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import { baselineOf } from '../../workers/judge/baseline.ts';
import { channelWords } from '../../workers/judge/channel-words.ts';
import type { Invocation } from '../invocation.ts';
import { readReport } from '../report-file.ts';
import { line } from '../terminal.ts';

interface ApproveFlags {
  readonly by: string;
  readonly reason: string;
  readonly until?: string;
  readonly out?: string;
}

/** `sleeptalk approve REPORT`: the cadence of this version, as a person approves it, for later versions. */
export function addApproveCommand(root: Command, invocation: Invocation): void {
  root
    .command('approve')
    .description(
      'Approve the cadence that a report shows: writes a baseline, which later versions of the same package and ' +
        'signer are held against (vet and score with --baseline).',
    )
    .argument('<report>', 'report.json, or the folder that holds it')
    .requiredOption('--by <name>', 'who approves', words)
    .requiredOption('--reason <text>', 'why', words)
    .option('--until <date>', 'last day on which the approval counts, as 2027-06-30', date)
    .option('--out <file>', 'where to write the baseline (default: baseline.json beside the report)')
    .action(async (given: string, flags: ApproveFlags) => {
      const { terminal, signal } = invocation;
      const { report, path, sha256 } = await readReport(given, signal);
      const approval = Approval.safeParse({
        by: flags.by,
        at: new Date().toISOString(),
        reason: flags.reason,
        until: flags.until ?? null,
      });
      const today = new Date().toISOString().slice(0, 10);
      if (flags.until !== undefined && flags.until < today) {
        throw new Fault('usage', `--until ${flags.until} is past: such an approval would never count`);
      }
      if (!approval.success) throw new Fault('usage', `the approval: ${approval.error.issues[0]!.message}`);
      const baseline = baselineOf(report, approval.data, sha256);
      const out = resolve(flags.out ?? join(dirname(path), 'baseline.json'));
      await writeFile(out, `${JSON.stringify(baseline, null, 2)}\n`, { flag: 'wx' }).catch(
        (error: NodeJS.ErrnoException) => {
          if (error.code !== 'EEXIST') throw error;
          throw new Fault('usage', `${printable(out)} exists: remove that approval first, or choose --out`);
        },
      );
      for (const channel of report.channels.filter(({ explained }) => explained !== true)) {
        line(terminal.err, `note: this approves ${channelWords(channel)}, which no profile explains`);
      }
      if (report.verdict === 'inconclusive') {
        line(
          terminal.err,
          'note: the report is inconclusive: what it could not see will count as new in later versions',
        );
      }
      line(terminal.out, out);
    });
}

function words(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('expected some words.');
  return text;
}

function date(text: string): string {
  if (!Approval.shape.until.safeParse(text).success) throw new InvalidArgumentError('expected a day as 2027-06-30.');
  return text;
}
