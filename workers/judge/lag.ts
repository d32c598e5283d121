// In: pushes, session starts and a window of lags. Out: at which moments a push would find a session at such a lag,
// and how much of any stretch of time those moments fill.
import { ascending } from './numbers.ts';
import type { Span } from './timeline.ts';

/** Lags from a push to a session that count as an answer to it, both ends included. */
export interface LagWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Moments at which a push would be answered, as disjoint ascending spans, with their lengths added up. */
export interface Cover {
  readonly fromMs: Float64Array;
  readonly toMs: Float64Array;
  /** Covered milliseconds before each span. */
  readonly beforeMs: Float64Array;
}

/** A push at x is answered where a session lies in [x + from, x + to]: the union of [s - to, s - from] over sessions. */
export function coverOf(sessionsMs: readonly number[], window: LagWindow): Cover {
  const fromMs = new Float64Array(sessionsMs.length);
  const toMs = new Float64Array(sessionsMs.length);
  const beforeMs = new Float64Array(sessionsMs.length);
  let count = 0;
  for (const session of sessionsMs) {
    const from = session - window.toMs;
    const to = session - window.fromMs;
    if (count > 0 && from <= toMs[count - 1]!) {
      toMs[count - 1] = to;
      continue;
    }
    fromMs[count] = from;
    toMs[count] = to;
    beforeMs[count] = count === 0 ? 0 : beforeMs[count - 1]! + toMs[count - 1]! - fromMs[count - 1]!;
    count++;
  }
  return { fromMs: fromMs.subarray(0, count), toMs: toMs.subarray(0, count), beforeMs: beforeMs.subarray(0, count) };
}

/** Whether each moment is covered. Moments ascend; one sweep over both. `shiftMs` is added to each moment first. */
export function coveredAt(cover: Cover, momentsMs: readonly number[], shiftMs = 0): Uint8Array {
  const covered = new Uint8Array(momentsMs.length);
  let at = 0;
  for (let i = 0; i < momentsMs.length; i++) {
    const moment = momentsMs[i]! + shiftMs;
    while (at < cover.toMs.length && cover.toMs[at]! < moment) at++;
    if (at < cover.toMs.length && cover.fromMs[at]! <= moment) covered[i] = 1;
  }
  return covered;
}

/** How many of the moments are covered. */
export function countCovered(cover: Cover, momentsMs: readonly number[], shiftMs = 0): number {
  let count = 0;
  for (const covered of coveredAt(cover, momentsMs, shiftMs)) count += covered;
  return count;
}

/** Mean over the spans of the share of each that is covered. Both ends of the spans ascend. */
export function meanShare(cover: Cover, spans: readonly Span[], shiftMs = 0): number {
  const from = { at: 0 };
  const to = { at: 0 };
  let total = 0;
  for (const span of spans) {
    const length = span.toMs - span.fromMs;
    if (length <= 0) continue;
    total +=
      (coveredBefore(cover, span.toMs + shiftMs, to) - coveredBefore(cover, span.fromMs + shiftMs, from)) / length;
  }
  return spans.length === 0 ? 0 : Math.min(1, total / spans.length);
}

function coveredBefore(cover: Cover, momentMs: number, cursor: { at: number }): number {
  const { fromMs, toMs, beforeMs } = cover;
  while (cursor.at < toMs.length && toMs[cursor.at]! < momentMs) cursor.at++;
  const last = toMs.length - 1;
  if (cursor.at > last) return last < 0 ? 0 : beforeMs[last]! + toMs[last]! - fromMs[last]!;
  return beforeMs[cursor.at]! + Math.max(0, momentMs - fromMs[cursor.at]!);
}

/** For each push the first session at a lag inside the window, as that lag and the session's index; null for none. */
export function firstAnswers(
  pushesMs: readonly number[],
  sessionsMs: readonly number[],
  window: LagWindow,
): readonly ({ readonly lagMs: number; readonly session: number } | null)[] {
  let next = 0;
  return pushesMs.map((push) => {
    while (next < sessionsMs.length && sessionsMs[next]! < push + window.fromMs) next++;
    const session = sessionsMs[next];
    return session !== undefined && session <= push + window.toMs ? { lagMs: session - push, session: next } : null;
  });
}

/** The value below which a share of the values lies, linear between neighbours (type 7 of Hyndman and Fan, 1996). */
export function quantile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = ascending(values);
  const position = share * (sorted.length - 1);
  const low = Math.floor(position);
  const high = sorted[Math.min(low + 1, sorted.length - 1)]!;
  return sorted[low]! + (position - low) * (high - sorted[low]!);
}
