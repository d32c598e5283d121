import type { Method } from '../method.ts';
import { deviation, mean } from './starts.ts';

/**
 * The rule of Elastic's package "Network Beaconing Identification" (elastic/integrations, packages/beaconing,
 * pivot_transform/transform.yml, 1.3), written from its formulas, with its defaults except where said.
 */
const BUCKETS = 360;
const LEAST_PERIODS = 6;
const LEAST_FILLED = 0.5;
const TRUNCATED_AT = [0.1, 0.8] as const;
const MOST_COUNT_VARIATION = 0.1;
const MOST_BYTES_VARIATION = 0.05;
const LEAST_AUTOCOVARIANCE = 0.7;
/** The package ships 0; the article that introduced the rule has 0.1, which stands jitter better. */
const MOST_JITTER = 0.1;

/**
 * Counts in 360 buckets of the window (the package: a minute each of six hours). Structured: their variation is low, or
 * they correlate with themselves a period earlier, or the bytes sent or received hardly vary. Score: the correlation as a
 * multiple of its threshold, at least 1 where the variation is low (that one has no scale: between the percentiles kept,
 * counts are often all the same); bytes decide but are not in the score, which is of time.
 */
export const ELASTIC: Method = {
  name: 'Elastic rule',
  judge({ t, up, down, windowSeconds }) {
    const counts = new Array<number>(BUCKETS).fill(0);
    const sums = { up: new Array<number>(BUCKETS).fill(0), down: new Array<number>(BUCKETS).fill(0) };
    const width = windowSeconds / BUCKETS;
    t.forEach((at, i) => {
      const bucket = Math.min(BUCKETS - 1, Math.floor(at / width));
      counts[bucket]! += 1;
      sums.up[bucket]! += up[i]!;
      sums.down[bucket]! += down[i]!;
    });
    const first = counts.findIndex((count) => count > 0);
    const range = counts.slice(Math.max(first, 0), counts.findLastIndex((count) => count > 0) + 1);
    const filled = range.filter((count) => count > 0).length;
    if (range.length < 2 * LEAST_PERIODS || filled < LEAST_PERIODS + 1) {
      return { score: null, structured: false, periodSeconds: null };
    }
    const perBucket = (bytes: readonly number[]): number[] =>
      bytes.flatMap((sum, i) => (counts[i]! > 0 && sum > 0 ? [sum / counts[i]!] : []));
    const sameBytes = [sums.up, sums.down].map(perBucket).some((bytes) => {
      return bytes.length > LEAST_PERIODS && truncatedVariation(bytes) <= MOST_BYTES_VARIATION;
    });
    const variation = filled > Math.floor(LEAST_FILLED * range.length) ? truncatedVariation(range) : null;
    const best = bestPeriod(range);
    const even = variation !== null && variation <= MOST_COUNT_VARIATION ? 1 : 0;
    const score = Math.max(best.autocovariance / LEAST_AUTOCOVARIANCE, even);
    return { score, structured: sameBytes || score >= 1, periodSeconds: best.buckets * width };
  },
};

/** sigma / mu of the values between the 10th and the 80th percentile of those above 0. */
function truncatedVariation(values: readonly number[]): number {
  const ordered = values.filter((value) => value > 0).sort((a, b) => a - b);
  const [low, high] = TRUNCATED_AT.map((share) => {
    return ordered[Math.min(Math.floor(share * ordered.length + 0.5), ordered.length - 1)]!;
  }) as [number, number];
  const kept = values.filter((value) => value >= low && value <= high);
  return deviation(kept) / mean(kept);
}

/** The period of the highest correlation, averaged with that at its multiples from three on. */
function bestPeriod(counts: readonly number[]): { buckets: number; autocovariance: number } {
  const longest = Math.floor(counts.length / LEAST_PERIODS);
  let best = { buckets: 2, autocovariance: -Infinity };
  for (let period = 2; period <= longest; period++) {
    const jitter = Math.floor(MOST_JITTER * period);
    const seen = [correlation(counts, period, jitter)];
    for (let lag = 3 * period; lag <= longest; lag += period) seen.push(correlation(counts, lag, jitter));
    const autocovariance = mean(seen);
    if (autocovariance > best.autocovariance) best = { buckets: period, autocovariance };
  }
  return best;
}

/**
 * Correlation of each stretch of `lag` buckets with the one before, which may be moved by so many buckets to fit. Counts
 * that do not vary correlate with nothing; the package calls that 1, by which sparse series would all score highest.
 */
function correlation(counts: readonly number[], lag: number, jitter: number): number {
  const end = counts.length - 2 * lag;
  const whole = Math.floor((end + 1 - jitter) / lag) * lag;
  const within = counts.slice(jitter + lag, jitter + whole);
  const centre = within.length === 0 ? 0 : mean(within);
  let [varianceHere, varianceBefore, covariance] = [0, 0, 0];
  for (let from = jitter; from < end + 1; from += lag) {
    const moved = Array.from({ length: 2 * jitter + 1 }, (_, i) =>
      stretch(counts, from + lag, lag, i - jitter, centre),
    );
    const best = moved.reduce((a, b) => (b.fit > a.fit ? b : a));
    varianceHere += best.here;
    varianceBefore += best.before;
    covariance += best.together;
  }
  const scale = Math.sqrt(varianceHere * varianceBefore);
  return scale === 0 ? 0 : covariance / scale;
}

interface Stretch {
  readonly here: number;
  readonly before: number;
  readonly together: number;
  readonly fit: number;
}

function stretch(counts: readonly number[], from: number, lag: number, moved: number, centre: number): Stretch {
  let [here, before, together] = [0, 0, 0];
  for (let j = from; j < from + lag; j++) {
    const x = (counts[j] ?? 0) - centre;
    const y = (counts[j - lag - moved] ?? 0) - centre;
    here += x * x;
    before += y * y;
    together += x * y;
  }
  const scale = Math.sqrt(here * before);
  return { here, before, together, fit: scale === 0 ? 0 : together / scale };
}
