import type { Command } from 'commander';
import type { Report } from '../../orchestrator/contract/report.ts';
import { compareRuns } from '../../workers/judge/compare-runs.ts';
import type { Invocation } from '../invocation.ts';
import { readReport } from '../report-file.ts';
import { line } from '../terminal.ts';

/** Exit status where two runs differ, by the interface of the command. */
const DIFFERS = 10;

/** `sleeptalk compare RUN RUN`: what changed between two runs. */
export function addCompareCommand(root: Command, invocation: Invocation): void {
  root
    .command('compare')
    .description('What changed between two runs, beyond chance and measurement error. Exit status 0 same, 10 differs.')
    .argument('<first>', 'report.json of the earlier run, or the folder that holds it')
    .argument('<second>', 'that of the later run')
    .option('--json', 'one JSON object on stdout')
    .action(async (first: string, second: string, flags: { readonly json?: boolean }) => {
      const { terminal, signal } = invocation;
      const [before, after] = [await readReport(first, signal), await readReport(second, signal)];
      const comparison = compareRuns(before.report, after.report);
      if (flags.json === true) {
        const runs = { first: runOf(before.report, before.sha256), second: runOf(after.report, after.sha256) };
        line(terminal.out, JSON.stringify({ ...comparison, ...runs }));
      } else {
        for (const { kind, sentence } of comparison.differences) line(terminal.out, `${kind}: ${sentence}`);
        if (comparison.same) line(terminal.out, 'same');
        for (const sentence of comparison.notCompared) line(terminal.err, `note: ${sentence}`);
      }
      invocation.finish(comparison.same ? 0 : DIFFERS);
    });
}

function runOf({ provenance, sample, verdict }: Report, sha256: string) {
  const { versionCode, versionName } = sample;
  return { run: provenance.run, report: sha256, package: sample.package, versionCode, versionName, verdict };
}
