import type { Command } from 'commander';
import { readConfig } from '../../orchestrator/config.ts';
import type { ArtefactClass } from '../../orchestrator/contract/artefact.ts';
import { openFileStore } from '../../orchestrator/store/files.ts';
import { planUnnamed, removeUnnamed, type UnnamedFiles } from '../../orchestrator/store/unnamed.ts';
import { applyRetention, keepDaysOf, planRetention, type RetentionPlan } from '../../orchestrator/store/retention.ts';
import type { Invocation } from '../invocation.ts';
import { atLedger } from '../ledger-desk.ts';
import { line } from '../terminal.ts';

interface RetentionFlags {
  readonly apply?: boolean;
  readonly home?: string;
  readonly json?: boolean;
}

/** `sleeptalk retention`: what SLEEPTALK_KEEP_*_DAYS would remove now; with `--apply`, its removal and the proof of it. */
export function addRetentionCommand(root: Command, invocation: Invocation): void {
  root
    .command('retention')
    .description('Say what would be removed by the settings SLEEPTALK_KEEP_*_DAYS. Nothing is, without --apply.')
    .option('--apply', 'remove it, look that it is gone, and write that into the audit log')
    .option('--home <dir>', 'where the embedded ledger and files are kept')
    .option('--json', 'one JSON object')
    .action(async (flags: RetentionFlags) => {
      const { terminal, environment, signal } = invocation;
      const config = readConfig(environment);
      const keep = keepDaysOf(config);
      const now = new Date();
      await atLedger(invocation, flags, async ({ ledger, home, who }) => {
        const files = await openFileStore(config, { directory: home.files, signal });
        if (flags.apply !== true) {
          const plan = {
            ...(await planRetention(ledger, keep, now)),
            unnamed: await planUnnamed(ledger, files, { now, signal }),
          };
          if (flags.json === true) line(terminal.out, JSON.stringify(plan));
          else for (const words of planWords(plan)) line(terminal.out, words);
          return;
        }
        const proof = {
          ...(await applyRetention(ledger, files, keep, { now, who, signal })),
          unnamed: await removeUnnamed(ledger, files, { now, who, signal }),
        };
        if (flags.json === true) return line(terminal.out, JSON.stringify(proof));
        line(terminal.out, `removed ${proof.files.length} files of ${proof.bytes} bytes, each found absent afterwards`);
        line(terminal.out, `ended ${proof.uses} uses and removed ${proof.events} progress events`);
        const { unnamed } = proof;
        line(terminal.out, `removed ${unnamed.files.length} files of ${unnamed.bytes} bytes that nothing named`);
        const again = proof.inUse.length + unnamed.inUse.length;
        if (again > 0) line(terminal.out, `${again} files were stored again and stay`);
      });
    });
}

function planWords({
  uses,
  files,
  bytes,
  events,
  unnamed,
}: RetentionPlan & { readonly unnamed: UnnamedFiles }): string[] {
  const byClass = new Map<ArtefactClass, number>();
  for (const use of uses) byClass.set(use.class, (byClass.get(use.class) ?? 0) + 1);
  return [
    ...[...byClass].map(([name, count]) => `${count} uses of class ${name} are over`),
    `${files.length} files of ${bytes} bytes, and ${events} progress events, would be removed`,
    `${unnamed.files.length} files of ${unnamed.bytes} bytes that no submission, artefact or report names, a day old or older, too`,
    'nothing was removed: --apply does it',
  ];
}
