/** In-place radix-2 fast Fourier transform (Cooley and Tukey, Math. Comp. 19, 1965); the length is a power of two. */
export function transform(real: Float64Array, imaginary: Float64Array): void {
  const count = real.length;
  for (let i = 1, j = 0; i < count; i++) {
    let bit = count >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [real[i], real[j]] = [real[j]!, real[i]!];
      [imaginary[i], imaginary[j]] = [imaginary[j]!, imaginary[i]!];
    }
  }
  for (let size = 2; size <= count; size <<= 1) {
    const half = size >> 1;
    for (let k = 0; k < half; k++) {
      const [c, s] = [Math.cos((-2 * Math.PI * k) / size), Math.sin((-2 * Math.PI * k) / size)];
      for (let i = k; i < count; i += size) {
        const j = i + half;
        const x = real[j]! * c - imaginary[j]! * s;
        const y = real[j]! * s + imaginary[j]! * c;
        real[j] = real[i]! - x;
        imaginary[j] = imaginary[i]! - y;
        real[i]! += x;
        imaginary[i]! += y;
      }
    }
  }
}

/** Power at each frequency from 0 to half the sampling rate, both included, the mean removed, padded with 0 to twice the next power of two. */
export function powerSpectrum(signal: ArrayLike<number>): Float64Array {
  const size = 2 ** Math.ceil(Math.log2(signal.length) + 1);
  const [real, imaginary] = [new Float64Array(size), new Float64Array(size)];
  let centre = 0;
  for (let i = 0; i < signal.length; i++) centre += signal[i]! / signal.length;
  for (let i = 0; i < signal.length; i++) real[i] = signal[i]! - centre;
  transform(real, imaginary);
  return Float64Array.from({ length: size / 2 + 1 }, (_, k) => real[k]! ** 2 + imaginary[k]! ** 2);
}

/** Autocorrelation at each lag, by the Wiener-Khinchin theorem from the padded power; 1 at lag 0. */
export function autocorrelation(signal: ArrayLike<number>): Float64Array {
  const half = powerSpectrum(signal);
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
