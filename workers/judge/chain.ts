// In: beats in seconds, ascending, and the gap they were merged by. Out: how much better a renewal chain with missed
// beats, clutter and restarts explains them than any aperiodic law does, and the period of that chain.
import { differences, mean } from './numbers.ts';
import { aperiodicLikelihood } from './aperiodic.ts';

/** Share of links that are restarts: after one, the phase begins anew. */
const RESTART = 0.03;
/** A link spans at most so many periods: more missed beats than that are a restart. */
const MOST_PERIODS = 4;
/** How many beats back a link may reach; between them is clutter. */
const LOOKBACK = 12;
/** Timer and network noise that does not grow with the period, in seconds. */
const NOISE = 0.35;
/** Beats looked at: the search costs beats times periods tried. */
const MOST_BEATS = 160;
const LEAST_LINKS = 4;

interface Model {
  readonly period: number;
  /** Jitter as a share of the period. */
  readonly sigma: number;
  /** Chance that a beat is missed. */
  readonly missed: number;
  /** Clutter beats a second. */
  readonly clutter: number;
}

interface Path {
  readonly score: number;
  /** Indices of the beats on the chain. */
  readonly chain: readonly number[];
}

export interface ChainFit {
  readonly score: number;
  /** Seconds. */
  readonly period: number;
  /** Standard deviation of one period as a share of it. */
  readonly sigma: number;
  /** Share of the beats of the chain that should have come and did not. */
  readonly missed: number;
}

/**
 * S4 = L1 - 1.5 ln n - [clutter] 0.5 ln n - L0 - ln 2. The link density is
 * eps/span + (1 - eps) sum over k = 1..4 of (1 - q) q^(k-1) N(d; kP, k sigma^2 P^2 + 0.35^2); a dynamic programme
 * chooses the links, a grid of periods by 1.07 is searched, the four best are refined by expectation-maximisation.
 */
export function chainFit(allBeats: readonly number[], gapSeconds: number): ChainFit | null {
  const beats = allBeats.slice(0, MOST_BEATS);
  const count = beats.length;
  const span = beats[count - 1]! - beats[0]!;
  if (count < LEAST_LINKS + 1 || span <= 0) return null;
  const tried: { model: Model; score: number }[] = [];
  const fastest = Math.max(1.6 * gapSeconds, span / (3 * count));
  for (let period = fastest; period <= span / 3.5; period *= 1.07) {
    const model = { period, sigma: 0.08, missed: 0.1, clutter: Math.max(0.3, 0.1 * count) / span };
    tried.push({ model, score: follow(beats, model, span).score });
  }
  const peaks = tried.filter((one, i) => {
    return one.score >= (tried[i - 1]?.score ?? -Infinity) && one.score >= (tried[i + 1]?.score ?? -Infinity);
  });
  const aperiodic = aperiodicLikelihood(differences(beats));
  let best: ChainFit | null = null;
  for (const { model } of peaks.sort((a, b) => b.score - a.score).slice(0, 4)) {
    const fit = refined(beats, model, span, aperiodic);
    if (fit && (best === null || fit.score > best.score)) best = fit;
  }
  return best;
}

function refined(beats: readonly number[], from: Model, span: number, aperiodic: number): ChainFit | null {
  let model = from;
  let path = follow(beats, model, span);
  for (let step = 0; step < 6; step++) {
    const next = maximised(beats, path, model, span);
    if (!next) break;
    model = next;
    path = follow(beats, model, span);
  }
  const links = linksOf(beats, path);
  const regular = links.filter((link) => periodsOf(link, model) !== null).length;
  if (regular < LEAST_LINKS) return null;
  const count = beats.length;
  const stray = count - path.chain.length;
  let likelihood = 0;
  for (const link of links) likelihood += Math.log(density(link, model, span));
  if (stray > 0) likelihood += stray * Math.log(stray / span) - stray;
  const cost = (1.5 + (stray > 0 ? 0.5 : 0)) * Math.log(count) + Math.LN2;
  const whole = links.reduce((periods, link) => periods + (periodsOf(link, model) ?? 0), 0);
  const { period, sigma } = model;
  return { score: likelihood - cost - aperiodic, period, sigma, missed: Math.max(0, 1 - (regular + 1) / (whole + 1)) };
}

/** The best chain through the beats under a model: O(beats x lookback). */
function follow(beats: readonly number[], model: Model, span: number): Path {
  const count = beats.length;
  const logClutter = Math.log(model.clutter);
  const best = new Float64Array(count);
  const from = new Int32Array(count).fill(-1);
  let end = 0;
  let endScore = -Infinity;
  for (let i = 0; i < count; i++) {
    best[i] = i * logClutter;
    for (let j = Math.max(0, i - LOOKBACK); j < i; j++) {
      const link = Math.log(density(beats[i]! - beats[j]!, model, span));
      const score = best[j]! + link + (i - j - 1) * logClutter;
      if (score > best[i]!) {
        best[i] = score;
        from[i] = j;
      }
    }
    const whole = best[i]! + (count - 1 - i) * logClutter;
    if (whole > endScore) {
      endScore = whole;
      end = i;
    }
  }
  const chain: number[] = [];
  for (let i = end; i >= 0; i = from[i]!) chain.push(i);
  return { score: endScore, chain: chain.reverse() };
}

function density(distance: number, model: Model, span: number): number {
  const { period, sigma, missed } = model;
  let total = RESTART / span;
  const nearest = Math.round(distance / period);
  for (let k = Math.max(1, nearest - 1); k <= Math.min(MOST_PERIODS, nearest + 1); k++) {
    const variance = k * (sigma * period) ** 2 + NOISE ** 2;
    const off = distance - k * period;
    const weight = (1 - RESTART) * (1 - missed) * missed ** (k - 1);
    total += (weight * Math.exp((-off * off) / (2 * variance))) / Math.sqrt(2 * Math.PI * variance);
  }
  return total;
}

function linksOf(beats: readonly number[], { chain }: Path): number[] {
  return differences(chain.map((index) => beats[index]!));
}

/** Whole periods in a link, or null where it is a restart. */
function periodsOf(link: number, { period, sigma }: Model): number | null {
  const periods = Math.round(link / period);
  if (periods < 1 || periods > MOST_PERIODS) return null;
  const width = 3 * Math.sqrt(periods * (sigma * period) ** 2 + NOISE ** 2);
  return Math.abs(link - periods * period) <= width ? periods : null;
}

function maximised(beats: readonly number[], path: Path, model: Model, span: number): Model | null {
  let distance = 0;
  let periods = 0;
  const off: { link: number; periods: number }[] = [];
  for (const link of linksOf(beats, path)) {
    const whole = periodsOf(link, model);
    if (whole === null) continue;
    distance += link;
    periods += whole;
    off.push({ link, periods: whole });
  }
  if (off.length < 2) return null;
  const period = distance / periods;
  const variance = mean(off.map((one) => (one.link - one.periods * period) ** 2 / one.periods));
  return {
    period,
    sigma: Math.min(0.3, Math.max(0.004, Math.sqrt(variance) / period)),
    missed: Math.min(0.5, Math.max(0.02, 1 - off.length / periods)),
    clutter: Math.max(beats.length - path.chain.length, 0.3) / span,
  };
}
