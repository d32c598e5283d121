// In: inter-arrival times in seconds. Out: how much better an exponential back-off explains them than chance does.

/** Only the first intervals are looked at: back-off reaches its ceiling within a dozen. */
const MOST = 14;
const LEAST = 4;
/** Growth per step: 1.28 to 4.06 times. Common libraries use 1.5, 2 and 3. */
const SLOPE = { low: 0.25, high: 1.4 };
/** Keeps a perfect series finite. */
const NARROWEST = 0.03;
/** The narrowest that people's own pauses were seen to be. */
const CHANCE = 0.42;
/** Prior odds in nats: every ceiling and slope was tried. */
const SEARCH_COST = 5;

const logs = new Float64Array(MOST);

/**
 * S3: regression of ln I on min(i, c) for each ceiling c. The score is the log-likelihood ratio of that line against
 * one log-normal for all (sigma at least 0.42), less 2 ln m for the parameters and 5 for the search; null where nothing
 * grows.
 */
export function backOff(intervals: ArrayLike<number>): number | null {
  const count = Math.min(MOST, intervals.length);
  if (count < LEAST) return null;
  let total = 0;
  for (let i = 0; i < count; i++) {
    logs[i] = Math.log(Math.max(intervals[i]!, 0.001));
    total += logs[i]!;
  }
  const centre = total / count;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (logs[i]! - centre) ** 2;
  let best: number | null = null;
  for (let ceiling = 2; ceiling < count; ceiling++) {
    const rest = restSquares(count, ceiling, centre);
    if (rest === null) continue;
    const line = Math.max(Math.sqrt(rest / count), NARROWEST);
    const chance = Math.max(Math.sqrt(squares / count), CHANCE);
    const score = count * Math.log(chance / line) - 2 * Math.log(count) - SEARCH_COST;
    if (best === null || score > best) best = score;
  }
  return best;
}

/** Sum of squares about the line; null where it does not grow as a back-off does. */
function restSquares(count: number, ceiling: number, centre: number): number | null {
  let stepTotal = 0;
  for (let i = 0; i < count; i++) stepTotal += Math.min(i, ceiling);
  const middle = stepTotal / count;
  let covariance = 0;
  let variance = 0;
  for (let i = 0; i < count; i++) {
    const step = Math.min(i, ceiling) - middle;
    covariance += step * (logs[i]! - centre);
    variance += step * step;
  }
  const slope = covariance / variance;
  if (slope < SLOPE.low || slope > SLOPE.high) return null;
  let rest = 0;
  for (let i = 0; i < count; i++) rest += (logs[i]! - centre - slope * (Math.min(i, ceiling) - middle)) ** 2;
  return rest;
}
