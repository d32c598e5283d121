// In: the input of a judgement. Out: what every step of it shares: timeline, declared functions, traffic, and which
// destinations may use a licence that covers only so many.
import type { ApkFacts, DeclaredFunction } from '../../orchestrator/contract/apk.ts';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import type { FunctionProfile, Licence, RoleProfile, Tunables } from '../../orchestrator/contract/profile.ts';
import type { Grouping } from '../../orchestrator/contract/report.ts';
import type { JudgeInput } from './input.ts';
import { coverBeats, holds, isBounded, licencesFor } from './licence.ts';
import { roleOf } from './role.ts';
import { LONG_SESSION_MS, mergeExchanges, type Exchange, type Session } from './sessions.ts';
import { timelineOf, type Timeline } from './timeline.ts';
import { trafficOf, type Traffic } from './traffic.ts';

/** One destination, or several whose traffic is tried or shown as one series. */
export interface Source {
  readonly traffic: Traffic;
  readonly role: RoleProfile | null;
  readonly beats: readonly Session[];
  /** null for one destination. */
  readonly group: Group | null;
}

export interface Group {
  readonly by: Exclude<Grouping['by'], 'destination'>;
  readonly value: string;
  readonly members: readonly Source[];
  /** Lines of natural beats that no licence covered while their member was judged alone; a group covers none of them. */
  readonly uncovered: ReadonlySet<number>;
}

export interface Context {
  readonly timeline: Timeline;
  readonly declared: DeclaredFunction;
  /** The main function first, then those that add to it. */
  readonly functions: readonly FunctionProfile[];
  readonly sources: readonly Source[];
  readonly tunables: Tunables;
  readonly captureFile: string;
  readonly facts: ApkFacts | null;
  readonly simulated: boolean;
  readonly mayUse: (licence: Licence, key: string) => boolean;
}

/** @throws Fault `function-unknown` where a function is named that no profile describes. */
export function contextOf(input: JudgeInput): Context {
  const timeline = timelineOf(input.records, input.assumedPhase ?? 'background');
  const declared = input.inspection?.declaredFunction ?? statedFunction(input);
  const functions = [declared.name, ...declared.also.map(({ name }) => name)].map((name) => profileOf(input, name));
  const sources = trafficOf(input.records).map((traffic) => ({
    traffic,
    role: roleOf(traffic.destination, input.profiles.roles),
    beats: beatsOf(traffic.exchanges, input.tunables),
    group: null,
  }));
  const start = input.records.find(({ record }) => record.type === 'start')?.record;
  return {
    timeline,
    declared,
    functions,
    sources,
    tunables: input.tunables,
    captureFile: input.captureFile ?? 'capture.ndjson',
    facts: input.inspection?.facts ?? null,
    simulated: start?.type === 'start' && start.device.kind === 'simulated',
    mayUse: limitDestinations(sources, functions, timeline),
  };
}

function statedFunction(input: JudgeInput): DeclaredFunction {
  const name = input.stated ?? 'unclassified';
  const { title } = profileOf(input, name);
  const fact = input.stated ? 'stated with the capture' : 'no APK and no stated function';
  const evidence = [{ fact, where: 'command line', strength: 'stated' as const, weight: 1 }];
  return { name, title, confidence: input.stated ? 1 : 0, evidence, also: [] };
}

function profileOf(input: JudgeInput, name: string): FunctionProfile {
  const found = input.profiles.functions.find((one) => one.name === name);
  if (found) return found;
  const names = input.profiles.functions.map((one) => one.name).join(', ');
  throw new Fault('function-unknown', `'${printable(name)}' is not one of: ${names}.`);
}

/**
 * Sessions by the idle gap; by a third of it where the idle gap would swallow the rhythm itself, as it does with a
 * heartbeat of few seconds.
 */
export function beatsOf(exchanges: readonly Exchange[], tunables: Tunables): readonly Session[] {
  const idleMs = tunables.idleGapSeconds * 1000;
  const coarse = mergeExchanges(exchanges, idleMs, LONG_SESSION_MS);
  const fine = mergeExchanges(exchanges, idleMs / 3, LONG_SESSION_MS);
  return fine.length >= tunables.minimumBeats && coarse.length < fine.length / 2 ? fine : coarse;
}

/** A licence for so many destinations goes to those with the most beats that nothing else covers. */
function limitDestinations(
  sources: readonly Source[],
  functions: readonly FunctionProfile[],
  timeline: Timeline,
): (licence: Licence, key: string) => boolean {
  const chosen = new Map<Licence, ReadonlySet<string>>();
  for (const licence of functions.flatMap((one) => one.licences)) {
    const most = licence.maxDestinations;
    if (most === undefined) continue;
    const ranked = sources
      .filter(({ traffic }) => !traffic.foreign)
      .map((source) => ({ key: source.traffic.key, count: openBeats(source, licence, functions, timeline) }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1));
    chosen.set(licence, new Set(ranked.slice(0, most).map(({ key }) => key)));
  }
  return (licence, key) => chosen.get(licence)?.has(key) ?? true;
}

function openBeats(
  source: Source,
  licence: Licence,
  functions: readonly FunctionProfile[],
  timeline: Timeline,
): number {
  const free = licencesFor(functions, source.role).filter((one) => !isBounded(one));
  const { by } = coverBeats(source.beats, free, timeline, () => true);
  return source.beats.filter((beat, i) => by[i] === null && holds(licence, beat.startMs, timeline)).length;
}
