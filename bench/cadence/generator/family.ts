import type { Random, Range } from './random.ts';

/**
 * c2: structured, to be found. aperiodic: benign, must not be found. periodic: benign timers, which no judge of cadence
 * alone can tell from c2, so that they are reported apart.
 */
export type Label = 'c2' | 'aperiodic' | 'periodic';

export type JitterLaw = 'none' | 'uniform' | 'gaussian' | 'shortening';

/** What is true of a series, so that more than its detection can be measured. */
export interface Truth {
  /** Nominal time between beats; null where there is none, as in a back-off. */
  readonly periodSeconds: number | null;
  /** uniform: half-width; gaussian: standard deviation; shortening: the most that is cut off. Shares of the period. */
  readonly jitter: number;
  readonly jitterLaw: JitterLaw;
  /** Share of the beats that were due and left out. */
  readonly missedShare: number;
}

export interface Draft {
  /** Seconds since the window opened, in any order; what lies outside the window is cut off later. */
  readonly times: readonly number[];
  /** null for what has no beat. */
  readonly truth: Truth | null;
}

export type Draw = (random: Random, windowSeconds: number) => Draft;

export interface Family {
  readonly name: string;
  readonly label: Label;
  /** Left out of the macro average: structured in no way that times alone could show. */
  readonly timeless?: true;
  readonly draw: Draw;
}

/** A family before it is said what its series are. */
export type Unlabelled = Omit<Family, 'label'>;

export function labelled(label: Label, families: readonly Unlabelled[]): Family[] {
  return families.map((one) => ({ ...one, label }));
}

/** Periods are log-uniform from the shortest to the one that makes so many beats in the window. */
export interface Pace {
  readonly shortestSeconds: number;
  readonly leastBeats: number;
}

export function paceOf(random: Random, { shortestSeconds, leastBeats }: Pace, windowSeconds: number): number {
  return random.logWithin([shortestSeconds, windowSeconds / leastBeats]);
}

export interface Noise {
  /** Median of the delay between a timer's firing and the connection's first packet. */
  readonly delaySeconds: Range;
  /** Share of beats that a lost packet delays by a retransmission of 1 s, then 3 s (RFC 6298: 1 s, doubled). */
  readonly lossShare: number;
}

/** One delay: log-normal around the median of this series, plus retransmissions. */
export function delayOf(random: Random, medianSeconds: number, { lossShare }: Noise): number {
  const wait = random.logNormal(medianSeconds, 0.5);
  if (!random.chance(lossShare)) return wait;
  return wait + (random.chance(0.2) ? 3 : 1);
}

/** Times of a renewal process that was under way when the window opened: the first gap is entered at a random place. */
export function renewal(random: Random, windowSeconds: number, gap: (index: number) => number): number[] {
  const times: number[] = [];
  let at = gap(0) * random.uniform();
  for (let index = 1; at < windowSeconds && times.length < MOST_TIMES; index++) {
    times.push(at);
    at += gap(index);
  }
  return times;
}

/** No family comes near; a law that gave gaps of nearly nothing ends here. */
const MOST_TIMES = 20_000;
