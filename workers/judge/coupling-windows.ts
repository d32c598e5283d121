// In: pushes, sessions and the windows of lags to try. Out: the window that speaks most against chance, with its
// probability corrected for all that were tried.
import { likelihoodProbability } from './coupling-likelihood.ts';
import { betaBinomialTail, leastTailProbability } from './coupling-null.ts';
import { looksPlain } from './coupling-plain.ts';
import { shiftCorrelation } from './coupling-shift.ts';
import { countCovered, coverOf, meanShare, type LagWindow } from './lag.ts';
import { binomialTail } from './numbers.ts';
import type { Span } from './timeline.ts';

/** Longest delay of a fetch that a push caused, and the nested windows below it; the clocks' skew is added. */
const LONGEST_LAG_MS = 60_000;
const NESTED_MS = [1_000, 2_000, 3_000, 5_000, 8_000, 12_000, 18_000, 27_000, 40_000];
/** Widths of windows that begin later, at every half of their width: an answer that always takes its time. */
const DELAYED_WIDTHS_MS = [1_000, 2_000, 4_000, 8_000];
/** Shares of the false positives granted to each way of looking (weighted Bonferroni). */
const NESTED_SHARE = 0.075;
const DELAYED_SHARE = 0.075;
const LIKELIHOOD_SHARE = 0.85;
/** With fewer pushes answered none of the ways of looking finds a coupling, and the first one says enough. */
const LEAST_ANSWERED = 3;
/** Below this the nested windows have decided, and nothing else is tried. */
const DECIDED = 0.0005;
/** An independent push could as well have come anywhere so long before and after, within its span. */
const NEIGHBOURHOOD_MS = 300_000;

export interface Trial {
  readonly pushes: readonly number[];
  readonly sessions: readonly number[];
  readonly spans: readonly Span[];
  readonly skewMs: number;
}

export interface Outcome {
  readonly window: LagWindow;
  /** Of an independent push being answered within the window. */
  readonly chance: number;
  readonly pValue: number;
}

/**
 * Nested windows, delayed windows and the likelihood of all lags, each with its share of the false positives; where
 * pushes and sessions both look like independent events at one rate, the likelihood alone. The window is that
 * which speaks most against chance, also where the likelihood gives the probability.
 */
export function bestWindow(given: Trial): Outcome {
  const trial = { ...given, near: given.pushes.map((at) => neighbourhood(at, given.spans)) };
  const { best: nested, answered } = nestedTrial(trial);
  if (nested.pValue <= DECIDED || answered < LEAST_ANSWERED) return nested;
  const delayed = delayedTrial(trial);
  const best = delayed && delayed.pValue < nested.pValue ? delayed : nested;
  const plain = looksPlain(given.pushes, given.spans) && looksPlain(given.sessions, given.spans);
  const likelihood = likelihoodProbability({ ...trial, longestLagMs: LONGEST_LAG_MS }, plain);
  if (plain && likelihood !== null) return { ...best, pValue: likelihood };
  return { ...best, pValue: Math.min(best.pValue, (likelihood ?? 1) / LIKELIHOOD_SHARE) };
}

interface PlacedTrial extends Trial {
  /** For each push the stretch in which it could as well have come. */
  readonly near: readonly Span[];
}

/**
 * Windows from the push on, each holding those before it; corrected exactly for trying them all. `answered` is what the
 * widest one counts: pushes with a session at any of the lags that are tried.
 */
function nestedTrial(trial: PlacedTrial): { best: Outcome; answered: number } {
  const { skewMs } = trial;
  const ends = [...NESTED_MS, LONGEST_LAG_MS + skewMs];
  let answered = 0;
  const outcomes = ends.map((toMs): Outcome => {
    const window = { fromMs: -skewMs, toMs };
    const cover = coverOf(trial.sessions, window);
    answered = countCovered(cover, trial.pushes);
    return outcomeOf(trial, window, answered, meanShare(cover, trial.near));
  });
  const chances = outcomes.map(({ chance }) => chance);
  const best = outcomes.reduce((a, b) => (b.pValue < a.pValue ? b : a));
  const corrected = leastTailProbability(best.pValue, trial.pushes.length, chances);
  return { best: { ...best, pValue: Math.min(1, corrected / NESTED_SHARE) }, answered };
}

/** Narrow windows that begin later; corrected by their number (Bonferroni). */
function delayedTrial(trial: PlacedTrial): Outcome | null {
  const { pushes, sessions, near, skewMs } = trial;
  let best: { window: LagWindow; chance: number; coupled: number; tail: number } | null = null;
  let tried = 0;
  for (const width of DELAYED_WIDTHS_MS) {
    const cover = coverOf(sessions, { fromMs: 0, toMs: width });
    // Only a count above what is usual can speak against chance; and one or two prove nothing.
    const usual = Math.max(2, pushes.length * meanShare(cover, near));
    for (let from = width / 2 - skewMs; from + width <= LONGEST_LAG_MS + skewMs; from += width / 2) {
      tried++;
      const coupled = countCovered(cover, pushes, from);
      if (coupled <= usual) continue;
      const chance = meanShare(cover, near, from);
      const tail = binomialTail(coupled, pushes.length, chance);
      if (!best || tail < best.tail) best = { window: { fromMs: from, toMs: from + width }, chance, coupled, tail };
    }
  }
  if (!best) return null;
  const { pValue, window, chance } = outcomeOf(trial, best.window, best.coupled, best.chance);
  return { window, chance, pValue: Math.min(1, (pValue * tried) / DELAYED_SHARE) };
}

/** The larger of the two tails: independent pushes, and pushes as correlated as all their shifts show. */
function outcomeOf({ pushes, sessions, spans }: Trial, window: LagWindow, coupled: number, chance: number): Outcome {
  const m = pushes.length;
  const independent = binomialTail(coupled, m, chance);
  if (independent > 0.1) return { window, chance, pValue: independent };
  const rho = shiftCorrelation(pushes, coverOf(sessions, window), spans, window.toMs - window.fromMs);
  return { window, chance, pValue: Math.max(independent, betaBinomialTail(coupled, m, chance, rho)) };
}

/** Ten minutes around a moment, moved inside its span; all of a shorter span. */
export function neighbourhood(atMs: number, spans: readonly Span[]): Span {
  const span = spans.find(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs)!;
  const from = Math.max(span.fromMs, Math.min(atMs - NEIGHBOURHOOD_MS, span.toMs - 2 * NEIGHBOURHOOD_MS));
  return { fromMs: from, toMs: Math.min(span.toMs, from + 2 * NEIGHBOURHOOD_MS) };
}
