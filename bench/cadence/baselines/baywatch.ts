import { randomFor } from '../generator/random.ts';
import type { Method } from '../method.ts';
import { autocorrelation, powerSpectrum } from './fourier.ts';
import { mixtureMeans } from './mixture.ts';
import { deviation, gapsOf, mean } from './starts.ts';

/** The paper rescales the series; a second and five, of which the stronger counts. */
const SCALES_SECONDS = [1, 5];
const PERMUTATIONS = 20;
/** 0.95 quantile of the highest powers of 20 permutations: the second highest. */
const QUANTILE_FROM_TOP = 1;
const MOST_CANDIDATES = 5;
const LEAST_STARTS = 5;
/** Two-sided 5 % of Student's t for some ten gaps or more. */
const CRITICAL_T = 2.1;
const LEAST_PERIODS = 3;

/**
 * BAYWATCH (Hu et al., DSN 2016), its steps on one series: candidates are frequencies whose power passes what
 * permutations of the series reach; a t-test of the gaps against the period prunes them; means of a Gaussian mixture of
 * the gaps (at most three components, by BIC) are candidates too; what lies on a hill of the autocorrelation is kept.
 * Score: 1 + the autocorrelation of the best kept period, else how near the highest power came to the threshold, below 1.
 */
export const BAYWATCH: Method = {
  name: 'BAYWATCH',
  judge({ t, windowSeconds }) {
    const gaps = gapsOf(t).filter((gap) => gap > 0);
    if (gaps.length < LEAST_STARTS - 1) return { score: null, structured: null, periodSeconds: null };
    const means = mixtureMeans(gaps, 3);
    const found = SCALES_SECONDS.map((scale) => atScale(t, gaps, means, windowSeconds, scale));
    const best = found.reduce((a, b) => (b.score > a.score ? b : a));
    return { ...best, structured: null };
  },
};

function atScale(
  t: readonly number[],
  gaps: readonly number[],
  means: readonly number[],
  windowSeconds: number,
  scale: number,
): { score: number; periodSeconds: number | null } {
  const counts = new Float64Array(Math.ceil(windowSeconds / scale));
  for (const at of t) counts[Math.min(counts.length - 1, Math.floor(at / scale))]! += 1;
  const power = powerSpectrum(counts);
  const size = (power.length - 1) * 2;
  const slowest = Math.ceil((LEAST_PERIODS * size) / counts.length);
  const threshold = permutedThreshold(counts, slowest);
  const order = Array.from({ length: power.length - slowest }, (_, i) => i + slowest);
  const peaks = order
    .filter((k) => power[k]! >= (power[k - 1] ?? 0) && power[k]! >= (power[k + 1] ?? 0))
    .sort((a, b) => power[b]! - power[a]!)
    .slice(0, MOST_CANDIDATES);
  const shortest = gaps.reduce((a, b) => Math.min(a, b));
  const candidates = [
    ...peaks
      .filter((k) => power[k]! > threshold)
      .map((k) => ({ period: (size * scale) / k, within: (size * scale) / k ** 2 }))
      .filter(({ period, within }) => period >= shortest && fitsGaps(gaps, period, within))
      .map(({ period }) => period),
    ...means.filter((period) => period >= 2 * scale && period <= windowSeconds / LEAST_PERIODS),
  ];
  const related = autocorrelation(counts);
  const kept = candidates.flatMap((period) => {
    const height = hill(related, period / scale);
    return height === null ? [] : [{ score: 1 + height, periodSeconds: period }];
  });
  if (kept.length > 0) return kept.reduce((a, b) => (b.score > a.score ? b : a));
  const nearness = (power[peaks[0] ?? slowest] ?? 0) / Math.max(threshold, 1e-9);
  return { score: nearness / (1 + nearness), periodSeconds: null };
}

/** What the highest power reaches when the order of the counts is by chance. */
function permutedThreshold(counts: Float64Array, from: number): number {
  const random = randomFor(1, ['baywatch', counts.length]);
  const shuffled = Float64Array.from(counts);
  const highest = Array.from({ length: PERMUTATIONS }, () => {
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = random.count([0, i]);
      [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
    }
    return powerSpectrum(shuffled)
      .subarray(from)
      .reduce((a, b) => Math.max(a, b), 0);
  });
  return highest.sort((a, b) => b - a)[QUANTILE_FROM_TOP]!;
}

/** One-sample t-test that the mean gap is the period, give or take the width of its frequency. */
function fitsGaps(gaps: readonly number[], period: number, within: number): boolean {
  const error = deviation(gaps) / Math.sqrt(gaps.length - 1);
  return Math.abs(mean(gaps) - period) <= Math.max(within, CRITICAL_T * error);
}

/** The autocorrelation's maximum near the lag, or null where the lag is not on a hill. */
function hill(related: Float64Array, lag: number): number | null {
  const reach = Math.max(1, Math.round(0.05 * lag));
  const [low, high] = [Math.round(lag) - reach, Math.round(lag) + reach];
  if (low < 1 || high + reach >= related.length) return null;
  const height = related.subarray(low, high + 1).reduce((a, b) => Math.max(a, b));
  const foot = Math.max(related[Math.max(1, low - reach)]!, related[high + reach]!);
  return height > foot && height > 0 ? height : null;
}
