// In: the context. Out: every channel, judged: a destination each, or several destinations as one where together they
// have a rhythm that none of them carries alone.
import type { RoleProfile } from '../../orchestrator/contract/profile.ts';
import { judgeChannel, type JudgedChannel } from './channel.ts';
import { beatsOf, type Context, type Group, type Source } from './context.ts';
import { namePattern } from './name-pattern.ts';
import { differences, mean } from './numbers.ts';
import { byStart } from './sessions.ts';
import { tiesOf, type Ties } from './tie.ts';

/**
 * How far a tie is trusted. A registrable domain has one owner. An address or a certificate may be a content network's
 * that serves strangers, so it takes three destinations that nobody knows by a role, none with a period of its own and
 * no one with more than half of the beats.
 */
const NAMES: Trust = { leastMembers: 2, mostOfOne: 2 / 3 };
const SERVERS: Trust = { leastMembers: 3, mostOfOne: 1 / 2 };

interface Trust {
  readonly leastMembers: number;
  /** Largest share of the beats that may have begun with one member. */
  readonly mostOfOne: number;
}

interface Open {
  readonly judged: JudgedChannel;
  readonly ties: Ties;
  readonly beats: number;
}

interface Candidate {
  readonly by: Group['by'];
  readonly value: string;
  readonly trust: Trust;
  readonly members: readonly Open[];
}

/** In order of their first exchange. */
export function judgeChannels(context: Context): readonly JudgedChannel[] {
  const alone = context.sources.map((source) => judgeChannel(source, context));
  const groups = groupsOf(alone, context);
  const grouped = new Set(groups.flatMap(({ source }) => source.group!.members));
  return [...alone.filter(({ source }) => !grouped.has(source)), ...groups]
    .sort((a, b) => firstMs(a) - firstMs(b) || (a.source.traffic.key < b.source.traffic.key ? -1 : 1))
    .map((one, i) => ({ ...one, channel: { ...one.channel, id: `c${i + 1}` } }));
}

/** Names first, then what is left by certificate, then by address; each tries no more series than it must. */
function groupsOf(alone: readonly JudgedChannel[], context: Context): readonly JudgedChannel[] {
  const found: JudgedChannel[] = [];
  let open = alone
    .filter(({ source, channel }) => !source.traffic.foreign && channel.cadence.structured !== true)
    .map((judged): Open => {
      const beats = judged.source.beats.filter(({ forced }) => !forced).length;
      return { judged, ties: tiesOf(judged.source.traffic), beats };
    })
    .filter(({ beats }) => beats > 0);
  const tried = new Set<string>();
  const take = (candidate: Candidate): boolean => {
    const group = tryGroup(candidate, context, tried);
    if (!group) return false;
    found.push(group);
    const taken = new Set(group.source.group!.members);
    open = open.filter(({ judged }) => !taken.has(judged.source));
    return true;
  };
  const minimum = context.tunables.minimumBeats;
  const roles = new Map<RoleProfile | null, number>();
  const byDomain = bucketed(open, ({ ties, judged }) => {
    const { role } = judged.source;
    if (ties.domain === null || isLet(ties.domain, role)) return null;
    if (!roles.has(role)) roles.set(role, roles.size);
    return `${ties.domain} ${roles.get(role)}`;
  });
  for (const members of byDomain) {
    const domain = members[0]!.ties.domain!;
    const part = apart(members, domain, minimum);
    if (part && take(part)) continue;
    take({ by: 'registrable-domain', value: domain, trust: NAMES, members });
  }
  for (const by of ['certificate', 'address'] as const) {
    const strangers = open.filter(({ judged }) => judged.source.role === null);
    for (const members of bucketed(strangers, ({ ties }) => ties[by])) {
      // Names of one owner have been tried by their domain.
      if (new Set(members.map(({ ties }) => ties.domain ?? '')).size === 1 && members[0]!.ties.domain !== null)
        continue;
      const loose = members.filter((one) => !repeats(one));
      take({ by, value: members[0]!.ties[by]!, trust: SERVERS, members: loose });
    }
  }
  return found;
}

/** True for a domain below which anybody may have a name: its names are strangers to each other. */
function isLet(domain: string, role: RoleProfile | null): boolean {
  return role?.selfService === true && role.hosts.includes(`.${domain}`);
}

/** Gaps this much alike, as a share of their mean, are a period of its own, even with too few beats to claim one. */
const ALIKE = 0.1;

/** True where a member has a period of its own: strangers behind one address may each have their timer. */
function repeats({ judged }: Open): boolean {
  const starts = judged.source.beats.filter(({ forced }) => !forced).map(({ startMs }) => startMs);
  const gaps = differences(starts);
  if (gaps.length < 2) return false;
  const centre = mean(gaps);
  return gaps.every((gap) => Math.abs(gap - centre) <= ALIKE * centre);
}

/**
 * The part of a domain that is tried before the whole of it: names that differ in a generated label, else those with
 * too few beats to be judged alone. null where that is all of it.
 */
function apart(members: readonly Open[], domain: string, minimumBeats: number): Candidate | null {
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

/** The members as one channel, where together they are structured; null where not, or where it was tried before. */
function tryGroup(candidate: Candidate, context: Context, tried: Set<string>): JudgedChannel | null {
  const { members, trust } = candidate;
  if (members.length < trust.leastMembers) return null;
  const beats = members.reduce((sum, one) => sum + one.beats, 0);
  const most = members.reduce((largest, one) => Math.max(largest, one.beats), 0);
  // Merging may only take beats away, and takes most from members that speak at the same time.
  if (beats < context.tunables.minimumBeats || most > trust.mostOfOne * beats) return null;
  const key = members.map(({ judged }) => judged.source.traffic.key).join(' ');
  if (tried.has(key)) return null;
  tried.add(key);
  const judged = judgeChannel(groupSource(candidate, context), context);
  if (judged.channel.cadence.structured !== true) return null;
  return turns(judged) ? judged : null;
}

function groupSource({ by, value, members }: Candidate, context: Context): Source {
  const sources = members.map(({ judged }) => judged.source);
  const traffic = sources.map((source) => source.traffic);
  const most = members.reduce((a, b) => (b.beats > a.beats ? b : a)).judged.source.traffic;
  const exchanges = traffic.flatMap((one) => one.exchanges).sort(byStart);
  const merged = (list: (one: (typeof traffic)[number]) => readonly string[]): string[] => {
    return [...new Set(traffic.flatMap(list))].sort();
  };
  const natural = new Set(sources.flatMap(({ beats }) => beats.filter((b) => !b.forced).flatMap((b) => b.lines)));
  const uncovered = members.flatMap(({ judged }) => judged.expectation.unlicensed.flatMap(({ lines }) => lines));
  return {
    traffic: {
      key: `${by} ${value}`,
      destination: most.destination,
      foreign: false,
      exchanges,
      sni: merged(({ sni }) => sni),
      ja4: merged(({ ja4 }) => ja4),
      addresses: merged(({ addresses }) => addresses),
      certificates: merged(({ certificates }) => certificates),
    },
    role: sources[0]!.role,
    // Where one member's firing was forced and another's was not, the beat is the app's own.
    beats: beatsOf(exchanges, context.tunables).map((beat) => {
      return { ...beat, forced: beat.forced && !beat.lines.some((line) => natural.has(line)) };
    }),
    group: { by, value, members: sources, uncovered: new Set(uncovered) },
  };
}

/** True where the beats that were judged are spread over the members. */
function turns({ channel }: JudgedChannel): boolean {
  return channel.grouping.members.filter(({ beats }) => beats > 0).length >= 2;
}

function bucketed(list: readonly Open[], keyOf: (one: Open) => string | null): readonly (readonly Open[])[] {
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

function firstMs({ source }: JudgedChannel): number {
  return source.traffic.exchanges[0]!.startMs;
}
