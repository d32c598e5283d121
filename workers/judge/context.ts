// In: the input of a judgement. Out: what every step of it shares: timeline, declared functions, traffic, and which
// destinations may use a licence that is bounded over all of them.
import type { ApkFacts } from '../../orchestrator/contract/apk.ts';
import type { RoleProfile, SdkProfile, Tunables } from '../../orchestrator/contract/profile.ts';
import type { Grouping } from '../../orchestrator/contract/report.ts';
import { testable } from './coupling.ts';
import { functionsOf, type Functions } from './functions.ts';
import type { JudgeInput } from './input.ts';
import { ascending } from './numbers.ts';
import { roleOf } from './role.ts';
import { LONG_SESSION_MS, mergeExchanges, type Exchange, type Session } from './sessions.ts';
import { shareLicences, type MayUse } from './share.ts';
import { isPhaseUnknown, PHASES, supposing, timelineOf, type Timeline } from './timeline.ts';
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

/** A timeline under which licences are tried, and who may use them under it. */
export interface Supposition {
  readonly timeline: Timeline;
  readonly mayUse: MayUse;
}

export interface Context extends Functions {
  readonly timeline: Timeline;
  /** One, of what was observed; where the phase is unknown one for each phase that could have held, foreground first. */
  readonly suppositions: readonly Supposition[];
  readonly sources: readonly Source[];
  readonly tunables: Tunables;
  readonly captureFile: string;
  readonly facts: ApkFacts | null;
  readonly simulated: boolean;
  readonly sdks: readonly SdkProfile[];
  /** How many destinations have enough sessions to be tested for following pushes. */
  readonly answerable: number;
  /** When the app's contacts were attempts that could not be read, of whatever destination; ascending. */
  readonly refusedMs: readonly number[];
}

/** @throws Fault `function-unknown` where a function is named that no profile describes. */
export function contextOf(input: JudgeInput): Context {
  const timeline = timelineOf(input.records, input.assumedPhase ?? null);
  const functions = functionsOf(input);
  const sources = trafficOf(input.records).map((traffic) => ({
    traffic,
    role: roleOf(traffic.destination, input.profiles.roles),
    beats: beatsOf(traffic.exchanges, input.tunables),
    group: null,
  }));
  const supposed = isPhaseUnknown(timeline) ? PHASES.map((phase) => supposing(timeline, phase)) : [timeline];
  const start = input.records.find(({ record }) => record.type === 'start')?.record;
  return {
    ...functions,
    timeline,
    suppositions: supposed.map((one) => ({
      timeline: one,
      mayUse: shareLicences(sources, functions.functions, one),
    })),
    sources,
    tunables: input.tunables,
    captureFile: input.captureFile ?? 'capture.ndjson',
    facts: input.inspection?.facts ?? null,
    simulated: start?.type === 'start' && start.device.kind === 'simulated',
    sdks: input.profiles.sdks,
    answerable: testable(sources, timeline).length,
    refusedMs: refusalsOf(sources),
  };
}

function refusalsOf(sources: readonly Source[]): readonly number[] {
  const exchanges = sources.filter(({ traffic }) => !traffic.foreign).flatMap(({ traffic }) => traffic.exchanges);
  return ascending(exchanges.filter(({ attempt }) => attempt).map(({ startMs }) => startMs));
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
