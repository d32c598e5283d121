// In: beats in seconds, ascending, and the gap they were merged by. Out: how much better a renewal chain with missed
// beats, clutter and restarts explains them than any aperiodic law does, and the period of that chain.
import { aperiodicLikelihood } from './aperiodic.ts';
import { candidatePeriods } from './candidates.ts';
import { follow, links, MOST_BEATS, type Model } from './path.ts';

const LEAST_LINKS = 4;
/** Chains refined by expectation-maximisation, of those followed once. */
const REFINED = 3;
const STEPS = 5;
/** Beats that a chain leaves out are cheap to find in chance: they cost so many nats times the square of their share. */
const CLUTTER_COST = 15;
/** The prior odds of a chain, in nats: many periods were tried. */
const SEARCH_COST = 4;

export interface ChainFit {
  /** Nats, after all costs. */
  readonly score: number;
  /** Seconds. */
  readonly period: number;
  /** Standard deviation of one period as a share of it. */
  readonly sigma: number;
  /** Share of the beats of the chain that should have come and did not. */
  readonly missed: number;
  /** Beats that are not on the chain. */
  readonly strays: readonly number[];
  /** Beats looked at. */
  readonly count: number;
}

/** Beats `begin` to `begin + count` of a series, at most MOST_BEATS of them. */
export interface Piece {
  readonly starts: Float64Array;
  readonly begin: number;
  readonly count: number;
  readonly gapSeconds: number;
  /** Step of the clock that the times keep to, in seconds; 0 where none is seen. */
  readonly resolution: number;
}

const gaps = new Float64Array(MOST_BEATS);

/**
 * S2 = L1 - 1.5 ln n - [clutter] 0.5 ln n - L0 - 4 - 15 (share of clutter)^2. Candidate periods come from the density of
 * differences; a chain is followed at each, and the best are refined by expectation-maximisation.
 */
export function chainFit(piece: Piece): ChainFit | null {
  const { starts, begin, count, resolution } = piece;
  if (count < LEAST_LINKS + 1) return null;
  const span = starts[begin + count - 1]! - starts[begin]!;
  if (span <= 0) return null;
  const tried: { model: Model; score: number }[] = [];
  for (const period of candidatePeriods(starts, begin, count, piece.gapSeconds)) {
    const model = { period, sigma: 0.08, missed: 0.1, clutter: Math.max(0.3, 0.1 * count) / span, resolution };
    tried.push({ model, score: follow(starts, begin, count, model) });
  }
  for (let i = 1; i < count; i++) gaps[i - 1] = starts[begin + i]! - starts[begin + i - 1]!;
  const aperiodic = aperiodicLikelihood(gaps.subarray(0, count - 1));
  let best: ChainFit | null = null;
  for (const { model } of tried.sort((a, b) => b.score - a.score).slice(0, REFINED)) {
    const fit = refined(piece, model, span, aperiodic, best?.score ?? -Infinity);
    if (fit) best = fit;
  }
  return best;
}

/** null where the chain is too short or not better than what is known. */
function refined(piece: Piece, from: Model, span: number, aperiodic: number, known: number): ChainFit | null {
  const { starts, begin, count } = piece;
  let model = from;
  for (let step = 0; step < STEPS; step++) {
    follow(starts, begin, count, model);
    const next = maximised(count, model, span);
    if (!next) return null;
    const moved = Math.abs(next.period - model.period) / model.period + Math.abs(next.sigma - model.sigma);
    model = next;
    if (moved < 1e-3) break;
  }
  const path = follow(starts, begin, count, model);
  let regular = 0;
  let whole = 0;
  for (let i = 0; i < links.count; i++) {
    if (links.periods[i]! > 0) regular += 1;
    whole += links.periods[i]!;
  }
  if (regular < LEAST_LINKS) return null;
  const stray = count - 1 - links.count;
  const clutter = stray > 0 ? stray * Math.log(stray / span) - stray : 0;
  const likelihood = path - stray * Math.log(model.clutter) + clutter;
  const parameters = (stray > 0 ? 2 : 1.5) * Math.log(count);
  const score = likelihood - parameters - SEARCH_COST - CLUTTER_COST * (stray / count) ** 2 - aperiodic;
  if (score <= known) return null;
  const missed = Math.max(0, 1 - (regular + 1) / (whole + 1));
  return { score, period: model.period, sigma: model.sigma, missed, strays: straysOf(begin, count), count };
}

/** The model that the links of the last chain followed speak for. */
function maximised(count: number, model: Model, span: number): Model | null {
  let distance = 0;
  let whole = 0;
  let regular = 0;
  for (let i = 0; i < links.count; i++) {
    if (links.periods[i] === 0) continue;
    distance += links.seconds[i]!;
    whole += links.periods[i]!;
    regular += 1;
  }
  if (regular < 2) return null;
  const period = distance / whole;
  let variance = 0;
  for (let i = 0; i < links.count; i++) {
    const k = links.periods[i]!;
    if (k > 0) variance += (links.seconds[i]! - k * period) ** 2 / k;
  }
  return {
    period,
    sigma: Math.min(0.3, Math.max(0.004, Math.sqrt(variance / regular) / period)),
    missed: Math.min(0.5, Math.max(0.02, 1 - regular / whole)),
    clutter: Math.max(count - 1 - links.count, 0.3) / span,
    resolution: model.resolution,
  };
}

/** Indices, in the whole series, of the beats that the last chain followed leaves out. */
function straysOf(begin: number, count: number): number[] {
  const strays: number[] = [];
  let link = links.count - 1;
  for (let i = 0; i < count; i++) {
    if (i === links.first) continue;
    if (link >= 0 && links.to[link] === i) link -= 1;
    else strays.push(begin + i);
  }
  return strays;
}
