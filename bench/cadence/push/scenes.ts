import { renewal } from '../generator/family.ts';
import type { Random, Range } from '../generator/random.ts';

/** A scene of one device session: the app is out of sight for an hour. Seconds. */
export const SCENE_SECONDS = 3600;

export interface Scene {
  readonly pushes: readonly number[];
  readonly sessions: readonly number[];
}

export type LagLaw = (random: Random) => () => number;

/** How long after a push its task is fetched; the law's scale is drawn once a scene. */
export const LAGS: Readonly<Record<string, LagLaw>> = {
  'at once (lognormal, median 0.5 to 4 s)': (random) => {
    const median = random.logWithin([0.5, 4]);
    return () => random.logNormal(median, 0.5);
  },
  'exponential, mean 2 to 15 s': (random) => {
    const mean = random.logWithin([2, 15]);
    return () => random.exponential(mean);
  },
  'uniform, up to 20 to 60 s': (random) => {
    const most = random.within([20, 60]);
    return () => random.within([0, most]);
  },
};

export type Background = (random: Random, perMinute: number) => number[];

/** Sessions that no push causes, at so many a minute on average. */
export const BACKGROUNDS: Readonly<Record<string, Background>> = {
  poisson: (random, perMinute) => renewal(random, SCENE_SECONDS, () => random.exponential(60 / perMinute)),
  bursty: (random, perMinute) => {
    // Episodes of five on average, seconds apart.
    const episodes = renewal(random, SCENE_SECONDS, () => random.exponential(300 / perMinute));
    return episodes.flatMap((start) => {
      let at = start;
      const times = [at];
      while (random.chance(0.8)) times.push((at += random.exponential(4)));
      return times;
    });
  },
  periodic: (random, perMinute) => {
    const period = 60 / perMinute;
    return renewal(random, SCENE_SECONDS, () => period * random.within([0.95, 1.05]));
  },
  'busy for a while': (random, perMinute) => {
    // A third of the hour has nine tenths of the sessions.
    const from = random.within([0, SCENE_SECONDS * (2 / 3)]);
    const busy = renewal(random, SCENE_SECONDS / 3, () => random.exponential(60 / (perMinute * 2.7)));
    const idle = renewal(random, SCENE_SECONDS, () => random.exponential(60 / (perMinute * 0.1)));
    return [...busy.map((at) => from + at), ...idle];
  },
};

/** Pushes at any time of the hour, in any order. */
export function pushTimes(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => random.within([0, SCENE_SECONDS]));
}

/** Pushes that come in conversations: a few within a minute or two. */
export function pushesTogether(random: Random, count: number): number[] {
  const times: number[] = [];
  while (times.length < count) {
    let at = random.within([0, SCENE_SECONDS]);
    for (let left = random.count([1, 5]); left > 0 && times.length < count; left--) {
      if (at < SCENE_SECONDS) times.push(at);
      at += random.exponential(25);
    }
  }
  return times;
}

/** Pushes that task the app: each not missed one is followed by a session after its lag. */
export function tasked(
  random: Random,
  count: number,
  lag: LagLaw,
  missed: Range,
  background: readonly number[],
): Scene {
  const pushes = pushTimes(random, count);
  const share = random.within(missed);
  const after = lag(random);
  const answers = pushes.filter(() => !random.chance(share)).map((at) => at + after());
  return { pushes, sessions: [...answers.filter((at) => at < SCENE_SECONDS), ...background] };
}
