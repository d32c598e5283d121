// In: lists of finite numbers. Out: their order statistics and the exact tail probabilities that the judge needs.

/** Middle value, the mean of the two middle ones for an even count; null for none. */
export function median(values: ArrayLike<number>): number | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Median absolute deviation from the median, not scaled. */
export function medianAbsoluteDeviation(values: ArrayLike<number>): number | null {
  const centre = median(values);
  return centre === null ? null : median(Float64Array.from(values, (value) => Math.abs(value - centre)));
}

export function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

/** Population standard deviation. */
export function deviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
}

export function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

/** Differences of neighbours: n values give n - 1. */
export function differences(values: readonly number[]): number[] {
  const result: number[] = [];
  for (let i = 1; i < values.length; i++) result.push(values[i]! - values[i - 1]!);
  return result;
}

/** P(X >= k) for X ~ Binomial(m, p), summed from the largest terms in logarithms; exact up to rounding. */
export function binomialTail(k: number, m: number, p: number): number {
  if (k <= 0) return 1;
  if (k > m || p <= 0) return 0;
  if (p >= 1) return 1;
  let logChoose = 0;
  for (let i = 0; i < k; i++) logChoose += Math.log(m - i) - Math.log(i + 1);
  let tail = 0;
  for (let j = k; j <= m; j++) {
    tail += Math.exp(logChoose + j * Math.log(p) + (m - j) * Math.log1p(-p));
    logChoose += Math.log(m - j) - Math.log(j + 1);
  }
  return Math.min(1, tail);
}

/** Wilson's 95 % score interval for k of n (E. B. Wilson, JASA 22, 1927); the whole of [0, 1] where n is 0. */
export function wilson(k: number, n: number): { low: number; high: number } {
  if (n <= 0) return { low: 0, high: 1 };
  const z = 1.96;
  const share = k / n;
  const centre = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/** Rounded to so many decimals, so that a report shows what was meant and no rounding noise. */
export function rounded(value: number, decimals: number): number {
  const factor = 10 ** decimals;
  return Math.round(value * factor) / factor;
}
