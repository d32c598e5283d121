import { hostname, userInfo } from 'node:os';
import { appendAudit } from '../orchestrator/store/audit.ts';
import type { Ledger } from '../orchestrator/store/ledger.ts';
import { Opened } from '../orchestrator/store/opened.ts';
import { findHome, type Home } from './home.ts';
import type { Invocation } from './invocation.ts';
import { openLedgerOf } from './service.ts';

const WHO = 'command-line';

/** What a command that only reads and writes the ledger works with. */
export interface LedgerDesk {
  readonly home: Home;
  readonly ledger: Ledger;
  /** As the audit log names whoever sits at this machine. */
  readonly who: string;
  /** Writes an act of whoever sits at this machine into the audit log. */
  readonly note: (act: string, subject: string | null, detail: Readonly<Record<string, unknown>>) => Promise<void>;
}

/**
 * Opens the ledger of the environment, or of the home, for one command.
 * @throws Fault `ledger-busy` where a service has the embedded ledger open
 */
export async function atLedger<Result>(
  invocation: Invocation,
  flags: { readonly home?: string },
  work: (desk: LedgerDesk) => Promise<Result>,
): Promise<Result> {
  const home = findHome(invocation.environment, flags.home);
  await using opening = new Opened();
  const { ledger } = await openLedgerOf(home, opening, { signal: invocation.signal });
  return await work({
    home,
    ledger,
    who: WHO,
    async note(act, subject, detail) {
      const at = { via: 'command-line', user: userName(), host: hostname() };
      await appendAudit(ledger, { who: WHO, act, subject, detail: { ...at, ...detail } });
    },
  });
}

/** Some containers run under a number without a name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`; // that is all there is to know
  }
}
