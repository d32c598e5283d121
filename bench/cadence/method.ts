import { Tunables } from '../../orchestrator/contract/profile.ts';
import { ritaScore } from '../../workers/judge/rita.ts';
import { judgeSeries } from '../../workers/judge/series.ts';
import type { LabelledSeries } from './generator/series.ts';

export type Observed = Pick<LabelledSeries, 't' | 'up' | 'down' | 'windowSeconds'>;

/** What a method says of a series. */
export interface Opinion {
  /** Larger means more structured; null where the method gives no score. */
  readonly score: number | null;
  /** The method's own decision, where it has one. */
  readonly structured: boolean | null;
  readonly periodSeconds: number | null;
}

export interface Method {
  readonly name: string;
  judge(series: Observed): Opinion;
}

const tunables = Tunables.parse({});

export const OURS: Method = {
  name: 'sleeptalk',
  judge(series) {
    const { score, structured, periodMs } = judgeSeries(series, tunables);
    return { score, structured, periodSeconds: periodMs === null ? null : periodMs / 1000 };
  },
};

/** RITA v5 as analysts run it: every connection counts, the window is the one observed. */
export const RITA: Method = {
  name: 'RITA v5',
  judge({ t, up, windowSeconds }) {
    const beats = t.map((seconds, i) => ({ seconds, upBytes: up[i]! }));
    const score = ritaScore(beats, { fromSeconds: 0, toSeconds: windowSeconds });
    return { score, structured: null, periodSeconds: null };
  },
};
