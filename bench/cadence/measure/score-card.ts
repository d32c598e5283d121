import type { Truth } from '../generator/family.ts';
import type { JudgedFamily, Opinions } from './judged.ts';
import { areaUnderCurve, shareAbove, thresholdAt, type Score } from './rank.ts';

/** The false-positive rate at which true positives are compared. */
export const FALSE_POSITIVES = 0.01;
/** A period counts as right within this share of the true one. */
export const PERIOD_WITHIN = 0.1;

export interface ClassFigures {
  readonly family: string;
  /** null where there is no negative to compare with. */
  readonly auc: number | null;
  readonly truePositives: number;
  /** Share of the series that the method's own decision calls structured; null where it makes none. */
  readonly decided: number | null;
  /** Share without a score, as too few beats. */
  readonly silent: number;
  readonly spentMs: number;
}

export interface PeriodFigures {
  readonly jitter: string;
  /** Detected series of known period. */
  readonly detected: number;
  /** Share of them whose period is right; null where none was detected. */
  readonly right: number | null;
}

export interface ScoreCard {
  readonly method: string;
  readonly windowSeconds: number;
  /** Score that 1 % of all aperiodic series pass. */
  readonly threshold: number;
  readonly c2: readonly ClassFigures[];
  readonly timeless: readonly ClassFigures[];
  readonly macro: { readonly auc: number; readonly truePositives: number } | null;
  /** Here `auc` is that of a benign family against the others: not shown; `truePositives` is what the threshold lets through. */
  readonly aperiodic: readonly ClassFigures[];
  readonly periodic: readonly ClassFigures[];
  readonly periods: readonly PeriodFigures[];
}

/** Everything measured of one method in one window, every class against all aperiodic series pooled. */
export function scoreCard(judged: readonly JudgedFamily[], method: string, windowSeconds: number): ScoreCard {
  const here = judged.filter((one) => one.windowSeconds === windowSeconds);
  const negatives: Score[] = here
    .filter(({ label }) => label === 'aperiodic')
    .flatMap((one) => [...one.byMethod[method]!.scores]);
  const threshold = thresholdAt(negatives, FALSE_POSITIVES);
  const figures = (one: JudgedFamily): ClassFigures => figuresOf(one, one.byMethod[method]!, negatives, threshold);
  const of = (keep: (one: JudgedFamily) => boolean): ClassFigures[] => here.filter(keep).map(figures);
  const c2 = of(({ label, timeless }) => label === 'c2' && !timeless);
  const known = c2.filter((one) => one.auc !== null);
  const macro =
    known.length === 0
      ? null
      : { auc: mean(known.map(({ auc }) => auc!)), truePositives: mean(known.map((one) => one.truePositives)) };
  return {
    method,
    windowSeconds,
    threshold,
    c2,
    timeless: of(({ label, timeless }) => label === 'c2' && timeless),
    macro,
    aperiodic: of(({ label }) => label === 'aperiodic'),
    periodic: of(({ label }) => label === 'periodic'),
    periods: periodsOf(here, method, threshold),
  };
}

function figuresOf(
  one: JudgedFamily,
  opinions: Opinions,
  negatives: readonly Score[],
  threshold: number,
): ClassFigures {
  const { scores, decisions, spentMs } = opinions;
  const decides = decisions.some((decision) => decision !== null);
  return {
    family: one.family,
    auc: areaUnderCurve(scores, negatives),
    truePositives: shareAbove(scores, threshold),
    decided: decides ? share(decisions, (decision) => decision === true) : null,
    silent: share(scores, (score) => score === null),
    spentMs,
  };
}

const jitterClasses: readonly { readonly name: string; readonly holds: (truth: Truth) => boolean }[] = [
  { name: 'to 5 %', holds: ({ jitter }) => jitter <= 0.05 },
  { name: '5 to 15 %', holds: ({ jitter }) => jitter > 0.05 && jitter <= 0.15 },
  { name: '15 to 30 %', holds: ({ jitter }) => jitter > 0.15 && jitter <= 0.3 },
  { name: 'above 30 %', holds: ({ jitter }) => jitter > 0.3 },
];

/** Detected by the method's own decision where it makes one, else by the 1 % threshold. */
function periodsOf(here: readonly JudgedFamily[], method: string, threshold: number): PeriodFigures[] {
  const known = here
    .filter(({ label }) => label === 'c2')
    .flatMap(({ truths, byMethod }) => {
      const { scores, decisions, periodsSeconds } = byMethod[method]!;
      return truths.map((truth, i) => ({
        truth,
        detected: decisions[i] ?? (scores[i] ?? -Infinity) > threshold,
        period: periodsSeconds[i]!,
      }));
    });
  const sayable = known.filter(({ period }) => period !== null);
  if (sayable.length === 0) return [];
  return jitterClasses.map(({ name, holds }) => {
    const cases = known.filter(({ truth, detected }) => detected && truth?.periodSeconds != null && holds(truth));
    const right = cases.filter(({ truth, period }) => {
      return period !== null && Math.abs(period / truth!.periodSeconds! - 1) <= PERIOD_WITHIN;
    });
    return { jitter: name, detected: cases.length, right: cases.length === 0 ? null : right.length / cases.length };
  });
}

function share<T>(values: readonly T[], holds: (value: T) => boolean): number {
  return values.length === 0 ? 0 : values.filter(holds).length / values.length;
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
