// Draws from the laws that the null families need, from one source of uniform numbers.

/** Uniform in [0, 1). */
export type Uniform = () => number;

/** A seeded source: Tommy Ettinger's mulberry32, 32 bits of state. */
export function uniformFrom(seed: number): Uniform {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function within(uniform: Uniform, low: number, high: number): number {
  return low + (high - low) * uniform();
}

export function exponential(uniform: Uniform, mean: number): number {
  return -mean * Math.log(1 - uniform());
}

/** Standard normal (Box and Muller). */
export function normal(uniform: Uniform): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Gamma of this shape and scale 1 (Marsaglia and Tsang, ACM TOMS 26, 2000). */
export function gamma(uniform: Uniform, shape: number): number {
  if (shape < 1) return gamma(uniform, shape + 1) * (1 - uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const x = normal(uniform);
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Poisson by counting exponential gaps; the mean is small. */
export function poisson(uniform: Uniform, mean: number): number {
  let count = 0;
  for (let at = exponential(uniform, 1); at < mean; at += exponential(uniform, 1)) count += 1;
  return count;
}
