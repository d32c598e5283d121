// In: numbers. Out: logarithms of gamma functions and of sums, as marginal likelihoods need them.

const LOG_ROOT_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** ln Gamma(x) for x > 0: Stirling's series above 7, reached by the recurrence (Abramowitz and Stegun 6.1.15, 6.1.41). */
export function logGamma(x: number): number {
  let shift = 0;
  while (x < 7) {
    shift -= Math.log(x);
    x += 1;
  }
  const inverse = 1 / x;
  const square = inverse * inverse;
  return (
    shift + (x - 0.5) * Math.log(x) - x + LOG_ROOT_TWO_PI + inverse * (1 / 12 - square * (1 / 360 - square / 1260))
  );
}

/** ln of the upper incomplete gamma function of whole m >= 1: (m-1)! e^-y sum over k < m of y^k / k! (A. & S. 6.5.13). */
export function logUpperGamma(m: number, y: number): number {
  // Eight deviations below the mean of Gamma(m) nothing is cut off that a double could show.
  if (y <= 0 || y < m - 8 * Math.sqrt(m) - 1) return logGamma(m);
  let term = 1;
  let total = 1;
  for (let k = m - 1; k > 0; k--) {
    term *= k / y;
    total += term;
    if (term < 1e-14 * total) break;
  }
  return (m - 1) * Math.log(y) - y + Math.log(total);
}

/** Standard normal distribution function (Abramowitz and Stegun 26.2.17, error below 7.5e-8), for x >= 0. */
export function normalBelow(x: number): number {
  const t = 1 / (1 + 0.2316419 * x);
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return 1 - 0.3989422804 * Math.exp((-x * x) / 2) * series;
}

/** ln(e^a + e^b) without overflow. */
export function logAdd(a: number, b: number): number {
  if (a === -Infinity) return b;
  if (b === -Infinity) return a;
  return a > b ? a + Math.log1p(Math.exp(b - a)) : b + Math.log1p(Math.exp(a - b));
}
