// In: pushes and session starts. Out: whether sessions follow pushes more often than their own times would make them,
// with the probability under an explicit null and the lags.
import type { Source } from './context.ts';
import { bestWindow } from './coupling-windows.ts';
import { firstAnswers, quantile, type LagWindow } from './lag.ts';
import { ascending } from './numbers.ts';
import type { Session } from './sessions.ts';
import { phaseAt, type Push, type Span, type Timeline } from './timeline.ts';

/** At this probability, and with at least so many pushes answered by as many sessions, pushes count as followed. */
const SIGNIFICANT = 0.01;
const LEAST_COUPLED = 3;
export interface CouplingTest {
  /** Pushes inside the spans. */
  readonly pushes: number;
  /** Pushes with a session at a lag inside `window`. */
  readonly coupled: number;
  /** How many that would be if the pushes had come at any time near their own. */
  readonly expectedByChance: number | null;
  /** Corrected for every window tried; null without a push. */
  readonly pValue: number | null;
  /** p at most 0.01, and at least 3 pushes answered by 3 sessions. */
  readonly significant: boolean;
  /** The window of lags that speaks most against chance. */
  readonly window: LagWindow | null;
  /** 10 %, 50 % and 90 % of the lags of the coupled pushes. */
  readonly lag: { readonly lowMs: number; readonly medianMs: number; readonly highMs: number } | null;
  /** First lag inside the window of each coupled push, in the order of the pushes; negative within the skew. */
  readonly lagsMs: readonly number[];
}

/**
 * Do sessions follow pushes? Null: each push is as likely at any moment within 5 minutes of its own, inside its span,
 * whatever the rhythm of the sessions is (interval jitter: Amarasingham et al., J. Neurophysiol. 107, 2012). Three
 * statistics share the false positives: the count answered within nested windows, the count within narrow later ones,
 * and the likelihood of all lags. Each is also held against all pushes shifted together, since pushes that come in
 * bursts or on a timer are not independent; the larger p counts. Deterministic; the order of the times does not matter.
 *
 * @param spans when pushes and sessions could both happen: ascending, disjoint; pushes outside them do not count
 * @param options how far the two clocks may disagree: a session may so far precede the push that caused it
 */
export function couplingTest(
  pushesMs: readonly number[],
  sessionsMs: readonly number[],
  spans: readonly Span[],
  options: { readonly skewMs: number },
): CouplingTest {
  const sessions = ascending(sessionsMs);
  const pushes = ascending(pushesMs).filter((at) => spans.some((span) => at >= span.fromMs && at < span.toMs));
  if (pushes.length === 0) return NO_PUSHES;
  const best = bestWindow({ pushes, sessions, spans, skewMs: options.skewMs });
  const answers = firstAnswers(pushes, sessions, best.window).filter((answer) => answer !== null);
  const lagsMs = answers.map(({ lagMs }) => lagMs);
  const distinct = new Set(answers.map(({ session }) => session)).size;
  return {
    pushes: pushes.length,
    coupled: lagsMs.length,
    expectedByChance: best.chance * pushes.length,
    pValue: best.pValue,
    significant: best.pValue <= SIGNIFICANT && distinct >= LEAST_COUPLED,
    window: best.window,
    lag:
      lagsMs.length === 0
        ? null
        : { lowMs: quantile(lagsMs, 0.1)!, medianMs: quantile(lagsMs, 0.5)!, highMs: quantile(lagsMs, 0.9)! },
    lagsMs,
  };
}

const NO_PUSHES: CouplingTest = {
  pushes: 0,
  coupled: 0,
  expectedByChance: null,
  pValue: null,
  significant: false,
  window: null,
  lag: null,
  lagsMs: [],
};

export interface Coupling extends CouplingTest {
  readonly medianLagMs: number | null;
}

/**
 * The test on what one app did. Only time outside foreground counts: while the app is visible, its user causes
 * sessions too. Forced sessions are ours and answer nothing.
 *
 * @param channels among how many channels this one was picked: p is corrected for them (Bonferroni)
 */
export function couplingOf(beats: readonly Session[], timeline: Timeline, channels = 1): Coupling {
  const sessions = beats.filter((beat) => isOpen(beat, timeline));
  const pushes = delivered(timeline).filter(({ atMs }) => phaseAt(timeline, atMs) !== 'foreground');
  const test = couplingTest(
    pushes.map(({ atMs }) => atMs),
    sessions.map(({ startMs }) => startMs),
    openSpans(timeline),
    timeline,
  );
  const pValue = test.pValue === null ? null : Number(Math.min(1, test.pValue * channels).toPrecision(3));
  return {
    ...test,
    pValue,
    significant: test.significant && pValue !== null && pValue <= SIGNIFICANT,
    medianLagMs: test.lag === null ? null : Math.max(0, Math.round(test.lag.medianMs)),
  };
}

/** Phases outside foreground, without the spans in which nothing was recorded. */
function openSpans({ phases, blind, windowMs }: Timeline): readonly Span[] {
  const asleep = phases.filter(({ phase }) => phase !== 'foreground');
  return blind.reduce<readonly Span[]>(
    (open, gap) =>
      open.flatMap(({ fromMs, toMs }) =>
        [
          { fromMs, toMs: Math.min(toMs, Math.max(fromMs, gap.fromMs)) },
          { fromMs: Math.max(fromMs, Math.min(toMs, gap.toMs)), toMs },
        ].filter((span) => span.toMs > span.fromMs),
      ),
    asleep.map(({ fromMs, toMs }) => ({ fromMs, toMs: Math.min(toMs, windowMs) })).filter((s) => s.toMs > s.fromMs),
  );
}

/** Channels that have enough sessions outside foreground to be tested: p of each is corrected for their number. */
export function testable(sources: readonly Source[], timeline: Timeline): readonly Source[] {
  return sources.filter(({ traffic, beats }) => {
    return !traffic.foreign && beats.filter((beat) => isOpen(beat, timeline)).length >= LEAST_COUPLED;
  });
}

/** Natural, and outside foreground. */
function isOpen({ forced, startMs }: Session, timeline: Timeline): boolean {
  return !forced && phaseAt(timeline, startMs) !== 'foreground';
}

export function delivered(timeline: Timeline): readonly Push[] {
  return timeline.pushes.filter(({ outcome }) => outcome !== 'refused-stopped');
}
