// In: the destinations of an app, the licences and the timeline. Out: which destinations may use a licence, where it
// covers only so many of them, or so many sessions over all of them.
import type { FunctionProfile, Licence } from '../../orchestrator/contract/profile.ts';
import type { Source } from './context.ts';
import { coverBeats, holds, isBounded, licencesFor, mostSessions, refusal } from './licence.ts';
import { ascending } from './numbers.ts';
import type { Session } from './sessions.ts';
import { ASLEEP, type Timeline } from './timeline.ts';

export type MayUse = (licence: Licence, key: string) => boolean;

/**
 * What an app does at several destinations within this time, it does once: one job synchronises all accounts.
 */
const ONE_WAKE_UP_MS = 60_000;

/**
 * The rate of a licence is that of one schedule. An app may have a few that are independent of each other (three
 * accounts, a calendar beside the mail), so all destinations together may have three times the rate, and no more:
 * without a bound an app that spreads over n hosts would have n times.
 */
const SCHEDULES = 3;

/**
 * A licence with a bound over destinations goes to those that keep its other bounds, and among them to those with the
 * most beats that nothing else covers.
 */
export function shareLicences(
  sources: readonly Source[],
  functions: readonly FunctionProfile[],
  timeline: Timeline,
): MayUse {
  const chosen = new Map<Licence, ReadonlySet<string>>();
  const offered = sources
    .filter(({ traffic }) => !traffic.foreign)
    .map((source) => ({ source, licences: licencesFor(functions, source.role) }))
    .filter(({ licences }) => licences.some(isShared))
    .map(({ source, licences }) => ({ key: source.traffic.key, licences, open: openBeats(source, licences, timeline) }))
    .filter(({ open }) => open.length > 0);
  for (const licence of new Set(offered.flatMap(({ licences }) => licences.filter(isShared)))) {
    const ranked = offered
      .filter(({ licences }) => licences.includes(licence))
      .map(({ key, open }) => rankedOf(key, open, licence, timeline))
      .filter(({ starts }) => starts.length > 0)
      .sort((a, b) => Number(b.fits) - Number(a.fits) || b.starts.length - a.starts.length || (a.key < b.key ? -1 : 1));
    chosen.set(licence, chosenOf(ranked, licence, timeline));
  }
  return (licence, key) => chosen.get(licence)?.has(key) ?? true;
}

interface Ranked {
  readonly key: string;
  readonly starts: readonly number[];
  /** True where it keeps the licence's other bounds. */
  readonly fits: boolean;
}

function rankedOf(key: string, open: readonly Session[], licence: Licence, timeline: Timeline): Ranked {
  const beats = open.filter(({ startMs }) => holds(licence, startMs, timeline));
  return { key, starts: beats.map(({ startMs }) => startMs), fits: refusal(licence, beats, timeline) === null };
}

function chosenOf(ranked: readonly Ranked[], licence: Licence, timeline: Timeline): ReadonlySet<string> {
  const chosen = new Set<string>();
  const most = mostSessions(licence, timeline);
  let starts: readonly number[] = [];
  for (const one of ranked) {
    if (licence.maxDestinations !== undefined && chosen.size >= licence.maxDestinations) break;
    const together = wakeUps(ascending([...starts, ...one.starts]));
    // The first is held to the licence itself, elsewhere.
    if (chosen.size > 0 && most !== null && together.length > SCHEDULES * most) continue;
    chosen.add(one.key);
    starts = together;
  }
  return chosen;
}

/** When something began, where what follows within a minute belongs to it. Ascending instants in milliseconds. */
export function wakeUps(startsMs: readonly number[]): readonly number[] {
  const times: number[] = [];
  for (const atMs of startsMs) {
    if (times.length === 0 || atMs - times.at(-1)! >= ONE_WAKE_UP_MS) times.push(atMs);
  }
  return times;
}

/** Only what holds outside foreground: while the app is visible, a person decides how many hosts it needs. */
function isShared({ state, maxDestinations, minIntervalSeconds, maxSessionsPerHour }: Licence): boolean {
  if (maxDestinations !== undefined) return true;
  const rated = minIntervalSeconds !== undefined || maxSessionsPerHour !== undefined;
  return rated && state.when === 'phase' && state.phases.every((phase) => ASLEEP.includes(phase));
}

/** Natural beats that no licence without bounds covers. */
function openBeats({ beats }: Source, licences: readonly Licence[], timeline: Timeline): readonly Session[] {
  const free = licences.filter((one) => !isBounded(one));
  const { by } = coverBeats(beats, free, timeline, () => true);
  return beats.filter((beat, i) => !beat.forced && by[i] === null);
}
