// In: exchanges of one channel and the spans in which they could have happened. Out: their cadence, with every
// statistic and the threshold it was held against; nulls and a reason where there are too few beats.
import type { Tunables } from '../../orchestrator/contract/profile.ts';
import type { Cadence } from '../../orchestrator/contract/report.ts';
import { thresholdOf, structureOf, type Measured, type Structure } from './structure.ts';
import { rhythmOf, type Rhythm } from './interval.ts';
import { differences, median, medianAbsoluteDeviation, rounded } from './numbers.ts';
import { ritaScore } from './rita.ts';
import { mergeExchanges, type Exchange, type Session } from './sessions.ts';
import type { Span } from './timeline.ts';

/** The finer merging gap, as a share of the idle gap: 2 s of 6 s, the pair that the trial was best with. */
const FINE = 1 / 3;
/** A channel is continuous where sessions fill more than this share of the window. */
const CONTINUOUS = 0.6;

const TITLES: Record<Measured['name'], string> = {
  regularity: 'S1 regularity of intervals',
  'local-regularity': 'S2 local regularity',
  chain: 'S4 chain with missed beats',
  'back-off': 'S5 exponential back-off',
};

/**
 * Judges the cadence of exchanges sorted by start.
 *
 * @param spans when they could have happened; coverage and duty cycle are shares of these.
 * @param tunables `idleGapSeconds`, `minimumBeats`, and `BeaconIntervalVarianceThreshold` as the most jitter at which
 *   a structured series still counts as such.
 */
export function cadenceOf(exchanges: readonly Exchange[], spans: readonly Span[], tunables: Tunables): Cadence {
  const idleMs = tunables.idleGapSeconds * 1000;
  const coarse = mergeExchanges(exchanges, idleMs);
  const fine = mergeExchanges(exchanges, idleMs * FINE);
  const windowMs = Math.max(
    1,
    spans.reduce((ms, span) => ms + span.toMs - span.fromMs, 0),
  );
  const busyMs = fine.reduce((ms, one) => ms + one.endMs - one.startMs, 0);
  const dutyCycle = rounded(Math.min(1, busyMs / windowMs), 4);
  const merges = [merged(coarse, idleMs), ...(fine.length > coarse.length ? [merged(fine, idleMs * FINE)] : [])];
  const structure = structureOf(merges, tunables.minimumBeats);
  if (!structure) return tooFew(coarse, dutyCycle, tunables);

  const chosen = structure.best.merged.gapSeconds * 1000 === idleMs ? coarse : fine;
  const rhythm = heard(structure.best, rhythmOf(differences(chosen.map(({ startMs }) => startMs))));
  const kind = kindOf(structure, rhythm, dutyCycle, tunables);
  const structured = kind !== 'irregular' && kind !== 'continuous';
  return {
    kind,
    beats: chosen.length,
    score: rounded(structure.score, 3),
    structured,
    periodMs: rounded(rhythm.period, 0),
    jitter: rounded(rhythm.jitter, 4),
    missedRate: rounded(rhythm.missedRate, 4),
    coverage: rounded(coverageOf(chosen, rhythm.period, windowMs), 4),
    dutyCycle,
    evidence: [...statisticRows(structure), ...tunableRows(chosen, rhythm, tunables)],
    rita: ritaOf(chosen, spans),
  };
}

function merged(sessions: readonly Session[], gapMs: number): { gapSeconds: number; starts: readonly number[] } {
  // From the first beat on, so that the same series at another time gives the same bits.
  const firstMs = sessions[0]?.startMs ?? 0;
  return { gapSeconds: gapMs / 1000, starts: sessions.map(({ startMs }) => (startMs - firstMs) / 1000) };
}

function tooFew(sessions: readonly Session[], dutyCycle: number, tunables: Tunables): Cadence {
  const gaps = differences(sessions.map(({ startMs }) => startMs));
  return {
    kind: dutyCycle > CONTINUOUS ? 'continuous' : 'too-few-beats',
    beats: sessions.length,
    score: null,
    structured: null,
    periodMs: null,
    jitter: null,
    missedRate: null,
    coverage: null,
    dutyCycle,
    reason: 'too-few-beats',
    evidence: [
      {
        name: 'minimumBeats',
        value: sessions.length,
        threshold: tunables.minimumBeats,
        n: gaps.length,
        because: `A cadence needs ${tunables.minimumBeats} beats; with fewer, none is claimed and none is denied.`,
      },
    ],
    rita: null,
  };
}

function kindOf(structure: Structure, rhythm: Rhythm, dutyCycle: number, tunables: Tunables): Cadence['kind'] {
  if (structure.score < 1) return dutyCycle > CONTINUOUS ? 'continuous' : 'irregular';
  if (structure.best.name === 'back-off') return 'back-off';
  if (rhythm.jitter > tunables.BeaconIntervalVarianceThreshold) return 'irregular';
  return rhythm.pauses > 0 ? 'on-off' : 'periodic';
}

/** A chain's period this far from the median interval means that clutter or missed beats have moved the median. */
const MOVED = 0.2;
/** MAD of a normal law of standard deviation 1. */
const NORMAL_MAD = 0.6745;

/**
 * The median interval speaks, at any jitter; but where the chain is the best statistic and its period is another, it
 * has seen through clutter or missed beats.
 */
function heard({ chain }: Measured, rhythm: Rhythm): Rhythm {
  if (chain === null || Math.abs(chain.period * 1000 - rhythm.period) <= MOVED * rhythm.period) return rhythm;
  const { period, sigma, missed } = chain;
  return { ...rhythm, period: period * 1000, jitter: NORMAL_MAD * sigma, missedRate: missed };
}

/** Share of the window from the first beat to one period after the last. */
function coverageOf(sessions: readonly Session[], periodMs: number, windowMs: number): number {
  const spanMs = sessions.at(-1)!.startMs - sessions[0]!.startMs;
  return Math.min(1, (spanMs + periodMs) / windowMs);
}

function statisticRows(structure: Structure): Cadence['evidence'] {
  return structure.all.map((one) => ({
    name: `${TITLES[one.name]}, bursts within ${rounded(one.merged.gapSeconds, 1)} s merged`,
    value: rounded(one.value, 3),
    threshold: rounded(thresholdOf(one.name, one.n), 3),
    n: one.n,
    because: 'Above the threshold, at most 1 % of aperiodic series with as many beats lie.',
  }));
}

function tunableRows(sessions: readonly Session[], rhythm: Rhythm, tunables: Tunables): Cadence['evidence'] {
  const up = median(sessions.map(({ upBytes }) => upBytes))!;
  const down = median(sessions.map(({ downBytes }) => downBytes))!;
  const upSpread = medianAbsoluteDeviation(sessions.map(({ upBytes }) => upBytes))!;
  const ratio = up > 0 && down > 0 ? Math.max(up, down) / Math.min(up, down) : null;
  const n = sessions.length;
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

function ritaOf(sessions: readonly Session[], spans: readonly Span[]): number | null {
  return ritaScore(
    sessions.map(({ startMs, upBytes }) => ({ seconds: startMs / 1000, upBytes })),
    {
      fromSeconds: Math.min(...spans.map(({ fromMs }) => fromMs)) / 1000,
      toSeconds: Math.max(...spans.map(({ toMs }) => toMs)) / 1000,
    },
  );
}
