// Command and control that keeps a beat, and what disturbs it.
import { delayOf, paceOf, renewal, type Draw, type JitterLaw, type Noise, type Pace } from './family.ts';
import type { Random, Range } from './random.ts';

export interface Beacon {
  readonly pace: Pace;
  readonly noise: Noise;
  readonly law: JitterLaw;
  /** Parameter of the law, see Truth.jitter. */
  readonly jitter: Range;
  /** Share of series whose timer fires at fixed instants (an alarm) instead of sleeping after each exchange. */
  readonly locked: number;
}

/** Nothing shorter than this share of the period: implants clamp their sleep. */
const SHORTEST_GAP = 0.1;

/** One gap of mean about 1 under the law. */
export function jittered(random: Random, law: JitterLaw, jitter: number): number {
  if (law === 'none') return 1;
  if (law === 'uniform') return 1 + jitter * (2 * random.uniform() - 1);
  // Cobalt Strike: "sleep 60 20" sleeps 48 to 60 s; scaled so that the mean is the nominal period.
  if (law === 'shortening') return (1 - jitter * random.uniform()) / (1 - jitter / 2);
  for (;;) {
    const gap = 1 + jitter * random.normal();
    if (gap >= SHORTEST_GAP) return gap;
  }
}

interface Beats {
  readonly times: number[];
  readonly period: number;
  readonly jitter: number;
}

/** The beats themselves, before anything happens to them. */
function beatsOf(random: Random, windowSeconds: number, { pace, noise, law, jitter, locked }: Beacon): Beats {
  const period = paceOf(random, pace, windowSeconds);
  const share = random.within(jitter);
  const median = random.logWithin(noise.delaySeconds);
  if (random.chance(locked)) {
    const due = renewal(random, windowSeconds, () => period);
    const times = due.map((at) => at + (jittered(random, law, share) - 1) * period + delayOf(random, median, noise));
    return { times, period, jitter: share };
  }
  const gap = (): number => period * jittered(random, law, share) + delayOf(random, median, noise) - median;
  return { times: renewal(random, windowSeconds, gap), period, jitter: share };
}

/** One connection a beat, sleep with jitter. */
export function steady(beacon: Beacon): Draw {
  return (random, windowSeconds) => {
    const { times, period, jitter } = beatsOf(random, windowSeconds, beacon);
    return { times, truth: { periodSeconds: period, jitter, jitterLaw: beacon.law, missedShare: 0 } };
  };
}

/** Beats left out one by one: no network, Doze, a sensor that lost packets. */
export function dropping(beacon: Beacon, missed: Range): Draw {
  return (random, windowSeconds) => {
    const { times, period, jitter } = beatsOf(random, windowSeconds, beacon);
    const share = random.within(missed);
    const kept = times.filter(() => !random.chance(share));
    return { times: kept, truth: { periodSeconds: period, jitter, jitterLaw: beacon.law, missedShare: share } };
  };
}

/** Works for some beats, then is silent for some: while charging, while the screen is off, in working hours. */
export function onOff(beacon: Beacon, onBeats: Range, offBeats: Range): Draw {
  return (random, windowSeconds) => {
    const period = paceOf(random, beacon.pace, windowSeconds);
    const jitter = random.within(beacon.jitter);
    const median = random.logWithin(beacon.noise.delaySeconds);
    const [on, off] = [random.count(onBeats), random.within(offBeats)];
    const first = random.count([0, on - 1]);
    const gap = (index: number): number => {
      const beat = period * jittered(random, beacon.law, jitter) + delayOf(random, median, beacon.noise) - median;
      return (index + first) % on === 0 ? beat + off * period * random.within([0.8, 1.2]) : beat;
    };
    const times = renewal(random, windowSeconds, gap);
    return { times, truth: { periodSeconds: period, jitter, jitterLaw: beacon.law, missedShare: 0 } };
  };
}

/** The host also serves ordinary requests: clutter of a share of the beats, each `together` connections at once. */
export function cluttered(beacon: Beacon, clutter: Range, together: Range): Draw {
  return (random, windowSeconds) => {
    const { times, period, jitter } = beatsOf(random, windowSeconds, beacon);
    const between = period / random.within(clutter);
    const strangers = renewal(random, windowSeconds, () => random.exponential(between));
    const extra = strangers.flatMap((at) => burst(random, at, random.count(together), 1.5));
    const truth = { periodSeconds: period, jitter, jitterLaw: beacon.law, missedShare: 0 };
    return { times: [...times, ...extra], truth };
  };
}

/** Several connections a beat: a DNS-like probe, the check-in, the upload. */
export function bursting(beacon: Beacon, connections: Range, spreadSeconds: Range): Draw {
  return (random, windowSeconds) => {
    const { times, period, jitter } = beatsOf(random, windowSeconds, beacon);
    const spread = random.within(spreadSeconds);
    const all = times.flatMap((at) => burst(random, at, random.count(connections), spread));
    return { times: all, truth: { periodSeconds: period, jitter, jitterLaw: beacon.law, missedShare: 0 } };
  };
}

/** The operator changes the sleep once, somewhere in the middle half: a task makes it faster, its end slower. */
export function changingRate(beacon: Beacon, factor: Range): Draw {
  return (random, windowSeconds) => {
    const period = paceOf(random, beacon.pace, windowSeconds);
    const other = period * random.logWithin(factor);
    const jitter = random.within(beacon.jitter);
    const turn = windowSeconds * random.within([0.25, 0.75]);
    const [before, after] = random.chance(0.5) ? [period, other] : [other, period];
    let at = before * random.uniform();
    const times: number[] = [];
    while (at < windowSeconds) {
      times.push(at);
      at += (at < turn ? before : after) * jittered(random, beacon.law, jitter);
    }
    const median = random.logWithin(beacon.noise.delaySeconds);
    // Either of the two periods is right, so none is held against the judge.
    const truth = { periodSeconds: null, jitter, jitterLaw: beacon.law, missedShare: 0 };
    return { times: times.map((time) => time + delayOf(random, median, beacon.noise)), truth };
  };
}

/** A few starts after one another, the first at once, the others spread over so many seconds. */
export function burst(random: Random, at: number, count: number, spreadSeconds: number): number[] {
  return Array.from({ length: count }, (_, i) => (i === 0 ? at : at + random.uniform() * spreadSeconds));
}
