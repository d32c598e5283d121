import { jittered } from '../generator/beacon.ts';
import { randomFor } from '../generator/random.ts';
import type { Observed } from '../method.ts';

const SEED = 20_261_122;

/** Series of neighbouring indices differ in kind: timers, chance and a person's pace take different times. */
export const KINDS_OF_SERIES = 4;

/**
 * A series of exactly so many starts, a minute apart on average: every second one a beacon of 20 % jitter with a tenth of
 * its beats missed, the others by chance (exponential, and log-normal of sigma .6).
 */
export function seriesOfLength(count: number, index: number): Observed {
  const random = randomFor(SEED, ['speed', count, index]);
  const period = random.logWithin([20, 180]);
  const gap = (): number => {
    if (index % KINDS_OF_SERIES === 1) return random.exponential(period);
    if (index % KINDS_OF_SERIES === 3) return random.logNormal(period, 0.6);
    return period * jittered(random, 'uniform', 0.2) * (random.chance(0.1) ? 2 : 1);
  };
  const t: number[] = [];
  for (let at = gap(); t.length < count; at += gap()) t.push(Math.round(at * 1000) / 1000);
  const bytes = (median: number): number[] => t.map(() => Math.round(random.logNormal(median, 0.3)));
  return { t, up: bytes(400), down: bytes(900), windowSeconds: Math.ceil(t.at(-1)! + period) };
}
