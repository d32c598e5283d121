// In: the times of one series, in seconds and any order, with bytes where they are known. Out: its cadence.
import type { Tunables } from '../../orchestrator/contract/profile.ts';
import type { Cadence } from '../../orchestrator/contract/report.ts';
import type { Raw } from './beats.ts';
import { cadenceOfBeats } from './cadence.ts';

/** Starts of one destination's sessions; an end is not known, so a session ends where it starts. */
export interface Series {
  /** Seconds, any order, any origin. */
  readonly t: ArrayLike<number>;
  /** Bytes sent and received, as many as `t`; absent means not known. */
  readonly up?: ArrayLike<number>;
  readonly down?: ArrayLike<number>;
  /** How long was watched; null means from the first to the last. */
  readonly windowSeconds: number | null;
}

/** Judges the cadence of a bare series of times. Time is counted from the first, so that only differences matter. */
export function judgeSeries(series: Series, tunables: Tunables): Cadence {
  const raw = inOrder(series);
  const spanSeconds = (raw.startUs.at(-1) ?? 0) / 1e6;
  const windowSeconds = series.windowSeconds ?? spanSeconds;
  return cadenceOfBeats(raw, 0, { windowSeconds, fromSeconds: 0, toSeconds: windowSeconds }, tunables);
}

function inOrder({ t, up, down }: Series): Raw {
  let first = Infinity;
  let ascending = true;
  for (let i = 0; i < t.length; i++) {
    if (t[i]! < first) first = t[i]!;
    if (i > 0 && t[i]! < t[i - 1]!) ascending = false;
  }
  const startUs = Float64Array.from(t, (seconds) => Math.round((seconds - first) * 1e6));
  if (ascending) return withSizes(startUs, up, down);
  if (!up && !down) return { startUs: startUs.sort() };
  const order = Uint32Array.from(startUs, (_, i) => i).sort((a, b) => startUs[a]! - startUs[b]!);
  const sorted = (values: ArrayLike<number>): Float64Array => Float64Array.from(order, (index) => values[index]!);
  return withSizes(sorted(startUs), up && sorted(up), down && sorted(down));
}

function withSizes(startUs: Float64Array, up?: ArrayLike<number>, down?: ArrayLike<number>): Raw {
  return { startUs, ...(up ? { upBytes: up } : {}), ...(down ? { downBytes: down } : {}) };
}
