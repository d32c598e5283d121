import type { Verdict } from '../orchestrator/contract/report.ts';

export const EXIT = { consistent: 0, fault: 1, usage: 2, inconsistent: 10, inconclusive: 11 } as const;

/** What one submission came to. */
export type Outcome = { readonly verdict: Verdict } | { readonly exitStatus: 1 | 2 };

/** The exit status of a command over several submissions: the gravest, a fault before any verdict. */
export function exitStatus(outcomes: readonly Outcome[]): number {
  const statuses: readonly number[] = outcomes.map((outcome) =>
    'verdict' in outcome ? EXIT[outcome.verdict] : outcome.exitStatus,
  );
  const order: readonly number[] = [EXIT.fault, EXIT.usage, EXIT.inconsistent, EXIT.inconclusive];
  return order.find((status) => statuses.includes(status)) ?? EXIT.consistent;
}
