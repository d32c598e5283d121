const turns = new Map<number, { readonly cosines: Float64Array; readonly sines: Float64Array }>();

/** cos and sin of -2 pi k / size for k below half the size, made once a size. */
function turnsOf(size: number): { readonly cosines: Float64Array; readonly sines: Float64Array } {
  let found = turns.get(size);
  if (!found) {
    const angle = (_: unknown, k: number): number => (-2 * Math.PI * k) / size;
    const angles = Float64Array.from({ length: size / 2 }, angle);
    found = { cosines: angles.map(Math.cos), sines: angles.map(Math.sin) };
    turns.set(size, found);
  }
  return found;
}

/** In-place radix-2 fast Fourier transform (Cooley and Tukey, Math. Comp. 19, 1965); the length is a power of two. */
export function transform(real: Float64Array, imaginary: Float64Array): void {
  const count = real.length;
  for (let i = 1, j = 0; i < count; i++) {
    let bit = count >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      const [x, y] = [real[i]!, imaginary[i]!];
      real[i] = real[j]!;
      imaginary[i] = imaginary[j]!;
      real[j] = x;
      imaginary[j] = y;
    }
  }
  const { cosines, sines } = turnsOf(count);
  for (let size = 2; size <= count; size <<= 1) {
    const half = size >> 1;
    const stride = count / size;
    for (let from = 0; from < count; from += size) {
      for (let k = 0; k < half; k++) {
        const [i, j] = [from + k, from + k + half];
        const [c, s] = [cosines[k * stride]!, sines[k * stride]!];
        const x = real[j]! * c - imaginary[j]! * s;
        const y = real[j]! * s + imaginary[j]! * c;
        real[j] = real[i]! - x;
        imaginary[j] = imaginary[i]! - y;
        real[i] = real[i]! + x;
        imaginary[i] = imaginary[i]! + y;
      }
    }
  }
}

/**
 * Power at each frequency from 0 to half the sampling rate, both included, the mean removed; padded with 0 to the next
 * power of two, or to `times` that.
 */
export function powerSpectrum(signal: ArrayLike<number>, times: 1 | 2 = 1): Float64Array {
  const size = times * 2 ** Math.ceil(Math.log2(signal.length));
  const [real, imaginary] = [new Float64Array(size), new Float64Array(size)];
  let centre = 0;
  for (let i = 0; i < signal.length; i++) centre += signal[i]! / signal.length;
  for (let i = 0; i < signal.length; i++) real[i] = signal[i]! - centre;
  transform(real, imaginary);
  return Float64Array.from({ length: size / 2 + 1 }, (_, k) => real[k]! ** 2 + imaginary[k]! ** 2);
}

/** Autocorrelation at each lag, by the Wiener-Khinchin theorem from the doubly padded power; 1 at lag 0. */
export function autocorrelation(signal: ArrayLike<number>): Float64Array {
  const half = powerSpectrum(signal, 2);
  const size = (half.length - 1) * 2;
  const [real, imaginary] = [new Float64Array(size), new Float64Array(size)];
  for (let k = 0; k < half.length; k++) {
    real[k] = half[k]!;
    if (k > 0 && k < size - k) real[size - k] = half[k]!;
  }
  transform(real, imaginary);
  const total = real[0]! === 0 ? 1 : real[0]!;
  return Float64Array.from({ length: signal.length }, (_, lag) => real[lag]! / total);
}
