import type { Method } from '../method.ts';
import { burstStarts, deviation, gapsOf, mean } from './starts.ts';

/** Bursts are merged by the gap that ours uses, so that the comparison is of the statistic. */
const GAP_SECONDS = 6;
const LEAST_STARTS = 5;

/** Coefficient of variation of the gaps, sigma / mu, after merging bursts; the lower, the more regular. */
export const VARIATION: Method = {
  name: 'CV merged',
  judge({ t }) {
    const gaps = gapsOf(burstStarts(t, GAP_SECONDS));
    if (gaps.length < LEAST_STARTS - 1) return { score: null, structured: null, periodSeconds: null };
    return { score: -deviation(gaps) / mean(gaps), structured: null, periodSeconds: mean(gaps) };
  },
};
