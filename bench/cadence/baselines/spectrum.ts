/** Sums of cos and sin of the phases of all starts, by harmonic from the first. */
export type Harmonics = (cosines: Float64Array, sines: Float64Array, frequency: number) => void;

/** Periods from 6 s, the gap by which bursts are merged, to a third of the span; four steps a resolution width. */
const FASTEST_SECONDS = 6;
const SLOWEST_PER_SPAN = 3;
const OVERSAMPLING = 4;

export interface Grid {
  readonly first: number;
  readonly step: number;
  readonly count: number;
  /** Independent frequencies: the number of trials. */
  readonly trials: number;
}

export function gridOf(spanSeconds: number): Grid | null {
  const [first, last] = [SLOWEST_PER_SPAN / spanSeconds, 1 / FASTEST_SECONDS];
  if (!(last > first)) return null;
  const step = 1 / (OVERSAMPLING * spanSeconds);
  return { first, step, count: Math.floor((last - first) / step) + 1, trials: (last - first) * spanSeconds };
}

/**
 * Walks the grid. The phase of each start is turned by its own small angle from one frequency to the next, and its
 * harmonics follow by multiplication, so that no trigonometric function is called inside.
 */
export function walkGrid(starts: readonly number[], grid: Grid, harmonics: number, visit: Harmonics): void {
  const count = starts.length;
  const from = starts[0] ?? 0;
  const [cos, sin] = [new Float64Array(count), new Float64Array(count)];
  const [turnCos, turnSin] = [new Float64Array(count), new Float64Array(count)];
  for (let i = 0; i < count; i++) {
    const at = 2 * Math.PI * (starts[i]! - from);
    cos[i] = Math.cos(at * grid.first);
    sin[i] = Math.sin(at * grid.first);
    turnCos[i] = Math.cos(at * grid.step);
    turnSin[i] = Math.sin(at * grid.step);
  }
  const [cosines, sines] = [new Float64Array(harmonics), new Float64Array(harmonics)];
  for (let step = 0; step < grid.count; step++) {
    cosines.fill(0);
    sines.fill(0);
    for (let i = 0; i < count; i++) {
      const [c, s] = [cos[i]!, sin[i]!];
      let [x, y] = [c, s];
      cosines[0]! += x;
      sines[0]! += y;
      for (let k = 1; k < harmonics; k++) {
        const next = x * c - y * s;
        y = x * s + y * c;
        x = next;
        cosines[k]! += x;
        sines[k]! += y;
      }
      cos[i] = c * turnCos[i]! - s * turnSin[i]!;
      sin[i] = c * turnSin[i]! + s * turnCos[i]!;
    }
    visit(cosines, sines, grid.first + step * grid.step);
  }
}
