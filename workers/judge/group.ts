// In: the context. Out: every channel, judged: a destination each, or several destinations as one where together they
// have a rhythm that none of them carries alone.
import type { RoleProfile } from '../../orchestrator/contract/profile.ts';
import { judgeChannel, type JudgedChannel } from './channel.ts';
import { beatsOf, type Context, type Source } from './context.ts';
import { apart, bucketed, isLet, NAMES, SERVERS, withoutTimers, type Candidate, type Open } from './group-candidate.ts';
import { byStart } from './sessions.ts';
import { tiesOf } from './tie.ts';

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
      take({ by, value: members[0]!.ties[by]!, trust: SERVERS, members });
    }
  }
  return found;
}

/** The members as one channel, where together they are structured; null where not, or where it was tried before. */
function tryGroup(candidate: Candidate, context: Context, tried: Set<string>): JudgedChannel | null {
  const { trust } = candidate;
  const members = withoutTimers(candidate);
  if (members.length < trust.leastMembers) return null;
  const beats = members.reduce((sum, one) => sum + one.beats, 0);
  const most = members.reduce((largest, one) => Math.max(largest, one.beats), 0);
  // Merging may only take beats away, and takes most from members that speak at the same time.
  if (beats < context.tunables.minimumBeats || most > trust.mostOfOne * beats) return null;
  const key = members.map(({ judged }) => judged.source.traffic.key).join(' ');
  if (tried.has(key)) return null;
  tried.add(key);
  const judged = judgeChannel(groupSource({ ...candidate, members }, context), context);
  return judged.channel.cadence.structured === true && takesTurns(judged, trust.mostOfOne) ? judged : null;
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

/** True where the beats by which it was judged began with several members, and not most of them with one. */
function takesTurns({ channel, expectation }: JudgedChannel, mostOfOne: number): boolean {
  const unlicensed = new Set(expectation.unlicensed.map(({ startMs }) => startMs));
  const counts = new Map<string, number>();
  let all = 0;
  for (const { atMs, forced, destination } of channel.beats) {
    if (forced || (channel.cadence.of === 'unlicensed' && !unlicensed.has(atMs))) continue;
    const key = `${destination!.host}:${destination!.port}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    all += 1;
  }
  return counts.size >= 2 && [...counts.values()].every((count) => count <= mostOfOne * all);
}

function firstMs({ source }: JudgedChannel): number {
  return source.traffic.exchanges[0]!.startMs;
}
