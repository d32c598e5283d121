// In: pushes and session starts. Out: whether sessions follow pushes more often than their own rate would make them,
// with the exact binomial probability and the lag.
import type { Report } from '../../orchestrator/contract/report.ts';
import type { Context } from './context.ts';
import { binomialTail, median } from './numbers.ts';
import type { Session } from './sessions.ts';
import { ASLEEP, phaseAt, timeIn, type Push, type Timeline } from './timeline.ts';
import { chanceWords, countWords, durationWords } from './words.ts';

/** A fetch that a push causes begins within this time; the clocks' disagreement is added on both sides. */
const FETCH_WITHIN_MS = 15_000;
/** At this probability, and with at least so many couplings, pushes count as followed by sessions. */
const SIGNIFICANT = 0.01;
const LEAST_COUPLED = 3;

export interface Coupling {
  readonly pushes: number;
  readonly coupled: number;
  readonly pValue: number | null;
  readonly medianLagMs: number | null;
  readonly significant: boolean;
}

/**
 * k of m pushes followed within w, against Binomial(m, 1 - exp(-lambda w)); lambda is the rate of sessions outside
 * the windows (half a session added, so that it is never 0). Only pushes outside foreground count: while the app is
 * visible, its user causes sessions too.
 */
export function couplingOf(beats: readonly Session[], timeline: Timeline): Coupling {
  const pushes = delivered(timeline).filter(({ atMs }) => phaseAt(timeline, atMs) !== 'foreground');
  const starts = beats
    .filter((beat) => !beat.forced && phaseAt(timeline, beat.startMs) !== 'foreground')
    .map(({ startMs }) => startMs);
  const before = timeline.skewMs;
  const after = FETCH_WITHIN_MS + timeline.skewMs;
  const lags = pushes.flatMap(({ atMs }) => {
    const first = starts.find((start) => start >= atMs - before && start <= atMs + after);
    return first === undefined ? [] : [first - atMs];
  });
  const outside = starts.filter((start) => !pushes.some((p) => start >= p.atMs - before && start <= p.atMs + after));
  const asleepMs = timeIn(timeline, ASLEEP);
  const openMs = Math.max(asleepMs - pushes.length * (before + after), asleepMs * 0.05, 1);
  const chance = 1 - Math.exp((-(outside.length + 0.5) / openMs) * (before + after));
  const pValue = pushes.length === 0 ? null : Number(binomialTail(lags.length, pushes.length, chance).toPrecision(3));
  return {
    pushes: pushes.length,
    coupled: lags.length,
    pValue,
    medianLagMs: lags.length === 0 ? null : Math.max(0, Math.round(median(lags)!)),
    significant: pValue !== null && pValue <= SIGNIFICANT && lags.length >= LEAST_COUPLED,
  };
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
