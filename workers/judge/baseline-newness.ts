// In: a channel of a new version, and what the approved version was seen to do. Out: the channel, or its sessions in
// a phase, as something that the approved version never did; a habit only where that version can hardly have missed it.
import type { ApprovedChannel, Baseline } from '../../orchestrator/contract/baseline.ts';
import type { Destination } from '../../orchestrator/contract/capture.ts';
import type { ObservedPhase } from '../../orchestrator/contract/report.ts';
import { naturalBeats } from './baseline.ts';
import { asleepPhases, counted, type Departure, type Fresh } from './baseline-departure.ts';
import { keyOf } from './baseline-match.ts';
import { sum } from './numbers.ts';

/** Most chance that the approved run missed by accident what is called a habit of the new one. */
const MISSED_BY_CHANCE = 0.05;

/** @param strangers its hosts that were not approved, where others of them were; else null */
export function newChannel(
  fresh: Fresh,
  strangers: readonly Destination[] | null,
  phases: Baseline['phases'],
  minimumBeats: number,
): Departure {
  const keys = strangers && new Set(strangers.map(keyOf));
  const sessions = naturalBeats(fresh.channel).filter(({ phase, destination }) => {
    return phase !== 'foreground' && (keys === null || (destination !== undefined && keys.has(keyOf(destination))));
  });
  const nowMs = sum(asleepPhases(fresh.measured).map(({ durationMs }) => durationMs));
  const thenMs = sum(phases.filter(({ phase }) => phase !== 'foreground').map(({ durationMs }) => durationMs));
  const decides = isHabit(sessions.length / fresh.measured.dispersion, nowMs, thenMs, minimumBeats);
  const watchedMs = sum(phases.map((one) => one.durationMs));
  return { kind: 'new-channel', fresh, strangers, decides, pValue: null, watchedMs };
}

/** Sessions in phases in which the approved version was watched and had none: all such phases together. */
export function newPhases(
  fresh: Fresh,
  then: ApprovedChannel,
  watched: (phase: ObservedPhase) => number,
  minimumBeats: number,
): Departure[] {
  const silent = asleepPhases(fresh.measured).filter(({ phase }) => {
    return watched(phase) > 0 && (then.phases.find((one) => one.phase === phase)?.sessions ?? 0) === 0;
  });
  const sessions = sum(silent.map((use) => counted(use, then)));
  const watchedMs = sum(silent.map(({ phase }) => watched(phase)));
  const nowMs = sum(silent.map(({ durationMs }) => durationMs));
  const dispersion = Math.max(then.dispersion, fresh.measured.dispersion);
  if (!isHabit(sessions / dispersion, nowMs, watchedMs, minimumBeats)) return [];
  const phases = silent.filter((use) => counted(use, then) > 0).map(({ phase }) => phase);
  return [{ kind: 'new-phase', fresh, decides: true, pValue: null, phases, sessions, watchedMs }];
}

/**
 * So many sessions that a run of `thenMs` would hardly have missed them all: share of the time to the power of their
 * number. With equal times at most 1 % of unchanged channels, whatever their rate, have none first and then five.
 */
function isHabit(sessions: number, nowMs: number, thenMs: number, minimumBeats: number): boolean {
  return sessions >= minimumBeats && thenMs > 0 && (nowMs / (nowMs + thenMs)) ** sessions <= MISSED_BY_CHANCE;
}
