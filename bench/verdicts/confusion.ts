/** Labels against verdicts: how many of each, over all and by app, and which were missed. */
import type { Report, Verdict } from '../../orchestrator/contract/report.ts';
import type { AppName } from './apps.ts';
import type { Scenario } from './scenario.ts';

export const VERDICTS: readonly Verdict[] = ['consistent', 'inconsistent', 'inconclusive'];

export interface Outcome {
  readonly scenario: Scenario;
  readonly report: Report;
}

/** Counts by label and then by verdict. */
export type Matrix = Readonly<Record<Verdict, Readonly<Record<Verdict, number>>>>;

export function matrixOf(outcomes: readonly Outcome[]): Matrix {
  const count = (label: Verdict, verdict: Verdict): number =>
    outcomes.filter(({ scenario, report }) => scenario.label === label && report.verdict === verdict).length;
  const row = (label: Verdict) => ({
    consistent: count(label, 'consistent'),
    inconsistent: count(label, 'inconsistent'),
    inconclusive: count(label, 'inconclusive'),
  });
  return { consistent: row('consistent'), inconsistent: row('inconsistent'), inconclusive: row('inconclusive') };
}

export function isRight({ scenario, report }: Outcome): boolean {
  return scenario.label === report.verdict;
}

/** What may never happen: something benign that is called inconsistent. */
export function isSlander({ scenario, report }: Outcome): boolean {
  return scenario.kind === 'benign' && report.verdict === 'inconsistent';
}

export function byApp(outcomes: readonly Outcome[]): ReadonlyMap<AppName, readonly Outcome[]> {
  const groups = new Map<AppName, Outcome[]>();
  for (const outcome of outcomes) {
    const { app } = outcome.scenario.plan;
    groups.set(app, [...(groups.get(app) ?? []), outcome]);
  }
  return groups;
}

export function shareOf(part: readonly unknown[], all: readonly unknown[]): number {
  return all.length === 0 ? 1 : part.length / all.length;
}
