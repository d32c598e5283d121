// In: how many of m pushes were answered, and the chance of one. Out: probabilities under the nulls of the coupling
// test: trying several nested windows, and pushes that are not independent of each other.
import { binomialTail } from './numbers.ts';

/** From this many pushes on, Bonferroni's bound replaces the exact recursion, whose time grows with their square. */
const MOST_EXACT = 200;

/**
 * Probability that the least of the binomial tails over nested windows is `level` or less, where each of m pushes is
 * answered within window i with probability chances[i] (ascending). Exact: the number answered grows from window to
 * window by Binomial(rest, (c[i] - c[i-1]) / (1 - c[i-1])), and the paths that reach a window's critical count leave.
 */
export function leastTailProbability(level: number, m: number, chances: readonly number[]): number {
  if (m > MOST_EXACT) return Math.min(1, level * chances.length);
  let alive = new Float64Array(m + 1);
  alive[0] = 1;
  let left = 0;
  let reached = 0;
  for (const chance of chances) {
    const critical = criticalCount(level, m, chance);
    const grow = reached >= 1 ? 0 : Math.max(0, Math.min(1, (chance - reached) / (1 - reached)));
    const next = new Float64Array(m + 1);
    for (let x = 0; x <= m; x++) {
      const weight = alive[x]!;
      if (weight > 0) spread(next, weight, x, m, grow);
    }
    for (let x = critical; x <= m; x++) {
      left += next[x]!;
      next[x] = 0;
    }
    alive = next;
    reached = Math.max(reached, chance);
  }
  return Math.min(1, Math.max(level, left));
}

/** The least count whose tail is at most `level`; m + 1 where none is. */
function criticalCount(level: number, m: number, chance: number): number {
  let low = 0;
  let high = m + 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (binomialTail(middle, m, chance) <= level * (1 + 1e-9)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Adds weight x Binomial(m - from, p) to next[from...]. */
function spread(next: Float64Array, weight: number, from: number, m: number, p: number): void {
  if (p <= 0) next[from] = next[from]! + weight;
  else if (p >= 1) next[m] = next[m]! + weight;
  else {
    const rest = m - from;
    let term = weight * (1 - p) ** rest;
    for (let j = 0; j <= rest; j++) {
      next[from + j] = next[from + j]! + term;
      term *= ((rest - j) / (j + 1)) * (p / (1 - p));
    }
  }
}

/**
 * P(X >= k) for X ~ BetaBinomial(m) with mean m p and correlation rho between two pushes (Skellam, JRSS B 10, 1948):
 * Var X = m p (1 - p) (1 + (m - 1) rho). rho 0 is the binomial, rho 1 all or none.
 */
export function betaBinomialTail(k: number, m: number, p: number, rho: number): number {
  if (k <= 0) return 1;
  if (k > m || p <= 0) return 0;
  if (p >= 1) return 1;
  if (rho <= 1e-6) return binomialTail(k, m, p);
  if (rho >= 0.999) return p;
  const alpha = (p * (1 - rho)) / rho;
  const beta = ((1 - p) * (1 - rho)) / rho;
  let log = 0;
  for (let i = 0; i < m; i++) log += Math.log((beta + i) / (alpha + beta + i));
  let tail = 0;
  for (let j = 0; j <= m; j++) {
    if (j >= k) tail += Math.exp(log);
    if (j < m) log += Math.log(((m - j) / (j + 1)) * ((alpha + j) / (beta + m - j - 1)));
  }
  return Math.min(1, tail);
}
