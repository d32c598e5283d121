// In: the times of one series, in seconds and any order, with bytes where they are known. Out: its cadence.
import type { Tunables } from '../../orchestrator/contract/profile.ts';
import type { Cadence } from '../../orchestrator/contract/report.ts';
import { cadenceOf } from './cadence.ts';
import type { Exchange } from './sessions.ts';

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

/** Judges the cadence of a bare series of times. */
export function judgeSeries(series: Series, tunables: Tunables): Cadence {
  const order = Array.from({ length: series.t.length }, (_, i) => i).sort((a, b) => series.t[a]! - series.t[b]!);
  const firstSeconds = order.length === 0 ? 0 : series.t[order[0]!]!;
  const exchanges = order.map((index): Exchange => {
    const startMs = (series.t[index]! - firstSeconds) * 1000;
    return {
      startMs,
      endMs: startMs,
      upBytes: series.up?.[index] ?? 0,
      downBytes: series.down?.[index] ?? 0,
      forced: false,
      attempt: false,
      failed: false,
      line: index + 1,
      attribution: 'certain',
      protocol: 'tcp',
      connection: null,
    };
  });
  const lastMs = exchanges.at(-1)?.startMs ?? 0;
  const windowMs = series.windowSeconds === null ? lastMs : series.windowSeconds * 1000;
  return cadenceOf(exchanges, [{ fromMs: 0, toMs: Math.max(1, windowMs) }], tunables);
}
