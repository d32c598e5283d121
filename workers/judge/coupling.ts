// In: pushes and session starts. Out: whether sessions follow pushes more often than their own times would make them,
// with the probability under an explicit null and the lags.
import type { Report } from '../../orchestrator/contract/report.ts';
import type { Context } from './context.ts';
import { bestWindow } from './coupling-windows.ts';
import { firstAnswers, quantile, type LagWindow } from './lag.ts';
import { ascending } from './numbers.ts';
import type { Session } from './sessions.ts';
import { phaseAt, type Push, type Span, type Timeline } from './timeline.ts';
import { chanceWords, countWords, durationWords } from './words.ts';

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
 * Do sessions follow pushes? Null: a push is as likely at any moment within 5 minutes of its own, inside its span.
 * Then the chance of an answer within a window is the share of those moments that have a session at such a lag, and
 * the count answered is at most as spread as Binomial(m, mean share) (Hoeffding, Ann. Math. Stat. 27, 1956): whatever
 * the sessions' own rhythm is. Pushes that hang together are met by a beta-binomial with the correlation that all
 * circular shifts of the pushes show; the larger p counts.
 *
 * @param spans when pushes and sessions could both happen: ascending, disjoint; pushes outside them do not count
 */
export function couplingTest(
  pushesMs: readonly number[],
  sessionsMs: readonly number[],
  spans: readonly Span[],
  { skewMs }: { readonly skewMs: number },
): CouplingTest {
  const sessions = ascending(sessionsMs);
  const pushes = ascending(pushesMs).filter((at) => spans.some((span) => at >= span.fromMs && at < span.toMs));
  if (pushes.length === 0) return NO_PUSHES;
  const best = bestWindow({ pushes, sessions, spans, skewMs }, SIGNIFICANT);
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
  const sessions = beats.filter((beat) => !beat.forced && phaseAt(timeline, beat.startMs) !== 'foreground');
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

/** The coupling of all the app's sessions, as the report shows it. */
export function pushCoupling(context: Context): Report['pushCoupling'] {
  const { timeline } = context;
  const own = context.sources.filter(({ traffic }) => !traffic.foreign);
  const beats = own.flatMap(({ beats }) => beats).sort((a, b) => a.startMs - b.startMs);
  const coupling = couplingOf(beats, timeline);
  return {
    mode: modeOf(context),
    pushes: timeline.pushes.map(({ atMs, messageId, priority }) => ({ atMs, messageId, priority })),
    coupled: coupling.coupled,
    pValue: coupling.pValue,
    medianLagMs: coupling.medianLagMs,
    sentence: sentenceOf(coupling, timeline),
  };
}

export function delivered(timeline: Timeline): readonly Push[] {
  return timeline.pushes.filter(({ outcome }) => outcome !== 'refused-stopped');
}

function modeOf({ timeline, simulated }: Context): Report['pushCoupling']['mode'] {
  if (timeline.pushesUnavailable) return 'unavailable';
  if (timeline.pushes.length === 0) return 'none';
  if (timeline.pushes.some(({ source }) => source !== undefined && /inject|console/i.test(source))) return 'injected';
  return simulated ? 'simulated' : 'real';
}

function sentenceOf(coupling: Coupling, timeline: Timeline): string {
  if (timeline.pushesUnavailable) return 'Pushes could not be observed, so nothing can be said of what follows them.';
  if (timeline.pushes.length === 0) return 'No push was delivered to the app.';
  if (coupling.pushes === 0) return 'Pushes arrived in foreground only, where sessions have other causes too.';
  const count = `${coupling.coupled} of ${countWords(coupling.pushes, 'push', 'pushes')} outside foreground were followed by a session`;
  const lag = coupling.medianLagMs === null ? '' : ` after ${durationWords(coupling.medianLagMs)} (median)`;
  const chance = coupling.significant ? 'chance does not explain that' : 'chance may explain that';
  return `${count}${lag}; ${chance} (${chanceWords(coupling.pValue)}).`;
}
