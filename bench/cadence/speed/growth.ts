import { OURS, RITA, type Method } from '../method.ts';
import { KINDS_OF_SERIES, seriesOfLength } from './series.ts';

export interface Timing {
  readonly beats: number;
  /** Milliseconds a series: the median of each kind of series, averaged over the kinds. */
  readonly oursMs: number;
  readonly ritaMs: number;
}

/** Rounds go on until each method has so many samples and so long a time behind it. */
const LEAST_ROUNDS = 8;
const LEAST_MS = 1200;
const DIFFERENT_SERIES = 24;

/** Both methods on the same series by turns, so that whatever else the machine does meets both. */
export function timeAt(beats: number): Timing {
  const series = Array.from({ length: beats > 10_000 ? KINDS_OF_SERIES : DIFFERENT_SERIES }, (_, i) =>
    seriesOfLength(beats, i),
  );
  const samples = Array.from({ length: KINDS_OF_SERIES }, () => ({ ours: [] as number[], rita: [] as number[] }));
  const from = performance.now();
  for (let round = 0; round < LEAST_ROUNDS || performance.now() - from < LEAST_MS; round++) {
    const at = round % series.length;
    const kind = samples[at % KINDS_OF_SERIES]!;
    kind.ours.push(spent(OURS, series[at]!));
    kind.rita.push(spent(RITA, series[at]!));
  }
  const typical = (name: 'ours' | 'rita'): number => mean(samples.map((kind) => median(kind[name])));
  return { beats, oursMs: typical('ours'), ritaMs: typical('rita') };
}

function spent(method: Method, series: Parameters<Method['judge']>[0]): number {
  const from = performance.now();
  method.judge(series);
  return performance.now() - from;
}

/** Milliseconds for so many series of 60 beats, one after another. */
export function timeOfMany(count: number): number {
  const series = Array.from({ length: count }, (_, i) => seriesOfLength(60, i));
  const from = performance.now();
  for (const one of series) OURS.judge(one);
  return performance.now() - from;
}

/** Slope of the least-squares line through (ln x, ln y): the exponent of the growth. */
export function exponentOf(points: readonly (readonly [x: number, y: number])[]): number {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const [cx, cy] = [mean(logs.map(([x]) => x)), mean(logs.map(([, y]) => y))];
  const together = mean(logs.map(([x, y]) => (x - cx) * (y - cy)));
  return together / mean(logs.map(([x]) => (x - cx) ** 2));
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
