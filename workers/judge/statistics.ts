// In: the beats of a series at each merging gap. Out: every statistic of structure, in nats.
import type { Beats, Views } from './beats.ts';
import { backOff } from './backoff.ts';
import { changeOfRate } from './change.ts';
import { weighed } from './chance.ts';
import { missingBeats, type Missing } from './missed.ts';
import { renewalEvidence } from './renewal.ts';
import { chainOver, type Chained } from './stretches.ts';
import { tippedByWholeSeconds } from './whole-seconds.ts';

export type StatisticName = 'timer' | 'chain' | 'back-off' | 'missed' | 'change';

export interface Measured {
  readonly name: StatisticName;
  /** Evidence for structure in nats, after all prior odds. */
  readonly nats: number;
  readonly beats: Beats;
  /** The fitted chain, where this is its statistic. */
  readonly chain: Chained | null;
  /** What a timer that misses beats keeps to, where this is its statistic. */
  readonly missing?: Missing;
  /** Intervals before the rate changes, where this is its statistic. */
  readonly changeAt?: number;
}

/**
 * The prior odds, in nats, of another merging gap than the first that is tried; less for a chain at a coarser one, since a
 * beat of several connections is what that gap is for.
 */
const OTHER_GAP_COST = 2;
const COARSER_CHAIN_COST = 1;
/** With up to half of the beats missed, and pauses, this share of the intervals still lies inside the single ones. */
const SINGLE = 0.3;

/**
 * Every statistic at every merging gap. Each is a log likelihood ratio of structure against chance, so that they need no
 * other scale and the largest speaks. None where a view has fewer than 4 beats.
 */
export function statisticsOf({ views, resolution }: Views): Measured[] {
  const all: Measured[] = [];
  views.forEach((beats, view) => {
    if (beats.starts.length < 4) return;
    const odds = view === 0 ? 0 : OTHER_GAP_COST;
    const chainOdds = beats.gapSeconds > views[0]!.gapSeconds ? COARSER_CHAIN_COST : odds;
    const intervals = weighed(beats.intervals);
    const chain = chainOver(beats, resolution);
    const growth = backOff(beats.intervals);
    const timer = tippedByWholeSeconds(renewalEvidence(intervals), beats.starts, resolution);
    const tried = [lowInterval(beats.intervals), ...(chain ? [chain.period] : [])];
    // Finer than the first gap, the parts of a page or a film are a few short intervals with pauses between.
    const missing =
      beats.gapSeconds < views[0]!.gapSeconds ? null : missingBeats(intervals, tried, beats.gapSeconds, resolution);
    const change = changeOfRate(intervals);
    all.push({ name: 'timer', nats: timer - odds, beats, chain: null });
    if (chain) all.push({ name: 'chain', nats: chain.score - chainOdds, beats, chain });
    if (growth !== null) all.push({ name: 'back-off', nats: growth - odds, beats, chain: null });
    if (missing) all.push({ name: 'missed', nats: missing.nats - chainOdds, beats, chain: null, missing });
    if (change) all.push({ name: 'change', nats: change.nats - odds, beats, chain: null, changeAt: change.at });
  });
  return all;
}

function lowInterval(intervals: Float64Array): number {
  return intervals.slice().sort()[Math.floor(SINGLE * intervals.length)]!;
}
