// In: the sessions of a channel that were judged, its cadence and the timeline. Out: five aspects of it from 0 (unlike
// a beacon) to 1 (like one), apart from each other, each with what was measured; they inform and never decide.
import type { Tunables } from '../../orchestrator/contract/profile.ts';
import type { Cadence, SubScore } from '../../orchestrator/contract/report.ts';
import { median, medianAbsoluteDeviation, rounded } from './numbers.ts';
import type { Session } from './sessions.ts';
import { phaseAt, timeIn, type Timeline } from './timeline.ts';
import { bytesWords, countWords, listWords, percentWords } from './words.ts';

/** Bytes in a session up to which volume is as low as it counts, and from which on it is not low at all. */
const LOW_BYTES = 1_000;
const HIGH_BYTES = 1_000_000;

/**
 * @param judged the sessions that the cadence was judged by.
 * @param natural all that were not forced: phases are compared over these.
 */
export function subScoresOf(
  judged: readonly Session[],
  natural: readonly Session[],
  cadence: Cadence,
  timeline: Timeline,
  tunables: Tunables,
): SubScore[] {
  return [
    intervalRegularity(cadence, tunables),
    sizeHomogeneity(judged),
    payloadAsymmetry(judged, tunables),
    phasePersistence(natural, timeline),
    lowVolume(judged),
  ];
}

/**
 * max(0, 1 - jitter), jitter = MAD / median of the inter-arrival times: RITA's measure of dispersion
 * (activecm/rita, analysis/beacons.go) on merged beats.
 */
function intervalRegularity({ jitter, beats }: Cadence, tunables: Tunables): SubScore {
  const name = 'interval-regularity' as const;
  const limit = tunables.BeaconIntervalVarianceThreshold;
  const threshold = `BeaconIntervalVarianceThreshold: jitter up to ${percentWords(limit)}`;
  if (jitter === null) return unsaid(name, threshold, `${countWords(beats, 'beat')} are too few for intervals.`);
  const within = jitter <= limit ? 'within' : 'beyond';
  return {
    name,
    value: share(1 - jitter),
    measured: `jitter ${percentWords(jitter)}`,
    threshold,
    because: `1 less the jitter (MAD / median interval); it is ${within} the threshold.`,
  };
}

/** max(0, 1 - MAD / median) of the bytes sent in a session, as RITA's data-size score has it; of those received where nothing was sent. */
function sizeHomogeneity(judged: readonly Session[]): SubScore {
  const name = 'size-homogeneity' as const;
  const sent = judged.map(({ upBytes }) => upBytes);
  const received = judged.map(({ downBytes }) => downBytes);
  const up = (median(sent) ?? 0) > 0;
  const sizes = up ? sent : received;
  const centre = median(sizes) ?? 0;
  if (centre === 0) return unsaid(name, null, 'No sizes are known.');
  if (judged.length < 2) return unsaid(name, null, 'One session has no spread.');
  const spread = medianAbsoluteDeviation(sizes)!;
  return {
    name,
    value: share(1 - spread / centre),
    measured: `${bytesWords(centre, spread)} ${up ? 'sent' : 'received'}`,
    threshold: null,
    because: '1 less MAD / median of the bytes in a session: 1 where all are alike.',
  };
}

/**
 * min(1, ln r / ln PayloadSymmetryThreshold), r = the larger of the median sizes sent and received over the smaller:
 * 0 where both are alike, 1 from the threshold on. AN1681 names it; alone it did not separate in the trial that this
 * judge rests on (AUC 0.38 to 0.65).
 */
function payloadAsymmetry(judged: readonly Session[], tunables: Tunables): SubScore {
  const name = 'payload-asymmetry' as const;
  const limit = tunables.PayloadSymmetryThreshold;
  const threshold = `PayloadSymmetryThreshold: ratio up to ${limit}`;
  const up = median(judged.map(({ upBytes }) => upBytes)) ?? 0;
  const down = median(judged.map(({ downBytes }) => downBytes)) ?? 0;
  if (up === 0 && down === 0) return unsaid(name, threshold, 'No sizes are known.');
  const larger = up >= down ? 'sent' : 'received';
  if (up === 0 || down === 0) {
    return { name, value: 1, measured: `only ${larger}`, threshold, because: 'All bytes go one way.' };
  }
  const ratio = Math.max(up, down) / Math.min(up, down);
  // At a threshold of 1 any difference is beyond it.
  const value = ratio >= limit ? Number(ratio > 1) : Math.log(ratio) / Math.log(limit);
  return {
    name,
    value: share(value),
    measured: ratio === 1 ? 'ratio 1' : `ratio ${rounded(ratio, ratio < 10 ? 2 : 0)}, more ${larger}`,
    threshold,
    because: 'Logarithm of the ratio over that of the threshold; size alone tells a beacon from a poll badly.',
  };
}

/**
 * 1 - 1/2 sum |b_p - t_p|, b_p the share of the beats and t_p the share of the time in phase p: 1 where the phases get
 * beats as they get time, so that the state of the device changes nothing (total variation distance).
 */
function phasePersistence(natural: readonly Session[], timeline: Timeline): SubScore {
  const name = 'phase-persistence' as const;
  const phases = [...new Set(timeline.phases.map(({ phase }) => phase))].filter((one) => timeIn(timeline, [one]) > 0);
  if (phases.length < 2) return unsaid(name, null, `Only ${listWords(phases)} was observed.`);
  if (natural.length === 0) return unsaid(name, null, 'All its sessions were forced.');
  const all = timeIn(timeline, phases);
  const counts = new Map<string, number>();
  for (const { startMs } of natural) {
    const phase = phaseAt(timeline, startMs);
    counts.set(phase, (counts.get(phase) ?? 0) + 1);
  }
  const apart = phases.map((phase) => {
    return Math.abs((counts.get(phase) ?? 0) / natural.length - timeIn(timeline, [phase]) / all);
  });
  return {
    name,
    value: share(1 - apart.reduce((a, b) => a + b) / 2),
    measured: `beats in ${counts.size} of ${phases.length} phases`,
    threshold: null,
    because: '1 where each phase has the share of the beats that it has of the time.',
  };
}

/**
 * 1 - log10(b / 1 kB) / 3 within 0 and 1, b the median bytes of a session, both ways: 1 up to 1 kB, a poll of a packet
 * or two; 0 from 1 MB on, a page or a picture. The two ends are ours, and have no source.
 */
function lowVolume(judged: readonly Session[]): SubScore {
  const name = 'low-volume' as const;
  const bytes = median(judged.map(({ upBytes, downBytes }) => upBytes + downBytes)) ?? 0;
  if (bytes === 0) return unsaid(name, null, 'No sizes are known.');
  const value = 1 - Math.log10(bytes / LOW_BYTES) / Math.log10(HIGH_BYTES / LOW_BYTES);
  return {
    name,
    value: share(value),
    measured: `${bytesWords(bytes, null)} a session`,
    threshold: null,
    because: 'On a logarithmic scale from 1 MB a session (0) to 1 kB (1).',
  };
}

function unsaid(name: SubScore['name'], threshold: string | null, because: string): SubScore {
  return { name, value: null, measured: 'not measured', threshold, because };
}

function share(value: number): number {
  return rounded(Math.max(0, Math.min(1, value)), 3);
}
