// In: the statistics of a series and its beats. Out: the rows of evidence that a report shows, each with its sentence.
import type { Tunables } from '../../orchestrator/contract/profile.ts';
import type { Statistic } from '../../orchestrator/contract/report.ts';
import type { Beats } from './beats.ts';
import type { Rhythm } from './interval.ts';
import { median, medianAbsoluteDeviation, rounded } from './numbers.ts';
import type { StatisticName } from './statistics.ts';
import type { Structure } from './structure.ts';

const TITLES: Record<StatisticName, string> = {
  timer: 'S1 sleeping timer against chance',
  chain: 'S2 chain with missed beats against chance',
  'back-off': 'S3 exponential back-off against chance',
  missed: 'S4 timer with missed beats and pauses against chance',
  change: 'S5 timer that changes its rate against chance',
};

/** Every statistic in nats (ln of the odds for structure), with what it had to pass. */
export function statisticRows({ all, threshold }: Structure): Statistic[] {
  return all.map(({ name, nats, beats }) => ({
    name: `${TITLES[name]}, bursts within ${rounded(beats.gapSeconds, 1)} s merged`,
    value: rounded(nats, 3),
    threshold: rounded(threshold, 3),
    n: beats.starts.length,
    because:
      'Nats, ln of the odds for structure. Of the aperiodic series of any tested family at most 1 % pass, and at most 2 % at any one number of beats.',
  }));
}

export function tunableRows(beats: Beats, rhythm: Rhythm, tunables: Tunables): Statistic[] {
  const up = median(beats.upBytes)!;
  const down = median(beats.downBytes)!;
  const upSpread = medianAbsoluteDeviation(beats.upBytes)!;
  const ratio = up > 0 && down > 0 ? Math.max(up, down) / Math.min(up, down) : null;
  const n = beats.starts.length;
  return [
    {
      name: 'BeaconIntervalVarianceThreshold',
      value: rounded(rhythm.jitter, 4),
      threshold: tunables.BeaconIntervalVarianceThreshold,
      n: n - 1,
      because: 'Jitter (MAD / median interval) up to which intervals count as a polling cadence.',
    },
    {
      name: 'PayloadSymmetryThreshold',
      value: ratio === null ? null : rounded(ratio, 2),
      threshold: tunables.PayloadSymmetryThreshold,
      n,
      because:
        'Larger of the median sizes sent and received over the smaller; shown as evidence, never decisive alone.',
    },
    {
      name: 'spread of bytes sent',
      value: up > 0 ? rounded(upSpread / up, 4) : null,
      threshold: null,
      n,
      because: 'MAD / median of bytes sent in a session.',
    },
  ];
}

/** What stands in the place of evidence where there are too few beats. */
export function tooFewRows(count: number, tunables: Tunables): Statistic[] {
  return [
    {
      name: 'minimumBeats',
      value: count,
      threshold: tunables.minimumBeats,
      n: Math.max(0, count - 1),
      because: `A cadence needs ${tunables.minimumBeats} beats; with fewer, none is claimed and none is denied.`,
    },
  ];
}
