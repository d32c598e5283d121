// In: sessions outside foreground of an approved channel and of those that answer to it. Out: the rates of both by
// phase, and whether the new ones are more by a half and beyond chance.
import type { ApprovedChannel } from '../../orchestrator/contract/baseline.ts';
import { chanceOfMore } from './baseline-chance.ts';
import { asleepPhases, counted, type Count, type Departure, type Fresh } from './baseline-departure.ts';
import { REPEATED } from './explain.ts';
import { sum } from './numbers.ts';

/** A rate that is higher by less than this is the same to a reader, however surely it differs. */
const MORE = 1.5;

export type PhaseRate = { readonly then: Count; readonly now: Count };

/**
 * Sessions by phase outside foreground, in the phases that both were watched in; of all channels that answer to one.
 * A phase in which none was approved is a new phase, and told as such.
 */
export function ratesOf(then: ApprovedChannel, members: readonly Fresh[]): PhaseRate[] {
  return asleepPhases(then).flatMap((use): PhaseRate[] => {
    const here = members.flatMap(({ measured }) => measured.phases.filter(({ phase }) => phase === use.phase));
    const durationMs = here[0]?.durationMs ?? 0;
    if (durationMs === 0 || use.durationMs === 0 || use.sessions === 0) return [];
    const now = { sessions: sum(here.map((one) => counted(one, then))), durationMs };
    return [{ then: { sessions: counted(use, then), durationMs: use.durationMs }, now }];
  });
}

/** P of so many more by chance alone, where the sessions of both come no more in bursts than the burstiest of them. */
export function rateChance(rates: readonly PhaseRate[], then: ApprovedChannel, members: readonly Fresh[]): number {
  const dispersion = Math.max(then.dispersion, ...members.map(({ measured }) => measured.dispersion));
  return chanceOfMore(rates, dispersion);
}

export function moreSessions(rates: readonly PhaseRate[], members: readonly Fresh[], pValue: number): Departure | null {
  const then = totalOf(rates.map((one) => one.then));
  const now = totalOf(rates.map((one) => one.now));
  const usual = sum(rates.map((one) => (one.then.sessions * one.now.durationMs) / one.then.durationMs));
  if (now.sessions < MORE * usual || now.sessions < usual + REPEATED) return null;
  const most = members.reduce((a, b) => (b.measured.asleep.up.sessions > a.measured.asleep.up.sessions ? b : a));
  return { kind: 'more-sessions', fresh: most, decides: true, pValue, then, now };
}

function totalOf(counts: readonly Count[]): Count {
  return { sessions: sum(counts.map((one) => one.sessions)), durationMs: sum(counts.map((one) => one.durationMs)) };
}
