// In: the beats of a whole series. Out: the best chain over it, and every period it holds. A long series is looked at in
// stretches, so that a rhythm that starts late, stops, or changes its pace is found, in time that grows with its length.
import type { Beats } from './beats.ts';
import { chainFit, type ChainFit } from './chain.ts';
import { MOST_BEATS } from './path.ts';

/** Fewer beats than this give no chain. */
const LEAST_BEATS = 5;
/** Two periods nearer than this are one, heard twice. */
const SAME_PERIOD = 0.1;
/** Periods looked for on one host, and stretches looked through for the second and third. */
const MOST_PERIODS = 3;

export interface Chained {
  /** Nats, summed over the run of stretches that holds the rhythm. */
  readonly score: number;
  /** Of the strongest stretch. */
  readonly period: number;
  readonly sigma: number;
  readonly missed: number;
  /** Share of the beats of the run that are not on the chain. */
  readonly clutter: number;
  /** The fits of the run, in order. */
  readonly fits: readonly ChainFit[];
}

/**
 * The run of consecutive stretches whose evidence adds up to the most. Where there are several stretches, where it
 * begins and ends costs 2 ln of their number.
 */
export function chainOver({ starts, gapSeconds }: Beats, resolution: number): Chained | null {
  const count = starts.length;
  const fits: (ChainFit | null)[] = [];
  for (let begin = 0; begin < count; begin += MOST_BEATS) {
    const piece = { starts, begin, count: Math.min(MOST_BEATS, count - begin), gapSeconds, resolution };
    fits.push(chainFit(piece));
  }
  return bestRun(fits);
}

function bestRun(fits: readonly (ChainFit | null)[]): Chained | null {
  const cost = 2 * Math.log(fits.length);
  let best: { score: number; from: number; to: number } | null = null;
  let running = { score: -Infinity, from: 0 };
  fits.forEach((fit, i) => {
    const score = fit?.score ?? -Infinity;
    running = running.score > 0 ? { score: running.score + score, from: running.from } : { score, from: i };
    if (running.score > (best?.score ?? -Infinity)) best = { ...running, to: i };
  });
  if (best === null) return null;
  const { score, from, to } = best as { score: number; from: number; to: number };
  const run = fits.slice(from, to + 1).flatMap((fit) => fit ?? []);
  const strongest = run.reduce((a, b) => (b.score > a.score ? b : a));
  const beats = run.reduce((sum, fit) => sum + fit.count, 0);
  return {
    score: score - cost,
    period: strongest.period,
    sigma: strongest.sigma,
    missed: run.reduce((sum, fit) => sum + fit.missed * fit.count, 0) / beats,
    clutter: run.reduce((sum, fit) => sum + fit.strays.length, 0) / beats,
    fits: run,
  };
}

/**
 * Every period that passes the threshold, strongest first: those of the run's stretches, and those that the beats left
 * over keep among themselves.
 */
export function periodsOf(
  chained: Chained,
  { starts, gapSeconds }: Beats,
  resolution: number,
  threshold: number,
): number[] {
  const found: { period: number; score: number }[] = [];
  const hear = ({ period, score }: { period: number; score: number }): void => {
    const known = found.find((other) => Math.abs(other.period - period) <= SAME_PERIOD * period);
    if (known) known.score += score;
    else if (score >= threshold) found.push({ period, score });
  };
  chained.fits.forEach(hear);
  for (const fit of chained.fits.slice(0, MOST_PERIODS)) {
    if (fit.score < threshold || fit.strays.length < LEAST_BEATS) continue;
    const rest = Float64Array.from(fit.strays, (index) => starts[index]!);
    const second = chainFit({ starts: rest, begin: 0, count: rest.length, gapSeconds, resolution });
    if (second) hear(second);
  }
  return found
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST_PERIODS)
    .map(({ period }) => period);
}
