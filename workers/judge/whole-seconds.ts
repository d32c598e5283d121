// In: beats in seconds. Out: how much the differences between near beats speak for sleeps of whole seconds.

/** Neighbours, and every second beat: two interleaved sleeps, or a request and its answer's upload, keep the latter. */
const LAGS = [1, 2] as const;
/** Prior odds in nats: two lags were tried, and few timers are as exact. */
const COST = 5;
/** Whole seconds alone are no cadence: they add at most so much, */
const MOST_NATS = 5;
/** and only up to here: they tip the balance where intervals leave it open. */
const TIPPED = 6;
/** A clock as coarse as this hides the second's fraction. */
const COARSE = 0.5;

/**
 * sleep(3) and timer wheels take whole seconds, while chance knows no second: Rayleigh's test of the differences modulo
 * 1 s, as -ln p (J. H. Zar, Biostatistical Analysis, 5th ed., eq. 27.4).
 *
 * @returns the evidence of the intervals with what whole seconds add to it.
 */
export function tippedByWholeSeconds(nats: number, starts: Float64Array, resolution: number): number {
  if (resolution >= COARSE || nats >= TIPPED) return nats;
  let most = 0;
  for (const lag of LAGS) {
    const count = starts.length - lag;
    if (count < 4) continue;
    let cosines = 0;
    let sines = 0;
    for (let i = 0; i < count; i++) {
      const turn = 2 * Math.PI * (starts[i + lag]! - starts[i]!);
      cosines += Math.cos(turn);
      sines += Math.sin(turn);
    }
    const squared = Math.min(count * count, cosines * cosines + sines * sines);
    const surprise = 1 + 2 * count - Math.sqrt(1 + 4 * count + 4 * (count * count - squared));
    most = Math.max(most, surprise - COST);
  }
  return Math.min(TIPPED, nats + Math.min(MOST_NATS, most));
}
