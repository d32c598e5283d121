// In: inter-arrival times in seconds, and periods to try. Out: the log Bayes factor of a timer that misses beats and
// pauses, against laws of chance.
import { heavyTailEvidence, type Weighed } from './chance.ts';
import { logAdd } from './gamma.ts';

/** Standard deviations of one period, as shares of it. */
const SIGMA = [0.02, 0.04, 0.07, 0.11, 0.16] as const;
/** Shares of missed beats. */
const MISSED = [0.1, 0.3] as const;
/** Shares of intervals that are pauses. */
const PAUSES = [0.02, 0.1] as const;
/** Chance of k periods in one interval, by share of missed beats. */
const SHARES = MISSED.map((q) => [0, 1 - q, (1 - q) * q, (1 - q) * q ** 2, (1 - q) * q ** 3]);
const GRID = SIGMA.length * MISSED.length * PAUSES.length;
/** An interval spans at most so many periods; a longer one is a pause. */
const MOST_PERIODS = 4;
/** A pause is log-uniform between so many periods: longer, and what began together is an event rather than a timer's run. */
const PAUSE = { least: 1.5, most: 45 } as const;
const PAUSE_SPAN = Math.log(PAUSE.most / PAUSE.least);
/** What is on no period and no pause comes hardly ever. */
const STRAY = 1e-4;
/** Share of the intervals that are on the period, at least: a timer runs for some beats between its pauses. */
const LEAST_REGULAR = 0.7;
/** Merging cuts short intervals off, and what remains begins at an edge as a timer's do: a period is at least so many gaps. */
const LEAST_GAPS = 3;
/** Timer and network noise that does not grow with the period, in seconds. */
const NOISE = 0.1;
/** Standard deviation of a difference of two roundings, as a share of the step. */
const ROUNDING = 0.41;
const LEAST_LINKS = 3;
const STEPS = 4;
const LOG_ROOT_TWO_PI = 0.5 * Math.log(2 * Math.PI);
/** Squared deviations beyond which a density is nothing. */
const FAR = 50;
/** Likelihoods are multiplied before their logarithm is taken, as many as a double surely holds. */
const TOGETHER = 8;

export interface Missing {
  readonly nats: number;
  readonly period: number;
  readonly sigma: number;
  /** Share of the beats due that did not come. */
  readonly missed: number;
}

/** Intervals of each number of periods. */
const spanning = new Float64Array(MOST_PERIODS + 1);

/**
 * S4: each interval is k = 1 to 4 periods with probability (1-q) q^(k-1) and density N(kP, k s^2 P^2 + noise^2), or a pause.
 * The mean over s, q and the share of pauses; P is integrated out under dP/P by Laplace's approximation about its best
 * value, which expectation-maximisation finds from each of the periods to try.
 *
 * @param gapSeconds by which the beats were merged.
 * @param resolution step of the clock that the times keep to, in seconds; 0 where none is seen.
 */
export function missingBeats(
  { intervals, sums, chance }: Weighed,
  tried: readonly number[],
  gapSeconds: number,
  resolution: number,
): Missing | null {
  const noise = NOISE ** 2 + (ROUNDING * resolution) ** 2;
  const against = Math.max(chance, heavyTailEvidence(sums));
  let best: Missing | null = null;
  for (const from of tried) {
    const found = settled(intervals, from, noise);
    if (found === null || found.period < LEAST_GAPS * gapSeconds) continue;
    const nats = evidenceAt(intervals, found.period, noise) - against;
    if (best === null || nats > best.nats) best = { ...found, nats };
  }
  return best;
}

/** Expectation-maximisation with each interval given to the nearest number of periods. */
function settled(intervals: Float64Array, from: number, noise: number): Omit<Missing, 'nats'> | null {
  let period = from;
  let sigma = 0.12;
  let missed = 0;
  for (let step = 0; step < STEPS; step++) {
    let [weight, whole, seconds, squares] = [0, 0, 0, 0];
    spanning.fill(0);
    for (let i = 0; i < intervals.length; i++) {
      const x = intervals[i]!;
      const k = Math.max(1, Math.round(x / period));
      if (k > MOST_PERIODS) continue;
      const variance = k * (sigma * period) ** 2 + noise;
      const off = (x - k * period) ** 2;
      if (off > 9 * variance) continue;
      weight += 1;
      whole += k;
      seconds += x;
      squares += off / k;
      spanning[k]! += 1;
    }
    if (weight < Math.max(LEAST_LINKS, LEAST_REGULAR * intervals.length)) return null;
    period = seconds / whole;
    sigma = Math.min(0.2, Math.max(0.01, Math.sqrt(squares / weight) / period));
    missed = 1 - weight / whole;
  }
  return { period, sigma, missed };
}

/** ln of the mean likelihood about the period, reading `spanning` as the last step left it. */
function evidenceAt(intervals: Float64Array, period: number, noise: number): number {
  let evidence = -Infinity;
  for (const sigma of SIGMA) {
    let information = 0;
    for (let k = 1; k <= MOST_PERIODS; k++) {
      information += (spanning[k]! * k * k) / (k * sigma * sigma + noise / (period * period));
    }
    const width = LOG_ROOT_TWO_PI - 0.5 * Math.log(information);
    for (const likelihood of likelihoods(intervals, period, sigma, noise)) {
      evidence = logAdd(evidence, likelihood + width);
    }
  }
  return evidence - Math.log(GRID);
}

const totals = new Float64Array(MISSED.length * PAUSES.length);
const products = new Float64Array(MISSED.length * PAUSES.length);
const densities = new Float64Array(MISSED.length);
const peaks = new Float64Array(MOST_PERIODS + 1);
const sharpness = new Float64Array(MOST_PERIODS + 1);

/** ln likelihoods for every share of missed beats and of pauses. */
function likelihoods(intervals: Float64Array, period: number, sigma: number, noise: number): Float64Array {
  for (let k = 1; k <= MOST_PERIODS; k++) {
    const variance = k * (sigma * period) ** 2 + noise;
    peaks[k] = 1 / Math.sqrt(2 * Math.PI * variance);
    sharpness[k] = 1 / variance;
  }
  totals.fill(0);
  products.fill(1);
  for (let i = 0; i < intervals.length; i++) {
    const x = Math.max(intervals[i]!, 0.001);
    const paused = x > PAUSE.least * period && x < PAUSE.most * period;
    const pause = (paused ? 1 : STRAY) / (x * PAUSE_SPAN);
    const nearest = Math.round(x / period);
    for (let m = 0; m < MISSED.length; m++) densities[m] = 0;
    for (let k = Math.max(1, nearest - 1); k <= Math.min(MOST_PERIODS, nearest + 1); k++) {
      const off = (x - k * period) ** 2 * sharpness[k]!;
      if (off > FAR) continue;
      const density = peaks[k]! * Math.exp(-0.5 * off);
      for (let m = 0; m < MISSED.length; m++) densities[m]! += SHARES[m]![k]! * density;
    }
    for (let m = 0, cell = 0; m < MISSED.length; m++) {
      for (let p = 0; p < PAUSES.length; p++, cell++) {
        products[cell]! *= (1 - PAUSES[p]!) * densities[m]! + PAUSES[p]! * pause;
      }
    }
    if (i % TOGETHER === TOGETHER - 1 || i === intervals.length - 1) {
      for (let cell = 0; cell < totals.length; cell++) {
        totals[cell]! += Math.log(products[cell]!);
        products[cell] = 1;
      }
    }
  }
  return totals;
}
