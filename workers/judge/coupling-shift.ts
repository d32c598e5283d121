// In: pushes, and the spans in which they and the sessions could happen. Out: the same pushes shifted together around
// those spans, and what chance does to their count under all such shifts.
import { coveredAt, type Cover } from './lag.ts';
import type { Span } from './timeline.ts';

/** At least so many shifts, eight to a window's width, and no more than make so many look-ups in all. */
const LEAST_SHIFTS = 610;
const MOST_LOOK_UPS = 4_000_000;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Shares of the whole by which to shift, by the golden ratio: spread evenly, and in step with no period. */
export function shiftShares(count: number, lengthMs: number, leastMs: number): number[] {
  const shares: number[] = [];
  for (let i = 1; i <= count; i++) {
    const share = (i * GOLDEN) % 1;
    if (Math.min(share, 1 - share) * lengthMs > leastMs) shares.push(share);
  }
  return shares;
}

/** The pushes moved on by a share of the time in all spans; what leaves at the end comes in at the beginning. */
export function shifted(pushesMs: readonly number[], spans: readonly Span[], share: number): Float64Array {
  const lengthMs = lengthOf(spans);
  return Float64Array.from(pushesMs, (push) =>
    momentAt((positionOf(push, spans) + share * lengthMs) % lengthMs, spans),
  ).sort();
}

export function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((ms, { fromMs, toMs }) => ms + toMs - fromMs, 0);
}

/**
 * Correlation between pushes of being answered by chance, from the variance of the count over circular shifts of all
 * pushes together: bursts of pushes and rhythms that beat with the sessions' raise it above the binomial's. Shifts
 * follow the golden ratio, so that no period is missed; those shorter than the window's width are left out, since a
 * true coupling lasts as long.
 */
export function shiftCorrelation(
  pushesMs: readonly number[],
  cover: Cover,
  spans: readonly Span[],
  widthMs: number,
): number {
  const m = pushesMs.length;
  const lengthMs = lengthOf(spans);
  if (m < 2 || lengthMs <= 4 * widthMs) return 0;
  const bins = Math.min(1 << 20, Math.max(4096, Math.ceil((8 * lengthMs) / widthMs)));
  const covered = coveredBins(cover, spans, lengthMs, bins);
  const positions = pushesMs.map((push) => positionOf(push, spans) / lengthMs);
  const most = Math.max(LEAST_SHIFTS, Math.floor(MOST_LOOK_UPS / m));
  const shares = shiftShares(
    Math.min(most, Math.max(LEAST_SHIFTS, Math.ceil((8 * lengthMs) / widthMs))),
    lengthMs,
    widthMs,
  );
  let [sum, squares] = [0, 0];
  for (const share of shares) {
    let answered = 0;
    for (const position of positions) {
      const moved = position + share;
      answered += covered[Math.floor((moved >= 1 ? moved - 1 : moved) * bins)] ?? 0;
    }
    sum += answered;
    squares += answered * answered;
  }
  const count = shares.length;
  const mean = sum / count;
  const binomial = mean * (1 - mean / m);
  if (binomial <= 0) return 0;
  return Math.min(1, Math.max(0, ((squares / count - mean * mean) / binomial - 1) / (m - 1)));
}

function coveredBins(cover: Cover, spans: readonly Span[], lengthMs: number, bins: number): Uint8Array {
  const moments = new Array<number>(bins);
  let span = 0;
  let before = 0;
  for (let i = 0; i < bins; i++) {
    const position = ((i + 0.5) / bins) * lengthMs;
    while (span < spans.length - 1 && position >= before + spans[span]!.toMs - spans[span]!.fromMs) {
      before += spans[span]!.toMs - spans[span]!.fromMs;
      span++;
    }
    moments[i] = spans[span]!.fromMs + position - before;
  }
  return coveredAt(cover, moments);
}

/** Time spent inside the spans until a moment. */
export function positionOf(momentMs: number, spans: readonly Span[]): number {
  let before = 0;
  for (const { fromMs, toMs } of spans) {
    if (momentMs < toMs) return before + Math.max(0, momentMs - fromMs);
    before += toMs - fromMs;
  }
  return before;
}

/** The moment at which so much time inside the spans has passed. */
export function momentAt(positionMs: number, spans: readonly Span[]): number {
  let before = 0;
  for (const { fromMs, toMs } of spans) {
    if (positionMs < before + toMs - fromMs) return fromMs + positionMs - before;
    before += toMs - fromMs;
  }
  return spans.at(-1)!.toMs;
}
