// Benign traffic that people cause through an app: what they do is aperiodic, what the app makes of it is bursty.
import { burst } from './beacon.ts';
import { renewal, type Draw } from './family.ts';
import { meanGap, type Rate } from './chance.ts';
import type { Random, Range } from './random.ts';

/** Reading pages: log-normal dwell, and with each page its parts within a few seconds. */
export function browsing(rate: Rate, sigma: Range, parts: Range, spreadSeconds: Range): Draw {
  return (random, windowSeconds) => {
    const width = random.within(sigma);
    const median = meanGap(random, rate, windowSeconds) * Math.exp(-(width ** 2) / 2);
    const pages = renewal(random, windowSeconds, () => random.logNormal(median, width));
    const spread = random.within(spreadSeconds);
    return { times: pages.flatMap((at) => burst(random, at, random.count(parts), spread)), truth: null };
  };
}

export interface Episodes {
  /** Mean time between the end of one episode and the next. */
  readonly pauseSeconds: Range;
  /** Events in an episode, geometric with this mean. */
  readonly meanEvents: Range;
  /** Median gap inside an episode. */
  readonly gapSeconds: Range;
  readonly sigma: Range;
}

/** Conversations, or an app opened now and then: episodes of log-normal gaps with exponential pauses between. */
export function episodes(law: Episodes): Draw {
  return (random, windowSeconds) => {
    const pause = random.logWithin(law.pauseSeconds);
    const another = 1 - 1 / random.within(law.meanEvents);
    const [median, width] = [random.logWithin(law.gapSeconds), random.within(law.sigma)];
    const gap = (): number => (random.chance(another) ? random.logNormal(median, width) : random.exponential(pause));
    return { times: renewal(random, windowSeconds, gap), truth: null };
  };
}

export interface Seeking {
  readonly betweenSeconds: Range;
  readonly sigma: Range;
  readonly segments: Range;
  /** Time to download one segment, median; it varies with the network. */
  readonly fetchSeconds: Range;
}

/** A film in which someone seeks: each seek fetches segments one after another until the buffer is full. */
export function seeking(law: Seeking): Draw {
  return (random, windowSeconds) => {
    const [between, width] = [random.logWithin(law.betweenSeconds), random.within(law.sigma)];
    const fetch = random.logWithin(law.fetchSeconds);
    const seeks = renewal(random, windowSeconds, () => random.logNormal(between, width));
    const times = seeks.flatMap((start, index) => {
      // A new seek ends the fetching for the one before.
      const until = seeks[index + 1] ?? windowSeconds;
      const fetched: number[] = [];
      let at = start;
      for (let left = random.count(law.segments); left > 0 && at < until; left--) {
        fetched.push(at);
        at += random.logNormal(fetch, 0.7);
      }
      return fetched;
    });
    return { times, truth: null };
  };
}

/** Edits in flurries, synchronised once no edit has come for a while (debounce). */
export function debouncedSync(rate: Rate, edits: Range, quietSeconds: Range): Draw {
  return (random, windowSeconds) => {
    const between = meanGap(random, rate, windowSeconds);
    const quiet = random.within(quietSeconds);
    const flurries = renewal(random, windowSeconds, () => random.exponential(between));
    const typed = ascending(flurries.flatMap((at) => flurry(random, at, random.count(edits))));
    const times = typed.filter((at, i) => (typed[i + 1] ?? Infinity) - at > quiet).map((at) => at + quiet);
    return { times, truth: null };
  };
}

function flurry(random: Random, from: number, count: number): number[] {
  let at = from;
  return Array.from({ length: count }, () => (at += random.logNormal(2, 0.8)));
}

/** Operations by chance, of which some fail and are tried again, at most so often, after a random wait. */
export function retried(rate: Rate, failing: Range, tries: Range, waitSeconds: Range): Draw {
  return (random, windowSeconds) => {
    const between = meanGap(random, rate, windowSeconds);
    const [share, wait] = [random.within(failing), random.logWithin(waitSeconds)];
    const operations = renewal(random, windowSeconds, () => random.exponential(between));
    const times = operations.flatMap((start) => {
      const made = [start];
      const most = random.count(tries);
      for (let at = start; made.length < most && random.chance(share);) {
        at += random.exponential(wait);
        made.push(at);
      }
      return made;
    });
    return { times, truth: null };
  };
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}
