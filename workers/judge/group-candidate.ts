// In: judged destinations that carry no rhythm of their own. Out: which of them are worth trying as one series.
import type { RoleProfile } from '../../orchestrator/contract/profile.ts';
import type { JudgedChannel } from './channel.ts';
import type { Group } from './context.ts';
import { namePattern } from './name-pattern.ts';
import { ascending, differences, median } from './numbers.ts';
import type { Ties } from './tie.ts';

/**
 * How far a tie is trusted. A registrable domain has one owner. An address or a certificate may be a content network's
 * that serves strangers, so it takes three destinations that nobody knows by a role, none with a period of its own and
 * no one with more than half of the beats.
 */
export const NAMES: Trust = { leastMembers: 2, mostOfOne: 2 / 3 };
export const SERVERS: Trust = { leastMembers: 3, mostOfOne: 1 / 2 };

export interface Trust {
  readonly leastMembers: number;
  /** Largest share of the beats that may have begun with one member. */
  readonly mostOfOne: number;
}

export interface Open {
  readonly judged: JudgedChannel;
  readonly ties: Ties;
  readonly beats: number;
}

export interface Candidate {
  readonly by: Group['by'];
  readonly value: string;
  readonly trust: Trust;
  readonly members: readonly Open[];
}

/** True for a domain below which anybody may have a name: its names are strangers to each other. */
export function isLet(domain: string, role: RoleProfile | null): boolean {
  return role?.selfService === true && role.hosts.includes(`.${domain}`);
}

/**
 * A member with a period of its own carries a rhythm, even with too few beats to claim one: two jobs of an app, every
 * 15 min each, are not one of every few minutes. Where such members have most of the beats they stay apart, but for
 * three or more names of one owner that take turns so evenly that one timer must drive them.
 */
export function withoutTimers({ members, trust }: Candidate): readonly Open[] {
  const timers = members.filter(repeats);
  const beats = (list: readonly Open[]): number => list.reduce((sum, one) => sum + one.beats, 0);
  if (2 * beats(timers) <= beats(members)) return members;
  if (trust === NAMES && timers.length >= LEAST_TURNS && alike(timers, EVEN)) return members;
  const apart = new Set(timers);
  return members.filter((one) => !apart.has(one));
}

/** Gaps this much alike, as a share of their median: of one member, and of several that take turns. */
const ALIKE = 0.1;
const EVEN = 0.3;
const LEAST_TURNS = 3;

function repeats(one: Open): boolean {
  return one.beats >= 3 && alike([one], ALIKE);
}

function alike(list: readonly Open[], share: number): boolean {
  const natural = list.flatMap(({ judged }) => judged.source.beats.filter(({ forced }) => !forced));
  const gaps = differences(ascending(natural.map(({ startMs }) => startMs)));
  const centre = median(gaps)!;
  return gaps.every((gap) => Math.abs(gap - centre) <= share * centre);
}

/**
 * The part of a domain that is tried before the whole of it: names that differ in a generated label, else those with
 * too few beats to be judged alone. null where that is all of it.
 */
export function apart(members: readonly Open[], domain: string, minimumBeats: number): Candidate | null {
  const names = members.map(({ judged, beats }) => ({
    ...judged.source.traffic.destination,
    scarce: beats < minimumBeats,
  }));
  const pattern = namePattern(names, domain);
  if (pattern && pattern.members.length < members.length) {
    const siblings = pattern.members.map((index) => members[index]!);
    return { by: 'name-pattern', value: pattern.pattern, trust: NAMES, members: siblings };
  }
  const scarce = members.filter(({ beats }) => beats < minimumBeats);
  if (pattern || scarce.length === members.length) return null;
  return { by: 'registrable-domain', value: domain, trust: NAMES, members: scarce };
}

export function bucketed(list: readonly Open[], keyOf: (one: Open) => string | null): readonly (readonly Open[])[] {
  const buckets = new Map<string, Open[]>();
  for (const one of list) {
    const key = keyOf(one);
    if (key === null) continue;
    const bucket = buckets.get(key);
    if (bucket) bucket.push(one);
    else buckets.set(key, [one]);
  }
  return [...buckets.values()];
}
