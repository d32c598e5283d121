// Null families: how gaps fall where nobody set a timer. Each makes at least `count` gaps, in seconds, of the pace that
// `scale` gives (the mean or median gap inside activity), and draws its own shape once a series.
import { exponential, gamma, normal, poisson, within, type Uniform } from './draws.ts';

export type NullFamily = (uniform: Uniform, scale: number, count: number) => number[];

const repeat = (count: number, make: () => number): number[] => Array.from({ length: count }, make);

/** Log-normal gaps of a width drawn from a range. */
function logNormal(low: number, high: number): NullFamily {
  return (uniform, scale, count) => {
    const sigma = within(uniform, low, high);
    return repeat(count, () => scale * Math.exp(sigma * normal(uniform)));
  };
}

/** Groups of gaps one after another until there are enough. */
function grouped(count: number, make: () => number[]): number[] {
  const gaps: number[] = [];
  while (gaps.length < count) gaps.push(...make());
  return gaps;
}

export const NULL_FAMILIES: Readonly<Record<string, NullFamily>> = {
  /** Independent events. */
  poisson: (uniform, scale, count) => repeat(count, () => exponential(uniform, scale)),
  /** A person who scrolls or taps: .42 is the narrowest that was seen. */
  scrolling: logNormal(0.42, 0.65),
  /** Changing attention. */
  'log-normal': logNormal(0.7, 1.6),
  /** Heavy tails (Barabasi, Nature 435, 2005). */
  pareto: (uniform, scale, count) => {
    const tail = within(uniform, 1.1, 2.3);
    return repeat(count, () => (scale / 3) * (1 - uniform()) ** (-1 / tail));
  },
  gamma: (uniform, scale, count) => {
    const shape = within(uniform, 0.5, 2.8);
    return repeat(count, () => (scale * gamma(uniform, shape)) / shape);
  },
  weibull: (uniform, scale, count) => {
    const shape = within(uniform, 0.6, 1.7);
    return repeat(count, () => scale * exponential(uniform, 1) ** (1 / shape));
  },
  'log-logistic': (uniform, scale, count) => {
    const shape = within(uniform, 1.5, 3.8);
    return repeat(count, () => scale * (1 / (1 - uniform()) - 1) ** (1 / shape));
  },
  /** Nothing can follow for a while, then chance: debounced or queued requests. */
  'dead time': (uniform, scale, count) => {
    const share = within(uniform, 0.1, 0.45);
    return repeat(count, () => share * scale + exponential(uniform, (1 - share) * scale));
  },
  /** Two kinds of gaps, short and long. */
  'hyper-exponential': (uniform, scale, count) => {
    const [short, contrast] = [within(uniform, 0.3, 0.8), within(uniform, 2, 10)];
    return repeat(count, () => exponential(uniform, uniform() < short ? scale / contrast : 2 * scale));
  },
  /** Pages read, each with its parts within a few seconds. */
  browsing: (uniform, scale, count) => {
    const [sigma, parts, spread] = [within(uniform, 0.7, 1.2), within(uniform, 1, 8), within(uniform, 0.3, 4)];
    return grouped(count, () => {
      const made = repeat(Math.floor(uniform() * parts), () => (uniform() * spread) / parts);
      return [...made, scale * Math.exp(sigma * normal(uniform))];
    });
  },
  /** Conversations, or an app opened now and then: log-normal gaps inside, long exponential pauses between. */
  episodes: (uniform, scale, count) => {
    const [sigma, another, pause] = [within(uniform, 0.7, 1.3), within(uniform, 0.6, 0.95), within(uniform, 4, 24)];
    return repeat(count, () =>
      uniform() < another ? scale * Math.exp(sigma * normal(uniform)) : exponential(uniform, pause * scale),
    );
  },
  /** A rate that swings some times over the series (thinning: Lewis and Shedler, 1979). */
  swinging: (uniform, scale, count) => {
    const depth = within(uniform, 0.5, 1);
    const turns = (2 * Math.PI * within(uniform, 0.5, 3.5)) / (count * scale);
    const phase = 2 * Math.PI * uniform();
    let now = 0;
    return repeat(count, () => {
      const before = now;
      do now += exponential(uniform, scale / (1 + depth));
      while (uniform() > (1 + depth * Math.sin(phase + turns * now)) / (1 + depth));
      return now - before;
    });
  },
  /** Two rates that a hidden state chooses between (Markov-modulated Poisson process). */
  'two states': (uniform, scale, count) => {
    const [contrast, stay] = [within(uniform, 2, 12), scale * within(uniform, 3, 18)];
    let busy = uniform() < 0.5;
    let left = exponential(uniform, stay);
    return repeat(count, () => {
      for (let gap = 0; ; busy = !busy) {
        const next = exponential(uniform, busy ? scale : scale * contrast);
        if (next < left) {
          left -= next;
          return gap + next;
        }
        gap += left;
        left = exponential(uniform, busy ? 2 * stay : stay);
      }
    });
  },
  /** A person's pace that drifts: log-normal gaps whose logarithms follow one another (AR(1)). */
  drifting: (uniform, scale, count) => {
    const [sigma, memory] = [within(uniform, 0.45, 1), within(uniform, 0.2, 0.7)];
    let state = normal(uniform);
    return repeat(count, () => {
      state = memory * state + Math.sqrt(1 - memory * memory) * normal(uniform);
      return scale * Math.exp(sigma * state);
    });
  },
  /** Self-exciting (Hawkes, Biometrika 58, 1971), by its clusters. */
  'self-exciting': (uniform, scale, count) => {
    const children = within(uniform, 0.3, 0.8);
    const decay = scale * Math.exp(within(uniform, -3, 1));
    const times: number[] = [];
    for (let at = 0; times.length < 2 * count; at += exponential(uniform, scale / (1 - children))) {
      const open = [at];
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        times.push(next);
        for (let born = poisson(uniform, children); born > 0; born--) open.push(next + exponential(uniform, decay));
      }
    }
    times.sort((a, b) => a - b);
    // The last clusters overlap with ones that were not made.
    return Array.from({ length: count }, (_, i) => times[i + 1]! - times[i]!);
  },
  /** Operations by chance, of which some fail and are tried again after a random wait. */
  retries: (uniform, scale, count) => {
    const [failing, wait] = [within(uniform, 0.15, 0.55), scale * within(uniform, 0.1, 0.6)];
    return grouped(count, () => {
      const again: number[] = [];
      while (again.length < 3 && uniform() < failing) again.push(exponential(uniform, wait));
      return [...again, exponential(uniform, scale)];
    });
  },
};
