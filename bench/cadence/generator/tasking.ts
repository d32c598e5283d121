// Command and control without a period: back-off after failures, and tasks that arrive as pushes.
import { delayOf, type Draw, type Noise } from './family.ts';
import type { Random, Range } from './random.ts';

export interface BackOff {
  /** The first gap. */
  readonly firstSeconds: Range;
  /** Each gap is the one before times this. */
  readonly factor: Range;
  /** Gaps until the cap; after it they stay the same. */
  readonly steps: Range;
  /** Uniform, half-width as a share of the gap. */
  readonly jitter: Range;
  /** The first try lies in this share of the window, from its beginning. */
  readonly within: number;
  readonly noise: Noise;
}

/** A server that does not answer: gaps grow by a factor until a cap, with jitter (as AWS's SDKs and gRPC do). */
export function backingOff(law: BackOff): Draw {
  return (random, windowSeconds) => {
    const median = random.logWithin(law.noise.delaySeconds);
    const factor = random.within(law.factor);
    const steps = random.count(law.steps);
    const jitter = random.within(law.jitter);
    // The gaps up to the seventh fit the window, so that most series hold eight tries.
    const room = (windowSeconds * (1 - law.within)) / sumOfPowers(factor, Math.min(6, steps), 7);
    const first = Math.min(random.logWithin(law.firstSeconds), room);
    const times: number[] = [];
    let at = windowSeconds * law.within * random.uniform();
    for (let i = 0; at < windowSeconds; i++) {
      times.push(at + delayOf(random, median, law.noise));
      at += first * factor ** Math.min(i, steps) * (1 + jitter * (2 * random.uniform() - 1));
    }
    return { times, truth: { periodSeconds: null, jitter, jitterLaw: 'uniform', missedShare: 0 } };
  };
}

/** sum over i < count of factor^min(i, cap). */
function sumOfPowers(factor: number, cap: number, count: number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += factor ** Math.min(i, cap);
  return total;
}

export interface Tasked {
  readonly meanGapSeconds: Range;
  readonly lagSeconds: Range;
  readonly missed: Range;
}

/** Pushes at the operator's whim, each answered after a lag: in these times alone there is nothing to see. */
export function pushTasked(law: Tasked): Draw {
  return (random, windowSeconds) => ({ times: taskedTimes(law, random, windowSeconds).sessions, truth: null });
}

/** The pushes with the sessions that answer them, in seconds; an answer may fall behind the window. */
export function taskedTimes({ meanGapSeconds, lagSeconds, missed }: Tasked, random: Random, windowSeconds: number) {
  const between = Math.min(random.logWithin(meanGapSeconds), windowSeconds / 8);
  const lag = random.logWithin(lagSeconds);
  const share = random.within(missed);
  const pushes: number[] = [];
  const sessions: number[] = [];
  for (let at = random.exponential(between); at < windowSeconds; at += random.exponential(between)) {
    pushes.push(at);
    if (!random.chance(share)) sessions.push(at + random.logNormal(lag, 0.6));
  }
  return { pushes, sessions };
}
