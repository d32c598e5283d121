// Benign traffic that keeps a beat: what no judge of cadence alone can tell from command and control.
import { delayOf, renewal, type Draw, type Noise } from './family.ts';
import type { Range } from './random.ts';

export interface Timer {
  /** Usual settings; one of them is drawn, cut to at least eight beats in the window. */
  readonly periodsSeconds: readonly number[];
  /** Uniform, half-width as a share of the period. */
  readonly jitter: Range;
  /** Share of the window, at one place, in which the timer runs. */
  readonly running: Range;
  readonly noise: Noise;
}

/** A timer of an analytics library, an advertisement's refresh, a keep-alive, a heartbeat, a repeating job. */
export function timer(law: Timer): Draw {
  return (random, windowSeconds) => {
    const fitting = law.periodsSeconds.filter((period) => period <= windowSeconds / 8);
    const chosen = fitting.length > 0 ? fitting : [windowSeconds / 8];
    const period = chosen[random.count([0, chosen.length - 1])]!;
    const jitter = random.within(law.jitter);
    const median = random.logWithin(law.noise.delaySeconds);
    const length = windowSeconds * random.within(law.running);
    const from = (windowSeconds - length) * random.uniform();
    const gap = (): number => period * (1 + jitter * (2 * random.uniform() - 1));
    const times = renewal(random, length, gap).map((at) => from + at + delayOf(random, median, law.noise));
    const jitterLaw = jitter > 0 ? ('uniform' as const) : ('none' as const);
    return { times, truth: { periodSeconds: period, jitter, jitterLaw, missedShare: 0 } };
  };
}
