// In: the statistics of a series. Out: the rhythm that the strongest of them tells of, and every period there is.
import type { Beats } from './beats.ts';
import { rhythmOf, type Rhythm } from './interval.ts';
import { median } from './numbers.ts';
import type { Measured } from './statistics.ts';
import { periodsOf } from './stretches.ts';
import type { Structure } from './structure.ts';

/** A chain's period this far from the median interval means that clutter or missed beats have moved the median. */
const MOVED = 0.2;
/** Up to this jitter a chain's period is taken, beyond it the median interval. */
const STEADY = 0.2;
/** Above this share of clutter, jitter and missed beats are those of the chain, not of all intervals. */
const CLUTTERED = 0.1;
/** MAD of a normal law of standard deviation 1. */
const NORMAL_MAD = 0.6745;
/** Periods nearer than this are one. */
const SAME_PERIOD = 0.1;

export interface Heard extends Rhythm {
  /** Share of beats off the rhythm. */
  readonly clutter: number;
}

/**
 * The median interval speaks where nothing disturbs it, at any jitter. A chain that passes knows the period better where
 * it is steady, and where clutter or missed beats have moved the median it speaks alone. A timer that misses beats speaks
 * where no chain passes; of one that changes its rate, the longer part.
 */
export function heard(structure: Structure, chosen: Beats): Heard {
  const { best, threshold } = structure;
  const passing = best.nats >= threshold;
  if (passing && best.changeAt !== undefined) {
    return { ...rhythmOf(sidesOf(chosen.intervals, best.changeAt)[0]), clutter: 0 };
  }
  const chain = (passing ? best.chain : null) ?? chainIn(structure, chosen);
  const rhythm = rhythmOf(chosen.intervals);
  if (chain === null) {
    if (!passing || best.missing === undefined) return { ...rhythm, clutter: 0 };
    const { period, sigma, missed } = best.missing;
    const { pauses } = rhythmOf(chosen.intervals, period);
    return { period, jitter: NORMAL_MAD * sigma, missedRate: missed, pauses, clutter: 0 };
  }
  const { period, sigma, missed, clutter } = chain;
  const moved = Math.abs(period - rhythm.period) > MOVED * rhythm.period;
  if (moved && best.name !== 'chain' && best.name !== 'missed') return { ...rhythm, clutter: 0 };
  if (!moved && clutter <= CLUTTERED) return { ...rhythm, clutter, period: sigma <= STEADY ? period : rhythm.period };
  const { pauses } = rhythmOf(chosen.intervals, period);
  return { period, jitter: NORMAL_MAD * sigma, missedRate: missed, pauses, clutter };
}

/** The chain that passes in these beats; null for none. */
function chainIn({ all, threshold }: Structure, beats: Beats): Measured['chain'] {
  const passing = all.find((one) => one.name === 'chain' && one.beats === beats && one.nats >= threshold);
  return passing?.chain ?? null;
}

/** The intervals before and after a change of rate, those of the longer part first. */
function sidesOf(intervals: Float64Array, at: number): [Float64Array, Float64Array] {
  const [before, after] = [intervals.subarray(0, at), intervals.subarray(at)];
  return before.length >= after.length ? [before, after] : [after, before];
}

/** In seconds, the one that is heard first, then the others, strongest first. */
export function allPeriods(structure: Structure, rhythm: Rhythm, resolution: number): number[] {
  const { best, threshold } = structure;
  const chain = chainIn(structure, best.beats);
  const others = chain ? periodsOf(chain, best.beats, resolution, threshold) : [];
  if (best.changeAt !== undefined) others.unshift(median(sidesOf(best.beats.intervals, best.changeAt)[1])!);
  const different = others.filter((period, i) => {
    const known = [rhythm.period, ...others.slice(0, i)];
    return known.every((other) => Math.abs(period - other) > SAME_PERIOD * other);
  });
  return [rhythm.period, ...different];
}
