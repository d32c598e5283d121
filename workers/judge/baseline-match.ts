// In: a channel of the new version and the approved ones. Out: the approved channel that it answers to, where there
// is one: the same destination or group, a host of an approved group, or a sibling in the same role.
import { getDomain } from 'tldts';
import type { ApprovedChannel, ApprovedSizes } from '../../orchestrator/contract/baseline.ts';
import type { Destination } from '../../orchestrator/contract/capture.ts';
import { sum } from './numbers.ts';

/**
 * Indices of the approved channels that this one answers to; several where they are now one. Empty for a new one.
 *
 * @param selfService where anybody may have an account: another host may be somebody else's, so it has no siblings
 */
export function counterparts(
  now: ApprovedChannel,
  approved: readonly ApprovedChannel[],
  selfService: boolean,
): readonly number[] {
  for (const answers of [sameName, sharesMember, isCovered, ...(selfService ? [] : [isSibling])]) {
    const found = approved.flatMap((then, i) => (answers(now, then) ? [i] : []));
    if (found.length > 0) return found;
  }
  return [];
}

/** Hosts of a channel of several that no approved channel has, covers or is a sibling of. */
export function strangersIn(now: ApprovedChannel, then: ApprovedChannel): readonly Destination[] {
  return now.grouping.members.filter((member) => {
    const alone = { ...now, destination: member, grouping: { ...now.grouping, members: [member] } };
    return !sharesMember(alone, then) && !isCovered(alone, then) && !isSibling(alone, then);
  });
}

function sameName(now: ApprovedChannel, then: ApprovedChannel): boolean {
  return now.grouping.by === then.grouping.by && now.grouping.value === then.grouping.value;
}

function sharesMember(now: ApprovedChannel, then: ApprovedChannel): boolean {
  return now.grouping.members.some((one) => then.grouping.members.some((other) => keyOf(one) === keyOf(other)));
}

/** Every host is one of an approved domain or pattern that was itself approved as one channel. */
function isCovered(now: ApprovedChannel, then: ApprovedChannel): boolean {
  const { by, value } = then.grouping;
  const ports = new Set(then.grouping.members.map(({ port }) => port));
  return now.grouping.members.every(({ host, port }) => {
    if (!ports.has(port)) return false;
    if (by === 'registrable-domain') return host === value || host.endsWith(`.${value}`);
    return by === 'name-pattern' && fitsPattern(host, value);
  });
}

/**
 * A service that many know spreads its work over hosts (r1---sn-4g5e.googlevideo.com): another host of the same domain
 * is no new channel where both play the same role for the same owner. Hosts of no known role are never siblings.
 */
function isSibling(now: ApprovedChannel, then: ApprovedChannel): boolean {
  if (now.role === null || now.role !== then.role || now.owner !== then.owner) return false;
  const domain = domainOf(now.destination);
  return domain !== null && domain === domainOf(then.destination) && now.destination.port === then.destination.port;
}

function fitsPattern(host: string, pattern: string): boolean {
  const [labels, expected] = [host.split('.'), pattern.split('.')];
  return labels.length === expected.length && expected.every((label, i) => label === '*' || label === labels[i]);
}

/** The private part of the public suffix list counts: two customers of one cloud are two domains. */
function domainOf({ host }: Destination): string | null {
  return getDomain(host, { allowPrivateDomains: true, extractHostname: false });
}

export function keyOf({ host, port }: Destination): string {
  return `${host.toLowerCase()}:${port}`;
}

/** Several channels as one: their sessions add up, and what no sum has (a period, a median) is not known. */
export function merged(channels: readonly ApprovedChannel[]): ApprovedChannel {
  const [first, ...rest] = channels;
  if (rest.length === 0) return first!;
  const pushes = channels.flatMap(({ push }) => (push ? [push] : []));
  return {
    ...first!,
    grouping: { ...first!.grouping, members: channels.flatMap(({ grouping }) => grouping.members) },
    licensed: channels.every(({ licensed }) => licensed),
    unread: channels.every(({ unread }) => unread),
    cadence: {
      kind: 'irregular',
      beats: sum(channels.map((one) => one.cadence.beats)),
      structured: null,
      periodMs: null,
      jitter: null,
    },
    phases: first!.phases.map((use) => {
      const here = channels.flatMap(({ phases }) => phases.filter(({ phase }) => phase === use.phase));
      const total = (count: (one: (typeof here)[number]) => number): number => sum(here.map(count));
      return {
        ...use,
        sessions: total(({ sessions }) => sessions),
        unprompted: total(({ unprompted }) => unprompted),
        sessionsPerHour: total(({ sessionsPerHour }) => sessionsPerHour ?? 0),
        periodMs: null,
      };
    }),
    dispersion: channels.reduce((most, { dispersion }) => Math.max(most, dispersion), 1),
    asleep: {
      up: mergedSizes(channels, (one) => one.asleep.up),
      down: mergedSizes(channels, (one) => one.asleep.down),
    },
    foreground: {
      up: mergedSizes(channels, (one) => one.foreground.up),
      down: mergedSizes(channels, (one) => one.foreground.down),
    },
    push: pushes.find(({ coupled }) => coupled) ?? pushes[0] ?? null,
  };
}

/** The sizes of the channel with the largest session: a later one is held against the most that was approved. */
function mergedSizes(channels: readonly ApprovedChannel[], of: (one: ApprovedChannel) => ApprovedSizes): ApprovedSizes {
  return channels.map(of).reduce((a, b) => ((b.largest ?? -1) > (a.largest ?? -1) ? b : a));
}
