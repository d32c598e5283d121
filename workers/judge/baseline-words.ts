// In: a departure and whose approval it departs from. Out: its title, and the one sentence that says both numbers.
import type { Destination } from '../../orchestrator/contract/capture.ts';
import type { DifferenceKind } from '../../orchestrator/contract/difference.ts';
import { naturalBeats } from './baseline.ts';
import { asleepPhases, type Count, type Departure } from './baseline-departure.ts';
import { channelWords } from './channel-words.ts';
import { rounded, sum } from './numbers.ts';
import {
  bytesWords,
  chanceWords,
  countWords,
  durationWords,
  hostWords,
  listWords,
  percentWords,
  phaseWords,
  windowWords,
} from './words.ts';

export const DEPARTURE_TITLES: Readonly<Record<DifferenceKind, string>> = {
  'new-channel': 'New channel',
  'new-phase': 'New phase',
  'faster-period': 'Faster than approved',
  'more-sessions': 'More often than approved',
  'larger-payload': 'Larger than approved',
  'push-coupling-lost': 'No longer waits for pushes',
};

/** Most hosts named in one sentence. */
const MOST_HOSTS = 3;

/**
 * @param whose what is departed from: "the approved version 7 (1.7)"
 * @example "Period 60 s with a.example:443, where the approved version 7 (1.7) kept 300 s: beyond measurement error (p < 0.001)."
 */
export function departureSentence(departure: Departure, whose: string): string {
  const { fresh, pValue } = departure;
  const whom = channelWords(fresh.channel);
  const chance = chanceWords(pValue);
  switch (departure.kind) {
    case 'new-channel': {
      const { strangers, watchedMs } = departure;
      const what = strangers === null ? 'no such destination' : `none of ${hostsWords(strangers)}`;
      return `${sessionsWords(departure)}; ${whose} spoke to ${what} in ${windowWords(watchedMs)}.`;
    }
    case 'new-phase': {
      const { phases, sessions, watchedMs } = departure;
      return `${countWords(sessions, 'session')} with ${whom} ${phaseWords(phases)}, where ${whose} had none in ${windowWords(watchedMs)} of it.`;
    }
    case 'faster-period':
      return `Period ${durationWords(departure.nowMs)} with ${whom}, where ${whose} kept ${durationWords(departure.thenMs)}: beyond measurement error (${chance}).`;
    case 'more-sessions':
      return `${rateWords(departure.now)} with ${whom} outside foreground, where ${whose} had ${rateWords(departure.then)} (${chance}).`;
    case 'larger-payload':
      return payloadSentence(departure, whom, whose);
    case 'push-coupling-lost': {
      const { now, then, unprompted } = departure;
      return (
        `${now.followed} of ${countWords(now.pushes, 'push', 'pushes')} were followed by a session with ${whom} within ${durationWords(then.withinMs)}, where ${whose} followed ` +
        `${then.followed} of ${then.pushes} (${chance}); ${countWords(unprompted, 'session')} outside foreground came without one.`
      );
    }
  }
}

/** "Sends 2048 ± 9 bytes (largest 2057) to a.example:443 outside foreground, where … sent 412 bytes (largest 421): …" */
function payloadSentence(
  departure: Extract<Departure, { kind: 'larger-payload' }>,
  whom: string,
  whose: string,
): string {
  const { direction, where, then, now, beyond, beyondBytes, pValue } = departure;
  const place = where === 'asleep' ? 'outside foreground' : 'in foreground';
  const act = direction === 'up' ? ['Sends', 'to', 'sent'] : ['Receives', 'from', 'received'];
  const excess =
    pValue === null
      ? `${countWords(beyond, 'session is', 'sessions are')} more than 10 times the largest`
      : `${beyond} of ${countWords(now.sessions, 'session')} go beyond ${bytesWords(beyondBytes, null)} by a quarter or more (${chanceWords(pValue)})`;
  return `${act[0]} ${sizeWords(now)} ${act[1]} ${whom} ${place}, where ${whose} ${act[2]} ${sizeWords(then)}: ${excess}.`;
}

function sizeWords({
  median,
  spread,
  largest,
}: {
  median: number | null;
  spread: number | null;
  largest: number | null;
}): string {
  return `${bytesWords(median ?? 0, spread)} (largest ${bytesWords(largest ?? 0, null)})`;
}

/** "a.example:443, b.example:443 and 3 others" */
function hostsWords(hosts: readonly Destination[]): string {
  const shown = hosts.slice(0, MOST_HOSTS).map(hostWords);
  const more = hosts.length - shown.length;
  return listWords(more > 0 ? [...shown, countWords(more, 'other')] : shown);
}

/** "5 sessions in 50 min" */
function rateWords({ sessions, durationMs }: Count): string {
  return `${countWords(sessions, 'session')} in ${windowWords(durationMs)}`;
}

/** "9 sessions with a.example:443 (every 300 s, jitter 2 %) in background, while locked and in Doze" */
function sessionsWords({ fresh: { channel } }: Departure): string {
  const beats = naturalBeats(channel);
  const { structured, periodMs, jitter } = channel.cadence;
  const rhythm =
    structured === true && periodMs !== null
      ? ` (every ${durationWords(periodMs)}, jitter ${percentWords(jitter ?? 0)})`
      : '';
  return `${countWords(beats.length, 'session')} with ${channelWords(channel)}${rhythm} ${phaseWords([...new Set(beats.map(({ phase }) => phase))])}`;
}

/** What was approved of a channel: "every 300 s (jitter 2 %), 412 ± 9 bytes up, 11 sessions an hour outside foreground". */
export function approvedWords({ cadence, phases, asleep }: Departure['fresh']['measured']): string {
  const { structured, periodMs, jitter } = cadence;
  const sleeping = asleepPhases({ phases });
  const hours = sum(sleeping.map(({ durationMs }) => durationMs)) / 3_600_000;
  const perHour = hours > 0 ? sum(sleeping.map(({ sessions }) => sessions)) / hours : 0;
  const parts = [`${rounded(perHour, 1)} sessions an hour outside foreground`];
  if (asleep.up.median !== null) parts.unshift(`${bytesWords(asleep.up.median, asleep.up.spread)} up`);
  if (structured === true && periodMs !== null) {
    parts.unshift(`every ${durationWords(periodMs)} (jitter ${percentWords(jitter ?? 0)})`);
  }
  return parts.join(', ');
}
