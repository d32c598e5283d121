// In: times, and the spans in which they could have come. Out: whether they look like independent events at one rate.
import { deviation, differences, mean } from './numbers.ts';
import { lengthOf, positionOf } from './coupling-shift.ts';
import type { Span } from './timeline.ts';

/** With fewer, nothing can be said. */
const LEAST_TIMES = 5;
/** Kolmogorov's statistic passes this in one of twenty uniform samples. */
const MOST_DRIFT = 1.36;
/** Moran's statistic, in standard deviations, lies below this in one of fifteen or so. */
const LEAST_SPREAD = -1.6;
/** Gaps more even than this are those of a timer: an exponential law has 1. */
const LEAST_VARIATION = 0.4;

/**
 * A homogeneous Poisson process scatters its times evenly (Kolmogorov's test against the uniform law, with Stephens'
 * correction, JRSS B 32, 1970), clusters them no more than chance does (the logarithms of the spacings: P. A. P. Moran,
 * JRSS B 13, 1951), and keeps no beat. About four in five of such processes pass all three.
 *
 * @param times ascending, inside the spans
 */
export function looksPlain(times: readonly number[], spans: readonly Span[]): boolean {
  const count = times.length;
  if (count < LEAST_TIMES) return false;
  const lengthMs = lengthOf(spans);
  const shares = times.map((at) => positionOf(at, spans) / lengthMs);
  const drift = shares.reduce((most, share, i) => Math.max(most, (i + 1) / count - share, share - i / count), 0);
  const root = Math.sqrt(count);
  if (drift * (root + 0.12 + 0.11 / root) > MOST_DRIFT) return false;
  const gaps = differences(shares);
  if (deviation(gaps) < LEAST_VARIATION * mean(gaps)) return false;
  return spread([0, ...shares, 1], 1 / lengthMs) >= LEAST_SPREAD;
}

/** Sum of the logarithms of the spacings, less its mean under the uniform law, in its standard deviations. */
function spread(bounded: readonly number[], leastShare: number): number {
  const spacings = differences(bounded);
  const count = spacings.length;
  const logs = spacings.reduce((sum, share) => sum + Math.log(Math.max(share, leastShare)), 0);
  // Of Dirichlet(1, ..., 1): the mean is -K (1 + 1/2 + ... + 1/(K-1)), the variance K psi'(1) - K^2 psi'(K).
  let harmonic = 0;
  let trigamma = Math.PI ** 2 / 6;
  for (let j = 1; j < count; j++) {
    harmonic += 1 / j;
    trigamma -= 1 / j ** 2;
  }
  const variance = count * (Math.PI ** 2 / 6) - count ** 2 * trigamma;
  return (logs + count * harmonic) / Math.sqrt(variance);
}
