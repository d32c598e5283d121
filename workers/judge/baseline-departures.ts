// In: the approved channels and those of a new version. Out: its departures from what was approved, beyond chance and
// measurement error, and what could not be compared.
import type { ApprovedChannel, Baseline } from '../../orchestrator/contract/baseline.ts';
import type { ObservedPhase } from '../../orchestrator/contract/report.ts';
import { followedPushes, phaseTimes, type Run } from './baseline.ts';
import { chanceOfFaster, chanceOfFewer } from './baseline-chance.ts';
import { asleepPhases, sleeps, type Departure, type Fresh, type Push } from './baseline-departure.ts';
import { counterparts, merged, strangersIn } from './baseline-match.ts';
import { newChannel, newPhases } from './baseline-newness.ts';
import { largerPayloads } from './baseline-payload.ts';
import { moreSessions, rateChance, ratesOf } from './baseline-rate.ts';
import { REPEATED } from './explain.ts';
import { sum, wilson } from './numbers.ts';

export interface Departures {
  readonly departures: readonly Departure[];
  /** By id of the new channel: the approved channel that it answers to. */
  readonly answered: ReadonlyMap<string, ApprovedChannel>;
  /** Approved channels that nothing answers to. */
  readonly gone: readonly ApprovedChannel[];
  /** Phases that the new version was watched in and the approved one was not. */
  readonly unwatched: readonly ObservedPhase[];
  /** Channels that followed pushes and cannot be tested for it, since none came. */
  readonly unpushed: readonly Fresh[];
}

/** Chance of one departure or more, in all tests of a comparison together, where nothing has changed. */
const FALSE_ALARMS = 0.01;
/** A period that is shorter by less than this is the same to a reader, however surely it differs. */
const FASTER = 0.9;

/** @param minimumBeats from how many sessions on something new is a habit that decides */
export function departuresFrom(
  approved: Pick<Baseline, 'channels' | 'phases'>,
  fresh: readonly Fresh[],
  run: Run,
  minimumBeats: number,
): Departures {
  const watched = (phase: ObservedPhase): number => approved.phases.find((one) => one.phase === phase)?.durationMs ?? 0;
  const phases = phaseTimes(run.phases);
  const found: Departure[] = [];
  const tests: Departure[] = [];
  let tried = 0;
  /** One test: it counts for the correction whatever comes out. */
  const test = (pValue: number | null, departure: () => Departure | null): void => {
    if (pValue === null) return;
    tried += 1;
    const one = departure();
    if (one) tests.push(one);
  };
  const answered = new Map<string, ApprovedChannel>();
  const unpushed: Fresh[] = [];
  const used = new Set<number>();
  const families = new Map<string, { then: ApprovedChannel; members: Fresh[] }>();
  for (const one of fresh) {
    const indices = counterparts(one.measured, approved.channels, one.selfService === true);
    if (indices.length === 0) {
      found.push(newChannel(one, null, approved.phases, minimumBeats));
      continue;
    }
    const then = merged(indices.map((i) => approved.channels[i]!));
    for (const i of indices) used.add(i);
    answered.set(one.channel.id, then);
    const family = families.get(indices.join()) ?? { then, members: [] };
    family.members.push(one);
    families.set(indices.join(), family);

    const strangers = strangersIn(one.measured, then);
    if (strangers.length > 0) found.push(newChannel(one, strangers, approved.phases, minimumBeats));
    found.push(...newPhases(one, then, watched, minimumBeats));
    const faster = periodChance(then, one);
    test(faster, () => fasterPeriod(then, one, faster!));
    for (const larger of largerPayloads(then, one.channel)) {
      const decides = larger.where === 'asleep';
      if (larger.pValue === null) found.push({ kind: 'larger-payload', ...larger, fresh: one, decides });
      else
        test(larger.pValue, () =>
          larger.beyond > 0 ? { kind: 'larger-payload', ...larger, fresh: one, decides } : null,
        );
    }
    const before = then.push;
    if (before?.coupled === true) {
      const push = answeredPushes(before, one, run);
      if (push === null) unpushed.push(one);
      else test(lostChance(before, push), () => couplingLost(before, push, one));
    }
  }
  for (const { then, members } of families.values()) {
    const rates = ratesOf(then, members);
    const chance = rates.length > 0 ? rateChance(rates, then, members) : null;
    test(chance, () => moreSessions(rates, members, chance!));
  }
  // Of a capture without phases some may be foreground, where much is licensed that is not elsewhere.
  const unknown = phases.some(({ phase }) => phase === 'unknown');
  const sure = tests.filter(({ pValue }) => pValue! * tried <= FALSE_ALARMS);
  // The period says it better than the count where both do.
  const faster = new Set(sure.filter(({ kind }) => kind === 'faster-period').map((one) => one.fresh.channel.id));
  const kept = sure.filter((one) => one.kind !== 'more-sessions' || !faster.has(one.fresh.channel.id));
  return {
    departures: [...found, ...kept].map((one) => (unknown ? { ...one, decides: false } : one)).sort(byWeight(fresh)),
    answered,
    gone: approved.channels.filter((_, i) => !used.has(i)),
    unwatched: phases
      .filter(({ phase, durationMs }) => durationMs > 0 && watched(phase) === 0)
      .map(({ phase }) => phase),
    unpushed,
  };
}

/** What decides before what is told only; then in the order of the report. */
function byWeight(fresh: readonly Fresh[]): (a: Departure, b: Departure) => number {
  const order = new Map(fresh.map(({ channel }, i) => [channel.id, i]));
  return (a, b) =>
    Number(b.decides) - Number(a.decides) || order.get(a.fresh.channel.id)! - order.get(b.fresh.channel.id)!;
}

/** null where neither has a rhythm, or one of them no interval, so that there is none to compare. */
function periodChance(then: ApprovedChannel, { measured }: Fresh): number | null {
  const both = [then.cadence, measured.cadence];
  const steady = both.some(({ structured }) => structured === true);
  return steady && both.every(({ kind }) => kind !== 'back-off')
    ? chanceOfFaster(then.cadence, measured.cadence)
    : null;
}

function fasterPeriod(then: ApprovedChannel, fresh: Fresh, pValue: number): Departure | null {
  const [thenMs, nowMs] = [then.cadence.periodMs!, fresh.measured.cadence.periodMs!];
  // A run with less Doze in it beats faster over all without any change: some phase must show it by itself.
  const both = fresh.measured.phases.flatMap(({ phase, periodMs }) => {
    const before = then.phases.find((one) => one.phase === phase)?.periodMs ?? null;
    return periodMs !== null && before !== null ? [periodMs <= FASTER * before] : [];
  });
  if (nowMs > FASTER * thenMs || (both.length > 0 && !both.includes(true))) return null;
  return { kind: 'faster-period', fresh, decides: sleeps(fresh), pValue, thenMs, nowMs };
}

/** By the lags of the approved version: what comes later is no answer. null where no push came that could be answered. */
function answeredPushes(then: Push, { channel, measured }: Fresh, run: Run): Push | null {
  if (measured.push === null || measured.push.pushes === 0) return null;
  const { withinMs } = then;
  return { ...measured.push, withinMs, followed: followedPushes(channel, run, withinMs) };
}

/** Against the least share of pushes that the approved count leaves room for (Wilson, 95 %). */
function lostChance(then: Push, now: Push): number {
  return chanceOfFewer(now.followed, now.pushes, wilson(then.followed, then.pushes).low);
}

function couplingLost(then: Push, now: Push, fresh: Fresh): Departure | null {
  const unprompted = sum(asleepPhases(fresh.measured).map((one) => one.unprompted));
  // An app that answers fewer pushes and says nothing instead has fallen silent, which harms nobody.
  if (now.coupled || unprompted < REPEATED) return null;
  return { kind: 'push-coupling-lost', fresh, decides: true, pValue: lostChance(then, now), then, now, unprompted };
}
