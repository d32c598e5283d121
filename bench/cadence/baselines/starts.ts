/** Starts of bursts: what follows within the gap after the start before it belongs to the same burst. Seconds. */
export function burstStarts(t: readonly number[], gapSeconds: number): number[] {
  return t.filter((at, i) => i === 0 || at - t[i - 1]! >= gapSeconds);
}

export function gapsOf(starts: readonly number[]): number[] {
  return starts.slice(1).map((at, i) => at - starts[i]!);
}

export function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

/** Population standard deviation. */
export function deviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
}
