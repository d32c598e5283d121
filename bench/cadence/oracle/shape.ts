// A law of intervals by its shape, tabulated: density, survival and the density of a first time that is entered at random.

/** ln of a density over intervals of a scale of 1. */
export type LogDensity = (interval: number) => number;

/** Natural logarithms at equal steps of the interval's own logarithm. */
export interface Shape {
  readonly density: Float64Array;
  /** Of the time until the first event of a process under way: its first interval times a uniform number. */
  readonly first: Float64Array;
  readonly survival: Float64Array;
}

const LOW = Math.log(1e-4);
const STEP = 0.02;
const POINTS = 900;
/** Keeps what a law forbids finite: noise that the law does not know. */
const LEAST = -40;

/** Tabulates a law; it need not be normalised. */
export function shapeOf(logDensity: LogDensity): Shape {
  const density = Float64Array.from({ length: POINTS }, (_, i) => {
    return Math.max(LEAST, logDensity(Math.exp(LOW + i * STEP)));
  });
  const survival = new Float64Array(POINTS);
  const first = new Float64Array(POINTS);
  let [mass, entered] = [0, 0];
  for (let i = POINTS - 1; i >= 0; i--) {
    const here = Math.exp(density[i]!) * STEP;
    mass += here * Math.exp(LOW + i * STEP);
    // f(g) / g over dg is f(g) over d ln g.
    entered += here;
    survival[i] = mass;
    first[i] = entered;
  }
  const log = (value: number): number => Math.max(LEAST, Math.log(value / mass));
  return {
    density: density.map((value) => value - Math.log(mass)),
    survival: survival.map(log),
    first: first.map(log),
  };
}

/** A tabulated value, straight between its neighbours, at an interval in units of the scale. */
function valueAt(table: Float64Array, interval: number): number {
  const place = Math.min(POINTS - 1.001, Math.max(0, (Math.log(Math.max(interval, 1e-6)) - LOW) / STEP));
  const low = Math.floor(place);
  return table[low]! + (place - low) * (table[low + 1]! - table[low]!);
}

/** What an oracle sees: the intervals, the time before the first beat and after the last, in seconds. */
export interface Seen {
  readonly intervals: readonly number[];
  readonly before: number;
  readonly after: number;
}

/** ln likelihood of a renewal process of this shape and scale; with its edges, or of the intervals alone. */
export function renewalLikelihood(
  shape: Shape,
  scale: number,
  { intervals, before, after }: Seen,
  edges: boolean,
): number {
  let total = -intervals.length * Math.log(scale);
  for (const interval of intervals) total += valueAt(shape.density, interval / scale);
  if (!edges) return total;
  return total + valueAt(shape.first, before / scale) - Math.log(scale) + valueAt(shape.survival, after / scale);
}
