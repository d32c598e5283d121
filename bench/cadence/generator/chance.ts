// Benign traffic whose gaps follow a law of chance: renewal processes and point processes with a changing rate.
import { renewal, type Draw } from './family.ts';
import type { Random, Range } from './random.ts';

/** The mean gap is log-uniform from the shortest to the one that makes so many events in the window. */
export interface Rate {
  readonly shortestSeconds: number;
  readonly leastEvents: number;
}

export function meanGap(random: Random, rate: Rate, windowSeconds: number): number {
  return random.logWithin([rate.shortestSeconds, windowSeconds / rate.leastEvents]);
}

/** A renewal process; the law is drawn once a series, and gives gaps of about the mean it is handed. */
function renewing(rate: Rate, law: (random: Random) => (mean: number) => number): Draw {
  return (random, windowSeconds) => {
    const gap = law(random);
    const mean = meanGap(random, rate, windowSeconds);
    return { times: renewal(random, windowSeconds, () => gap(mean)), truth: null };
  };
}

/** Many independent causes: exponential gaps. */
export const poisson = (rate: Rate): Draw => renewing(rate, (random) => (mean) => random.exponential(mean));

/** Log-normal gaps: .42 to .65 is the pace of a person who scrolls or taps, above .9 that of changing attention. */
export const logNormal = (rate: Rate, sigma: Range): Draw =>
  renewing(rate, (random) => {
    const width = random.within(sigma);
    return (mean) => random.logNormal(mean * Math.exp(-(width ** 2) / 2), width);
  });

/** Heavy tails (Barabasi, Nature 435, 2005): P(gap > x) = (x / least)^-alpha; the mean is finite for alpha > 1. */
export const pareto = (rate: Rate, alpha: Range): Draw =>
  renewing(rate, (random) => {
    const tail = random.within(alpha);
    return (mean) => (mean * (1 - 1 / Math.max(tail, 1.2))) / (1 - random.uniform()) ** (1 / tail);
  });

/** A dead time, a share of the mean gap, in which nothing can follow, then chance: debounced or queued requests. */
export const deadTime = (rate: Rate, share: Range): Draw =>
  renewing(rate, (random) => {
    const dead = random.within(share);
    return (mean) => mean * dead + random.exponential(mean * (1 - dead));
  });

/** Gamma gaps: below 1 clustered, at 2 to 3 the sum of a few steps that a task takes. */
export const gammaGaps = (rate: Rate, shape: Range): Draw =>
  renewing(rate, (random) => {
    const k = random.within(shape);
    return (mean) => random.gamma(k, mean);
  });

/** Weibull gaps, P(gap > x) = exp(-(x / scale)^shape): waiting whose end grows more or less likely with time. */
export const weibullGaps = (rate: Rate, shape: Range): Draw =>
  renewing(rate, (random) => {
    const k = random.within(shape);
    return (mean) => (mean * random.exponential(1) ** (1 / k)) / gammaFunction(1 + 1 / k);
  });

/** Log-logistic gaps (survival 1 / (1 + (x / median)^shape)): people's delays with a power tail. */
export const logLogisticGaps = (rate: Rate, shape: Range): Draw =>
  renewing(rate, (random) => {
    const k = random.within(shape);
    return (mean) => {
      const u = random.uniform();
      return mean * 0.8 * (u / (1 - u)) ** (1 / k);
    };
  });

/** Inverse Gaussian gaps (Michael, Schucany and Haas, The American Statistician 30, 1976): evidence piles up to a choice. */
export const inverseGaussianGaps = (rate: Rate, shapeOverMean: Range): Draw =>
  renewing(rate, (random) => {
    const ratio = random.within(shapeOverMean);
    return (mean) => {
      const lambda = ratio * mean;
      const y = random.normal() ** 2;
      const root = Math.sqrt(4 * mean * lambda * y + (mean * y) ** 2);
      const x = mean + (mean * mean * y - mean * root) / (2 * lambda);
      return random.uniform() <= mean / (mean + x) ? x : (mean * mean) / x;
    };
  });

/** Log-normal gaps whose logarithms follow one another (AR(1)): a person's pace drifts. */
export const driftingPace = (rate: Rate, sigma: Range, memory: Range): Draw =>
  renewing(rate, (random) => {
    const width = random.within(sigma);
    const rho = random.within(memory);
    let state = random.normal();
    return (mean) => {
      state = rho * state + Math.sqrt(1 - rho * rho) * random.normal();
      return mean * Math.exp(width * state - (width * width) / 2);
    };
  });

/** A Poisson rate that swings by a depth, `cycles` times in the window (thinning: Lewis and Shedler, 1979). */
export function swingingRate(rate: Rate, depth: Range, cycles: Range): Draw {
  return (random, windowSeconds) => {
    const mean = meanGap(random, rate, windowSeconds);
    const swing = random.within(depth);
    const turns = random.within(cycles);
    const phase = random.uniform();
    const peak = mean / (1 + swing);
    const candidates = renewal(random, windowSeconds, () => random.exponential(peak));
    const times = candidates.filter((at) => {
      const now = 1 + swing * Math.sin(2 * Math.PI * (phase + (turns * at) / windowSeconds));
      return random.chance(now / (1 + swing));
    });
    return { times, truth: null };
  };
}

/** Self-exciting (Hawkes, Biometrika 58, 1971), by its clusters: each event has Poisson(n) children, exponentially later. */
export function selfExciting(rate: Rate, offspring: Range, decaySeconds: Range): Draw {
  return (random, windowSeconds) => {
    const children = random.within(offspring);
    const decay = random.logWithin(decaySeconds);
    const between = meanGap(random, rate, windowSeconds) / (1 - children);
    // Immigrants of some time before the window have children inside.
    const early = decay * 10;
    const open = renewal(random, windowSeconds + early, () => random.exponential(between)).map((at) => at - early);
    const times: number[] = [];
    while (open.length > 0 && times.length < 20_000) {
      const at = open.pop()!;
      times.push(at);
      for (let due = random.exponential(1); due < children; due += random.exponential(1)) {
        open.push(at + random.exponential(decay));
      }
    }
    return { times, truth: null };
  };
}

/** Two rates that a hidden Markov state chooses between: busy and idle (Markov-modulated Poisson process). */
export function twoStates(rate: Rate, contrast: Range, staySeconds: Range): Draw {
  return (random, windowSeconds) => {
    const busyGap = meanGap(random, rate, windowSeconds) / 2;
    const idleGap = busyGap * random.logWithin(contrast);
    const stay = random.logWithin(staySeconds);
    const times: number[] = [];
    let busy = random.chance(0.5);
    for (let from = 0; from < windowSeconds; busy = !busy) {
      const until = from + random.exponential(stay);
      const gap = busy ? busyGap : idleGap;
      for (let at = from + random.exponential(gap); at < until; at += random.exponential(gap)) times.push(at);
      from = until;
    }
    return { times, truth: null };
  };
}

/** Gamma function by Lanczos' approximation (g = 7, n = 9), for arguments above 1. */
function gammaFunction(z: number): number {
  const coefficients = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  const x = z - 1;
  let total = coefficients[0]!;
  for (let i = 1; i < coefficients.length; i++) total += coefficients[i]! / (x + i);
  const t = x + 7.5;
  return Math.sqrt(2 * Math.PI) * t ** (x + 0.5) * Math.exp(-t) * total;
}
