// In: beats in seconds, ascending, and a model of a renewal chain. Out: the most likely chain through them: which
// beats are on it, how many periods each link spans, and its log-likelihood.

/** Share of links that are restarts: after one, the phase begins anew. */
export const RESTART = 0.03;
/** A link spans at most so many periods: more missed beats than that are a restart. */
export const MOST_PERIODS = 4;
/** How many beats back a regular link may reach; between them is clutter. */
const LOOKBACK = 12;
/** Timer and network noise that does not grow with the period, in seconds. */
const NOISE = 0.05;
/** Standard deviation of a difference of two roundings, as a share of the step. */
const ROUNDING = 0.41;
/** Beats looked at in one piece. */
export const MOST_BEATS = 160;

export interface Model {
  /** Seconds. */
  readonly period: number;
  /** Jitter as a share of the period. */
  readonly sigma: number;
  /** Chance that a beat is missed. */
  readonly missed: number;
  /** Clutter beats a second. */
  readonly clutter: number;
  /** Step that the clock of the log kept to, in seconds; 0 where none is seen. */
  readonly resolution: number;
}

// Scratch of the last chain followed: one series is judged at a time, and a caller reads it before the next.
const best = new Float64Array(MOST_BEATS);
const from = new Int16Array(MOST_BEATS);
const periods = new Int8Array(MOST_BEATS);
const weight = new Float64Array(MOST_PERIODS + 1);
const sharpness = new Float64Array(MOST_PERIODS + 1);

/**
 * Links of the last chain followed, last one first: the beat it ends at, its length in seconds, and whole periods (0 for
 * a restart); and the beat that the chain begins at.
 */
export const links = {
  count: 0,
  first: 0,
  to: new Int16Array(MOST_BEATS),
  seconds: new Float64Array(MOST_BEATS),
  periods: new Int8Array(MOST_BEATS),
};

/**
 * Viterbi's path through `count` beats from `begin` on. A link is a restart (density eps / span) or spans k = 1..4
 * periods (density (1 - eps) (1 - q) q^(k-1) N(d; kP, k sigma^2 P^2 + noise^2)); a beat that is skipped is clutter.
 * O(beats x beats within four periods, at most 12). Fills `links`, returns the log-likelihood with clutter at its rate.
 */
export function follow(beats: Float64Array, begin: number, count: number, model: Model): number {
  const span = beats[begin + count - 1]! - beats[begin]!;
  const { period, sigma, missed, clutter, resolution } = model;
  const noise = NOISE ** 2 + (ROUNDING * resolution) ** 2;
  for (let k = 1; k <= MOST_PERIODS; k++) {
    const variance = k * (sigma * period) ** 2 + noise;
    const share = (1 - RESTART) * (1 - missed) * missed ** (k - 1);
    weight[k] = Math.log(share / Math.sqrt(2 * Math.PI * variance));
    sharpness[k] = 1 / (2 * variance);
  }
  const restart = Math.log(RESTART / span);
  const stray = Math.log(clutter);
  const reach = (MOST_PERIODS + 0.5) * period;
  const frequency = 1 / period;
  let restartFrom = -1;
  let restartBest = -Infinity;
  let end = 0;
  let endScore = -Infinity;
  for (let i = 0; i < count; i++) {
    const now = beats[begin + i]!;
    let score = i * stray;
    let source = -1;
    let whole = 0;
    if (restartFrom >= 0 && restartBest + restart + (i - 1) * stray > score) {
      score = restartBest + restart + (i - 1) * stray;
      source = restartFrom;
    }
    const last = Math.max(0, i - LOOKBACK);
    for (let j = i - 1; j >= last; j--) {
      const distance = now - beats[begin + j]!;
      if (distance > reach) break;
      let k = (distance * frequency + 0.5) | 0;
      if (k < 1) k = 1;
      else if (k > MOST_PERIODS) k = MOST_PERIODS;
      const off = distance - k * period;
      const linked = best[j]! + weight[k]! - off * off * sharpness[k]! + (i - j - 1) * stray;
      if (linked > score) {
        score = linked;
        source = j;
        whole = k;
      }
    }
    best[i] = score;
    from[i] = source;
    periods[i] = whole;
    if (score - i * stray > restartBest) {
      restartBest = score - i * stray;
      restartFrom = i;
    }
    const closed = score + (count - 1 - i) * stray;
    if (closed > endScore) {
      endScore = closed;
      end = i;
    }
  }
  trace(beats, begin, end);
  return endScore;
}

function trace(beats: Float64Array, begin: number, end: number): void {
  links.count = 0;
  let i = end;
  for (; from[i]! >= 0; i = from[i]!) {
    links.to[links.count] = i;
    links.seconds[links.count] = beats[begin + i]! - beats[begin + from[i]!]!;
    links.periods[links.count] = periods[i]!;
    links.count += 1;
  }
  links.first = i;
}
