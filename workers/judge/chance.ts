// In: inter-arrival times in seconds, summed up. Out: how likely laws of chance make them, their parameters integrated
// out, so that short and long series, fast and slow ones stand on one scale.
import { logAdd, logGamma, logUpperGamma } from './gamma.ts';

/** What the laws need to know of the intervals. */
export interface Sums {
  readonly count: number;
  readonly total: number;
  readonly squares: number;
  readonly logs: number;
  /** Sum of squared deviations of the logarithms from their mean. */
  readonly logSpread: number;
  readonly shortest: number;
  readonly longest: number;
  /** Sum of x^k for each of WEIBULL. */
  readonly powers: readonly number[];
}

/** Intervals with what every statistic of them asks first. */
export interface Weighed {
  readonly intervals: Float64Array;
  readonly sums: Sums;
  /** See chanceEvidence. */
  readonly chance: number;
}

export function weighed(intervals: Float64Array): Weighed {
  const sums = sumsOf(intervals);
  return { intervals, sums, chance: chanceEvidence(sums) };
}

/** Widths of a log-normal law. People's pauses were seen to have at least .42; anything narrower is a timer. */
const LOG_NORMAL = [0.42, 0.5, 0.6, 0.7, 0.85, 1.05, 1.3, 1.6] as const;
/** Shapes of a gamma law; 1 is the exponential law of independent events. */
const GAMMA = [0.5, 0.8, 1, 1.5, 2, 2.7] as const;
/** Shapes of a Weibull law. */
const WEIBULL = [0.6, 0.8, 1.3, 1.7] as const;
/** Dead times as shares of the mean interval, before an exponential law. */
const DEAD_TIME = [0.1, 0.2, 0.3, 0.45] as const;
/** Exponents of heavy tails. */
const PARETO = [1.1, 1.4, 1.8] as const;
/**
 * Prior weights of the families. Dead time is most like a timer: it too begins at an edge. A heavy tail is far from any
 * timer by itself, and with a full share its sharp beginning would explain timers of 20 % away.
 */
const WEIGHTS = { logNormal: 10, gamma: 10, weibull: 10, deadTime: 20, pareto: 2 } as const;
const ALL_WEIGHTS = Object.values(WEIGHTS).reduce((sum, weight) => sum + weight, 0);
const LOG_TWO_PI = Math.log(2 * Math.PI);
/** Intervals are taken to be at least a millisecond, so that equal times have a logarithm. */
const SHORTEST = 0.001;

export function sumsOf(intervals: Float64Array): Sums {
  const count = intervals.length;
  const powers = WEIBULL.map(() => 0);
  let [total, squares, logs, logSquares, shortest, longest] = [0, 0, 0, 0, Infinity, 0];
  for (let i = 0; i < count; i++) {
    const x = Math.max(SHORTEST, intervals[i]!);
    const log = Math.log(x);
    total += x;
    squares += x * x;
    logs += log;
    logSquares += log * log;
    if (x < shortest) shortest = x;
    if (x > longest) longest = x;
    for (let k = 0; k < WEIBULL.length; k++) powers[k]! += Math.exp(WEIBULL[k]! * log);
  }
  const logSpread = Math.max(0, logSquares - (logs * logs) / count);
  return { count, total, squares, logs, logSpread, shortest, longest, powers };
}

/**
 * ln of the mean, over five families and their shapes, of the likelihood with its scale integrated out under the
 * scale-free prior ds/s. Each integral is closed; the shapes inside a family are all equally likely.
 */
export function chanceEvidence(sums: Sums): number {
  const { count: m, total, logs, logSpread, shortest } = sums;
  let evidence = -Infinity;
  const add = (weight: number, shapes: number, value: number): void => {
    evidence = logAdd(evidence, value + Math.log(weight / (ALL_WEIGHTS * shapes)));
  };
  for (const s of LOG_NORMAL) {
    const spread = -logSpread / (2 * s * s) - ((m - 1) / 2) * (LOG_TWO_PI + 2 * Math.log(s));
    add(WEIGHTS.logNormal, LOG_NORMAL.length, spread - 0.5 * Math.log(m) - logs);
  }
  for (const k of GAMMA) {
    add(WEIGHTS.gamma, GAMMA.length, logGamma(m * k) - m * logGamma(k) + (k - 1) * logs - m * k * Math.log(total));
  }
  WEIBULL.forEach((k, i) => {
    const scale = logGamma(m) - m * Math.log(sums.powers[i]!);
    add(WEIGHTS.weibull, WEIBULL.length, (m - 1) * Math.log(k) + (k - 1) * logs + scale);
  });
  for (const share of DEAD_TIME) {
    const scale = 1 - share;
    const tail = logUpperGamma(m, (total * share) / (scale * shortest));
    add(WEIGHTS.deadTime, DEAD_TIME.length, (m * share) / scale - m * Math.log(total) + tail);
  }
  for (const a of PARETO) add(WEIGHTS.pareto, PARETO.length, heavyTail(sums, a));
  return evidence;
}

/**
 * The same of heavy tails alone. With their sharp beginning and a few long intervals they look like a timer that misses
 * beats and pauses, which has to explain the times better than they do at full weight.
 */
export function heavyTailEvidence(sums: Sums): number {
  return PARETO.reduce((evidence, a) => logAdd(evidence, heavyTail(sums, a)), -Infinity) - Math.log(PARETO.length);
}

function heavyTail({ count: m, logs, shortest }: Sums, a: number): number {
  return (m - 1) * Math.log(a) - Math.log(m) - (a + 1) * logs + m * a * Math.log(shortest);
}
