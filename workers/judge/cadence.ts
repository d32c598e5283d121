// In: exchanges of one channel and the spans in which they could have happened. Out: their cadence, with every
// statistic and the threshold it was held against; nulls and a reason where there are too few beats.
import type { Tunables } from '../../orchestrator/contract/profile.ts';
import type { Cadence } from '../../orchestrator/contract/report.ts';
import { viewsOf, type Beats, type Raw } from './beats.ts';
import { statisticRows, tooFewRows, tunableRows } from './evidence.ts';
import { allPeriods, heard } from './heard.ts';
import { cycleOf, type Rhythm } from './interval.ts';
import { rounded } from './numbers.ts';
import { ritaOfColumns } from './rita.ts';
import type { Exchange } from './sessions.ts';
import { statisticsOf } from './statistics.ts';
import { structureOf, type Structure } from './structure.ts';
import type { Span } from './timeline.ts';

/** A channel is continuous where sessions fill more than this share of the window. */
const CONTINUOUS = 0.6;

/** What was watched: how long in all, and from when to when on the clock of the first start, in seconds. */
export interface Watched {
  readonly windowSeconds: number;
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/**
 * Judges the cadence of exchanges sorted by start.
 *
 * @param spans when they could have happened; coverage and duty cycle are shares of these.
 * @param tunables `idleGapSeconds`, `minimumBeats`, and `BeaconIntervalVarianceThreshold` as the most jitter at which
 *   a structured series still counts as such.
 */
export function cadenceOf(exchanges: readonly Exchange[], spans: readonly Span[], tunables: Tunables): Cadence {
  const firstMs = exchanges[0]?.startMs ?? 0;
  const raw: Raw = {
    startUs: Float64Array.from(exchanges, ({ startMs }) => Math.round((startMs - firstMs) * 1000)),
    endUs: Float64Array.from(exchanges, ({ endMs }) => Math.round((endMs - firstMs) * 1000)),
    upBytes: exchanges.map(({ upBytes }) => upBytes),
    downBytes: exchanges.map(({ downBytes }) => downBytes),
  };
  const watched = {
    windowSeconds: spans.reduce((ms, span) => ms + span.toMs - span.fromMs, 0) / 1000,
    fromSeconds: spans.reduce((ms, span) => Math.min(ms, span.fromMs), Infinity) / 1000,
    toSeconds: spans.reduce((ms, span) => Math.max(ms, span.toMs), -Infinity) / 1000,
  };
  return cadenceOfBeats(raw, firstMs / 1000, watched, tunables);
}

/** @param originSeconds the first start, on the clock of `watched`. */
export function cadenceOfBeats(raw: Raw, originSeconds: number, watched: Watched, tunables: Tunables): Cadence {
  const { views, coarse, resolution } = viewsOf(raw, tunables.idleGapSeconds, tunables.minimumBeats);
  const fine = views[0]!;
  const windowSeconds = Math.max(0.001, watched.windowSeconds);
  const dutyCycle = rounded(Math.min(1, fine.busySeconds / windowSeconds), 4);
  const statistics = fine.starts.length < tunables.minimumBeats ? [] : statisticsOf({ views, coarse, resolution });
  if (statistics.length === 0) return tooFew(coarse, dutyCycle, tunables);

  const structure = structureOf(statistics);
  // Where no structure is claimed, no view of it is chosen either.
  const chosen = structure.score >= 1 ? structure.best.beats : fine;
  const rhythm = heard(structure, chosen);
  const kind = kindOf(structure, rhythm, dutyCycle, tunables);
  const structured = kind !== 'irregular' && kind !== 'continuous';
  const cycle = kind === 'on-off' ? cycleOf(chosen.intervals, rhythm.period) : null;
  return {
    kind,
    beats: chosen.starts.length,
    score: rounded(structure.score, 3),
    structured,
    periodMs: toMs(rhythm.period),
    jitter: rounded(rhythm.jitter, 4),
    missedRate: rounded(rhythm.missedRate, 4),
    coverage: rounded(Math.min(1, (chosen.starts.at(-1)! + rhythm.period) / windowSeconds), 4),
    dutyCycle,
    clutter: structured ? rounded(rhythm.clutter, 4) : null,
    cycle: cycle && { onMs: toMs(cycle.on), offMs: toMs(cycle.off) },
    periodsMs: structured && kind !== 'back-off' ? allPeriods(structure, rhythm, resolution).map(toMs) : [],
    evidence: [...statisticRows(structure), ...tunableRows(chosen, rhythm, tunables)],
    rita: ritaOfColumns(chosen.starts, chosen.upBytes, originSeconds, watched),
  };
}

function tooFew(coarse: Beats, dutyCycle: number, tunables: Tunables): Cadence {
  return {
    kind: dutyCycle > CONTINUOUS ? 'continuous' : 'too-few-beats',
    beats: coarse.starts.length,
    score: null,
    structured: null,
    periodMs: null,
    jitter: null,
    missedRate: null,
    coverage: null,
    dutyCycle,
    clutter: null,
    cycle: null,
    periodsMs: [],
    reason: 'too-few-beats',
    evidence: tooFewRows(coarse.starts.length, tunables),
    rita: null,
  };
}

function kindOf(structure: Structure, rhythm: Rhythm, dutyCycle: number, tunables: Tunables): Cadence['kind'] {
  if (structure.score < 1) return dutyCycle > CONTINUOUS ? 'continuous' : 'irregular';
  if (structure.best.name === 'back-off') return 'back-off';
  if (rhythm.jitter > tunables.BeaconIntervalVarianceThreshold) return 'irregular';
  return rhythm.pauses > 0 ? 'on-off' : 'periodic';
}

function toMs(seconds: number): number {
  return rounded(seconds * 1000, 0);
}
