// In: inter-arrival times in seconds. Out: how much better an exponential back-off explains them than chance does.
import { deviation, mean } from './numbers.ts';

/** Only the first intervals are looked at: back-off reaches its ceiling within a dozen. */
const MOST = 14;
const LEAST = 4;
/** Growth per step: 1.28 to 4.06 times. Common libraries use 1.5, 2 and 3. */
const SLOPE = { low: 0.25, high: 1.4 };

/**
 * S5: regression of ln I on min(i, c) for each ceiling c. The score is the log-likelihood ratio of that line against
 * one log-normal for all (sigma at least 0.42), less 2 ln m for the parameters; null where nothing grows.
 */
export function backOff(intervals: readonly number[]): number | null {
  const logs = intervals.slice(0, MOST).map((interval) => Math.log(Math.max(interval, 0.001)));
  if (logs.length < LEAST) return null;
  let best: number | null = null;
  for (let ceiling = 2; ceiling < logs.length; ceiling++) {
    const score = growth(logs, ceiling);
    if (score !== null && (best === null || score > best)) best = score;
  }
  return best;
}

function growth(logs: readonly number[], ceiling: number): number | null {
  const steps = logs.map((_, i) => Math.min(i, ceiling));
  const stepMean = mean(steps);
  const logMean = mean(logs);
  let covariance = 0;
  let variance = 0;
  steps.forEach((step, i) => {
    covariance += (step - stepMean) * (logs[i]! - logMean);
    variance += (step - stepMean) ** 2;
  });
  const slope = covariance / variance;
  if (slope < SLOPE.low || slope > SLOPE.high) return null;
  const rest = logs.map((log, i) => log - logMean - slope * (steps[i]! - stepMean));
  const count = logs.length;
  // Growing intervals are spread by their growth: 0.03 keeps a perfect series finite, 0.42 is the narrowest that
  // people's own pauses were seen to be.
  const likelihood = -count * Math.log(Math.max(deviation(rest), 0.03));
  const chance = -count * Math.log(Math.max(deviation(logs), 0.42));
  return likelihood - chance - 2 * Math.log(count);
}
