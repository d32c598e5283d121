/**
 * Randomness that a bench can repeat: Chris Doty-Humphrey's sfc32 (PractRand, 128 bits of state), seeded by hashing a
 * path of names, so that every series has a stream of its own and a new family changes no other.
 */

/** A closed range to draw from. */
export type Range = readonly [low: number, high: number];

export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform in [low, high). */
  within(range: Range): number;
  /** Log-uniform in [low, high): every octave is as likely as another. */
  logWithin(range: Range): number;
  /** Whole number, both ends included. */
  count(range: Range): number;
  chance(share: number): boolean;
  /** Standard normal (Box and Muller). */
  normal(): number;
  exponential(mean: number): number;
  /** exp(N(ln median, sigma^2)). */
  logNormal(median: number, sigma: number): number;
  /** Gamma of this shape and mean (Marsaglia and Tsang, ACM TOMS 26, 2000). */
  gamma(shape: number, mean: number): number;
}

/** The stream of one path, as ['development', 'poisson', 900, 17] under a seed of up to 53 bits. */
export function randomFor(seed: number, path: readonly (string | number)[]): Random {
  const name = [seed, ...path].join('\u0000');
  return randomFrom([0, 1, 2, 3].map((part) => hashed(name, part)) as [number, number, number, number]);
}

/** FNV-1a over the UTF-16 units, from a basis per part, then MurmurHash3's finaliser. */
function hashed(text: string, part: number): number {
  let hash = (0x811c9dc5 ^ Math.imul(part, 0x9e3779b9)) >>> 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function randomFrom(seed: readonly [number, number, number, number]): Random {
  let [a, b, c, counter] = seed;
  function bits32(): number {
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result >>> 0;
  }
  // PractRand discards the first outputs, in which seeds that are alike still look alike.
  for (let i = 0; i < 15; i++) bits32();

  // 53 bits, the precision of a double; two calls in this order.
  const uniform = (): number => ((bits32() >>> 5) * 67_108_864 + (bits32() >>> 6)) / 9_007_199_254_740_992;
  const positive = (): number => 1 - uniform();
  const normal = (): number => Math.sqrt(-2 * Math.log(positive())) * Math.cos(2 * Math.PI * uniform());

  function gamma(shape: number, mean: number): number {
    const scale = mean / shape;
    if (shape < 1) return gamma(shape + 1, scale * (shape + 1)) * positive() ** (1 / shape);
    const d = shape - 1 / 3;
    const c9 = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = normal();
      const v = (1 + c9 * x) ** 3;
      if (v > 0 && Math.log(positive()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v * scale;
    }
  }

  return {
    uniform,
    within: ([low, high]) => low + (high - low) * uniform(),
    logWithin: ([low, high]) => low * (high / low) ** uniform(),
    count: ([low, high]) => low + Math.floor((high - low + 1) * uniform()),
    chance: (share) => uniform() < share,
    normal,
    exponential: (mean) => -mean * Math.log(positive()),
    logNormal: (median, sigma) => median * Math.exp(sigma * normal()),
    gamma,
  };
}
