// In: the declared functions, the role of a destination, and the beats of a channel in their states. Out: which
// licence covers each beat, and why the others do not.
import type { FunctionProfile, Licence, RoleProfile } from '../../orchestrator/contract/profile.ts';
import { differences, median, sum } from './numbers.ts';
import type { Session } from './sessions.ts';
import { PHASES, phasesAt, pushBefore, servicesAt, timeIn, type Timeline } from './timeline.ts';

/**
 * A batch may come this much earlier than licensed, since a job runs anywhere in its window (JobInfo.MIN_FLEX_MILLIS:
 * 5 minutes in 15). With few beats one early and one late run weigh more; the count over the whole time still binds.
 */
const INTERVAL_TOLERANCE = 0.8;
const FEW_BEATS = { below: 5, tolerance: 0.5 };

export interface Cover {
  /** For each beat the licence that covers it, or null. */
  readonly by: readonly (Licence | null)[];
  /** Licences whose state was met and whose bounds were not, with the reason in words. */
  readonly refused: readonly { readonly licence: Licence; readonly why: string }[];
}

/** Licences that could apply to a destination of this role, those without bounds first. */
export function licencesFor(functions: readonly FunctionProfile[], role: RoleProfile | null): readonly Licence[] {
  const own = functions.flatMap((one) => one.licences).filter((licence) => fitsRole(licence, role));
  const embedded = role?.always === true || functions.some((one) => !one.adds && one.sdkInBackground === true);
  const all = embedded && role ? [...own, ...(role.licences ?? [])] : own;
  return [...all.filter((licence) => !isBounded(licence)), ...all.filter(isBounded)];
}

/**
 * Walks through the licences; each covers what those before it left, as a whole or not at all. Forced beats are ours:
 * they need no licence and use none up.
 */
export function coverBeats(
  beats: readonly Session[],
  licences: readonly Licence[],
  timeline: Timeline,
  mayUse: (licence: Licence) => boolean,
): Cover {
  const by = new Array<Licence | null>(beats.length).fill(null);
  const refused: { licence: Licence; why: string }[] = [];
  for (const licence of licences) {
    const open = beats.flatMap((beat, i) => {
      return !beat.forced && by[i] === null && holds(licence, beat.startMs, timeline) ? [i] : [];
    });
    if (open.length === 0) continue;
    const why = mayUse(licence)
      ? refusal(
          licence,
          open.map((i) => beats[i]!),
          timeline,
        )
      : tooManyDestinations(licence);
    if (why === null) for (const i of open) by[i] = licence;
    else refused.push({ licence, why });
  }
  return { by, refused };
}

/** True where the state that a licence is tied to holds at a moment. */
export function holds({ state }: Licence, atMs: number, timeline: Timeline): boolean {
  switch (state.when) {
    case 'always':
      return true;
    case 'phase':
      return phasesAt(timeline, atMs).some((phase) => phase !== 'unknown' && state.phases.includes(phase));
    case 'foreground-service':
      return servicesAt(timeline, atMs).some((type) => state.types.includes(type));
    case 'after-push':
      return pushBefore(timeline, atMs, state.withinSeconds * 1000) !== null;
  }
}

export function isBounded(licence: Licence): boolean {
  const { minIntervalSeconds, maxSessionsPerHour, maxDestinations } = licence;
  return minIntervalSeconds !== undefined || maxSessionsPerHour !== undefined || maxDestinations !== undefined;
}

function fitsRole(licence: Licence, role: RoleProfile | null): boolean {
  return licence.roles === undefined || (role !== null && licence.roles.includes(role.role));
}

function tooManyDestinations({ maxDestinations }: Licence): string {
  if (maxDestinations === undefined) return 'other destinations use up its rate three times over';
  return maxDestinations === 1
    ? 'it covers one destination, and another uses it'
    : `it covers ${maxDestinations} destinations`;
}

/** The most sessions that the rate of a licence allows in the time observed; null where it has no rate. */
export function mostSessions(licence: Licence, timeline: Timeline): number | null {
  const most = Math.min(mostByHour(licence, timeline), mostByInterval(licence, timeline));
  return most === Infinity ? null : most;
}

function mostByHour(licence: Licence, timeline: Timeline): number {
  const perHour = licence.maxSessionsPerHour;
  return perHour === undefined ? Infinity : Math.max(1, Math.ceil((perHour * timeOf(licence, timeline)) / 3_600_000));
}

function mostByInterval(licence: Licence, timeline: Timeline): number {
  const least = licence.minIntervalSeconds ?? 0;
  return least === 0 ? Infinity : 1 + Math.round(timeOf(licence, timeline) / (1000 * INTERVAL_TOLERANCE * least));
}

function timeOf({ state }: Licence, timeline: Timeline): number {
  return timeIn(timeline, state.when === 'phase' ? state.phases : PHASES);
}

/** Why the bounds of a licence are not kept by these beats, or null where they are. */
export function refusal(licence: Licence, beats: readonly Session[], timeline: Timeline): string | null {
  if (beats.length > mostByHour(licence, timeline)) {
    return `${beats.length} sessions are more than ${licence.maxSessionsPerHour} an hour`;
  }
  const least = licence.minIntervalSeconds;
  if (least !== undefined) {
    const gaps = differences(beats.map(({ startMs }) => startMs / 1000));
    const middle = gaps.length >= 2 ? median(gaps)! : Infinity;
    const tolerance = beats.length < FEW_BEATS.below ? FEW_BEATS.tolerance : INTERVAL_TOLERANCE;
    if (middle < tolerance * least) {
      return `an interval of ${Math.round(middle)} s is shorter than ${least} s`;
    }
    if (beats.length > mostByInterval(licence, timeline)) {
      return `${beats.length} sessions are more than one every ${least} s`;
    }
  }
  return connectionRefusal(licence, beats) ?? sizeRefusal(licence, beats);
}

/** A socket that is kept open carries many sessions; it may be lost and opened again now and then. */
const SESSIONS_A_SOCKET = 3;

function connectionRefusal({ keptOpen }: Licence, beats: readonly Session[]): string | null {
  if (keptOpen !== true) return null;
  const known = beats.flatMap(({ connection }) => (connection === null ? [] : [connection]));
  const opened = new Set(known).size;
  if (opened <= Math.max(1, Math.ceil(known.length / SESSIONS_A_SOCKET))) return null;
  return `it opens ${opened} connections for ${known.length} sessions, where a socket is kept open`;
}

function sizeRefusal(licence: Licence, beats: readonly Session[]): string | null {
  const up = sum(beats.map(({ upBytes }) => upBytes));
  const down = sum(beats.map(({ downBytes }) => downBytes));
  const ratio = licence.maxUpDownRatio;
  // Without a byte in either direction nothing is known of sizes: an attempt, or an import without them.
  if (ratio !== undefined && up + down > 0 && up > ratio * down) {
    return `it sends ${up} bytes for ${down} received, more than ${ratio} to 1`;
  }
  const most = licence.maxUpBytesPerSession;
  const largest = beats.reduce((bytes, beat) => Math.max(bytes, beat.upBytes), 0);
  if (most !== undefined && largest > most) return `a session sends ${largest} bytes, more than ${most}`;
  return null;
}
