// What the calibration is made from; the test that recomputes a cell reads the same.

export const SEED = 20_261_122;
/** Numbers of beats at which the null families are judged. */
export const BEATS = [5, 6, 8, 10, 13, 17, 22, 30, 40, 60, 100, 160, 250, 400];

const SERIES = 600;
/** From so many beats on, a series is slow to judge and chance far from the threshold. */
const LONG_BEATS = 100;
export const LONG_SERIES = 200;

/** Series judged in a cell. */
export function seriesAt(beats: number): number {
  return beats >= LONG_BEATS ? LONG_SERIES : SERIES;
}

/** The tail of a cell that the table keeps: what 99 % of its series stay below, in nats. */
export const TAIL_SHARE = 0.99;

/** Two decimals: the draws do not support more. */
export function toNats(value: number): number {
  return Number(value.toFixed(2));
}
