// In: inter-arrival times in seconds, summed up. Out: how likely a sleeping timer with jitter makes them, and the log Bayes
// factor of such a timer against laws of chance.
import type { Sums, Weighed } from './chance.ts';
import { logAdd, normalBelow } from './gamma.ts';

/** Standard deviations of normal jitter, as shares of the period, from a bare timer to what an implant calls 50 %. */
const NORMAL = [0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5] as const;
/** Half-widths of uniform jitter, as shares of its centre. */
const UNIFORM = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6] as const;
/** Prior share of the normal law. */
const NORMAL_SHARE = 0.6;
const LOG_TWO_PI = Math.log(2 * Math.PI);

const NORMAL_PRIOR = wideFirst(NORMAL, NORMAL_SHARE, 2);
const UNIFORM_PRIOR = wideFirst(UNIFORM, 1 - NORMAL_SHARE, 3);
/** ln of the share of each normal law that lies above 0, where no interval can be. */
const CUT = NORMAL.map((sigma) => Math.log(normalBelow(1 / sigma)));

/**
 * S1: ln of the odds by which the intervals change from chance to timer. Positive speaks for a timer; by Markov's
 * inequality a series of the laws of chance reaches x with a probability of at most e^-x.
 */
export function renewalEvidence({ sums, chance }: Weighed): number {
  return timerEvidence(sums) - chance;
}

/** ln of the mean likelihood over both laws and their widths, the period integrated out under dP/P. */
export function timerEvidence(sums: Sums): number {
  let evidence = -Infinity;
  for (let i = 0; i < NORMAL.length; i++) {
    evidence = logAdd(evidence, NORMAL_PRIOR[i]! + normal(sums, NORMAL[i]!) - sums.count * CUT[i]!);
  }
  for (let i = 0; i < UNIFORM.length; i++) {
    evidence = logAdd(evidence, UNIFORM_PRIOR[i]! + uniform(sums, UNIFORM[i]!));
  }
  return evidence;
}

/** Laplace's approximation in v = 1/P of the integral of v^m exp(-(v^2 sum x^2 - 2 v sum x + m) / 2 sigma^2) dv/v. */
function normal({ count, total, squares }: Sums, sigma: number): number {
  const variance = sigma * sigma;
  const v = (total + Math.sqrt(total * total + 4 * squares * (count - 1) * variance)) / (2 * squares);
  const peak = (count - 1) * Math.log(v) - (squares * v * v - 2 * total * v + count) / (2 * variance);
  const curvature = (count - 1) / (v * v) + squares / variance;
  return peak + 0.5 * (LOG_TWO_PI - Math.log(curvature)) - count * (Math.log(sigma) + 0.5 * LOG_TWO_PI);
}

/** Closed: all intervals lie in [P(1-w), P(1+w)], so P lies between longest/(1+w) and shortest/(1-w). */
function uniform({ count, shortest, longest }: Sums, width: number): number {
  const low = longest / (1 + width);
  const high = shortest / (1 - width);
  if (low >= high) return -Infinity;
  const rest = Math.log1p(-Math.exp(-count * Math.log(high / low)));
  return -count * Math.log(2 * width * low) - Math.log(count) + rest;
}

/**
 * Prior in proportion to a power of the width: a narrow timer convinces by itself within a few beats, and the odds are
 * better spent where timers look most like people. The edges of the uniform law need its widths close together, so the
 * narrow ones are many.
 */
function wideFirst(widths: readonly number[], share: number, power: number): number[] {
  const all = widths.reduce((sum, width) => sum + width ** power, 0);
  return widths.map((width) => Math.log((share * width ** power) / all));
}
