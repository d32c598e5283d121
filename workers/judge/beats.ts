// In: starts of one series, with ends and sizes where they are known. Out: its beats at one merging gap.
import { speechMs } from './sessions.ts';

/** Starts in microseconds since the first, ascending, so that the same series at another time gives the same bits. */
export interface Raw {
  readonly startUs: Float64Array;
  /** Absent where only starts are known. */
  readonly endUs?: Float64Array;
  readonly upBytes?: ArrayLike<number>;
  readonly downBytes?: ArrayLike<number>;
}

export interface Beats {
  readonly gapSeconds: number;
  /** Seconds since the first, ascending. */
  readonly starts: Float64Array;
  readonly intervals: Float64Array;
  readonly upBytes: Float64Array;
  readonly downBytes: Float64Array;
  /** Seconds inside sessions. */
  readonly busySeconds: number;
}

/**
 * Joins what begins less than the gap after what came before had spoken (see `speechMs`: a connection that stays open
 * swallows nothing); a beat is where the joined session begins.
 */
export function mergeBeats({ startUs, endUs, upBytes, downBytes }: Raw, gapSeconds: number): Beats {
  const gapUs = gapSeconds * 1e6;
  const most = startUs.length;
  const starts = new Float64Array(most);
  const up = new Float64Array(most);
  const down = new Float64Array(most);
  let count = 0;
  let busyUs = 0;
  let busyUntilUs = -Infinity;
  let spokenUntilUs = -Infinity;
  for (let i = 0; i < most; i++) {
    const start = startUs[i]!;
    const end = endUs ? Math.max(start, endUs[i]!) : start;
    const joined = count > 0 && start - spokenUntilUs < gapUs;
    if (!joined) {
      starts[count] = start / 1e6;
      count += 1;
    }
    // The pause within a session counts as busy, time in which two are open counts once.
    busyUs += Math.max(0, end - (joined ? busyUntilUs : Math.max(start, busyUntilUs)));
    busyUntilUs = Math.max(busyUntilUs, end);
    const bytes = (upBytes?.[i] ?? 0) + (downBytes?.[i] ?? 0);
    const spokenUs = end > start ? 1000 * speechMs((end - start) / 1000, bytes, gapSeconds * 1000) : 0;
    spokenUntilUs = Math.max(spokenUntilUs, start + spokenUs);
    if (upBytes) up[count - 1]! += upBytes[i]!;
    if (downBytes) down[count - 1]! += downBytes[i]!;
  }
  const intervals = new Float64Array(Math.max(0, count - 1));
  for (let i = 1; i < count; i++) intervals[i - 1] = starts[i]! - starts[i - 1]!;
  return {
    gapSeconds,
    starts: starts.subarray(0, count),
    intervals,
    upBytes: up.subarray(0, count),
    downBytes: down.subarray(0, count),
    busySeconds: busyUs / 1e6,
  };
}

/** The same series at each merging gap worth a look. */
export interface Views {
  /** The gap that decides whether there are enough beats comes first; the others only where they differ from it. */
  readonly views: readonly Beats[];
  /** At the idle gap itself, which counts the sessions of a series that has too few beats. */
  readonly coarse: Beats;
  readonly resolution: number;
}

/** The merging gap that is tried first, as a share of the idle gap. */
const FINE = 1 / 3;
/** The finest, in which two interleaved rhythms stay apart. */
const FINEST = 1 / 12;

export function viewsOf(raw: Raw, idleSeconds: number, minimumBeats: number): Views {
  const fine = mergeBeats(raw, idleSeconds * FINE);
  const coarse = mergeBeats(raw, idleSeconds);
  const count = fine.starts.length;
  const enough = count >= minimumBeats;
  const others = enough ? [coarse, mergeBeats(raw, idleSeconds * FINEST)] : [];
  const different = others.filter(({ starts }) => starts.length >= minimumBeats && starts.length !== count);
  return { views: [fine, ...different], coarse, resolution: resolutionOf(raw) };
}

/** Coarsest clock, in seconds, that all times keep to: a log in whole seconds makes coincidences that mean nothing. */
function resolutionOf({ startUs }: Raw): number {
  for (const seconds of [60, 1, 0.1, 0.01]) {
    const step = seconds * 1e6;
    let keeps = true;
    for (let i = 0; i < startUs.length && keeps; i++) keeps = startUs[i]! % step === 0;
    if (keeps) return seconds;
  }
  return 0;
}
