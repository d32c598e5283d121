import type { Command } from 'commander';
import { printable } from '../../orchestrator/contract/fault.ts';
import { listAudit, verifyAudit } from '../../orchestrator/store/audit.ts';
import { numberBetween, type Invocation } from '../invocation.ts';
import { atLedger } from '../ledger-desk.ts';
import { line } from '../terminal.ts';

interface AuditFlags {
  readonly home?: string;
  readonly most: number;
  readonly json?: boolean;
}

/** `sleeptalk audit verify|list`: every act, append-only and hash-chained. */
export function addAuditCommand(root: Command, invocation: Invocation): void {
  const { terminal, signal } = invocation;
  const audit = root.command('audit').description('The log of every act.');
  audit
    .command('verify')
    .description(
      'Check the chain of hashes. Exit status 0 where it holds; the head, written down elsewhere, proves it.',
    )
    .option('--home <dir>', 'where the embedded ledger is kept')
    .option('--json', 'one line of JSON')
    .action(async (flags: Omit<AuditFlags, 'most'>) => {
      const { entries, head } = await atLedger(invocation, flags, ({ ledger }) => verifyAudit(ledger, { signal }));
      const words = `whole: ${entries} ${entries === 1 ? 'entry' : 'entries'}, head ${head}`;
      line(terminal.out, flags.json === true ? JSON.stringify({ entries, head }) : words);
    });
  audit
    .command('list')
    .description('List acts, newest first.')
    .option('--most <n>', 'how many', numberBetween(1, 100_000, true), 100)
    .option('--home <dir>', 'where the embedded ledger is kept')
    .option('--json', 'one line of JSON an act')
    .action(async (flags: AuditFlags) => {
      await atLedger(invocation, flags, async ({ ledger }) => {
        let cursor: string | null = null;
        let left = flags.most;
        do {
          const page: Awaited<ReturnType<typeof listAudit>> = await listAudit(ledger, {
            cursor,
            most: Math.min(left, 500),
          });
          for (const entry of page.items) {
            const { seq, at, who, act, subject, detail } = entry;
            const words = `${seq}  ${at}  ${printable(who)}  ${printable(act)}  ${printable(subject ?? '-')}  `;
            line(
              terminal.out,
              flags.json === true ? JSON.stringify(entry) : words + printable(JSON.stringify(detail), 300),
            );
          }
          left -= page.items.length;
          cursor = page.next;
        } while (cursor !== null && left > 0);
      });
    });
}
