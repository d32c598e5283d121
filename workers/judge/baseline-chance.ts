// In: counts, sizes and periods of two versions. Out: how likely chance or measurement error alone would make the new
// one as much more often, larger or faster as it is.
import type { ApprovedChannel } from '../../orchestrator/contract/baseline.ts';
import { logGamma, normalBelow } from './gamma.ts';
import { binomialTail } from './numbers.ts';

/** Least error of a period, as a share of it, whatever its jitter: timers drift, and so do clocks. */
const LEAST_ERROR = 0.01;
/** Timer and network noise that does not grow with the period. */
const NOISE_MS = 50;
/** Standard deviation of a normal law in median absolute deviations; and the error of a median of n, sqrt(pi / 2) of a mean's. */
const NORMAL_MAD = 1.4826;
const MEDIAN_ERROR = 1.2533;

export interface Rate {
  readonly sessions: number;
  readonly durationMs: number;
}

/**
 * P that so many of all sessions fall into the new run, where both have the same rate in each phase: given all K of
 * them each falls there with the new run's share of the time, so their number is binomial (Przyborowski and Wilenski,
 * Biometrika 31, 1940). With shares that differ by phase the mean share bounds the tail from above (Hoeffding, Annals
 * of Mathematical Statistics 27, 1956). Counts are divided
 * by their dispersion first. Sessions that keep a period vary less than this, so it errs towards no finding.
 */
export function chanceOfMore(
  phases: readonly { readonly then: Rate; readonly now: Rate }[],
  dispersion: number,
): number {
  const watched = phases.filter(({ then, now }) => then.durationMs > 0 && now.durationMs > 0);
  let all = 0;
  let fresh = 0;
  let expected = 0;
  for (const { then, now } of watched) {
    all += then.sessions + now.sessions;
    fresh += now.sessions;
    expected += ((then.sessions + now.sessions) * now.durationMs) / (then.durationMs + now.durationMs);
  }
  if (all === 0) return 1;
  const counted = Math.floor(fresh / dispersion);
  return binomialTail(counted, counted + Math.ceil((all - fresh) / dispersion), expected / all);
}

/**
 * P that `beyond` or more of `fresh` values exceed the value of this rank from the top among `before` values, where all
 * are drawn alike: sum over j >= beyond of C(j + rank - 1, j) C(before - rank + fresh - j, fresh - j) / C(before +
 * fresh, fresh) (Gumbel and von Schelling, Annals of Mathematical Statistics 21, 1950). It holds for any law of sizes.
 */
export function chanceOfExceeding(beyond: number, fresh: number, rank: number, before: number): number {
  if (beyond <= 0 || before < rank) return 1;
  const all = logChoose(before + fresh, fresh);
  let tail = 0;
  for (let j = beyond; j <= fresh; j++) {
    tail += Math.exp(logChoose(j + rank - 1, j) + logChoose(before - rank + fresh - j, fresh - j) - all);
  }
  return Math.min(1, tail);
}

function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}

export type Rhythm = Pick<ApprovedChannel['cadence'], 'beats' | 'periodMs' | 'jitter'>;

/**
 * P that measurement error alone makes the new period as much shorter: the logarithms of both periods differ by z
 * standard errors. A period is the median of n = beats - 1 intervals; its relative error is 1.2533 x 1.4826 x jitter /
 * sqrt(n), with jitter no less than 1 % and 50 ms. null where either has no period.
 */
export function chanceOfFaster(then: Rhythm, now: Rhythm): number | null {
  const [before, after] = [relativeError(then), relativeError(now)];
  if (before === null || after === null) return null;
  const z = Math.log(then.periodMs! / now.periodMs!) / Math.hypot(before, after);
  return z <= 0 ? 1 : 1 - normalBelow(z);
}

function relativeError({ beats, periodMs, jitter }: Rhythm): number | null {
  if (periodMs === null || periodMs <= 0 || beats < 2) return null;
  const least = Math.max(LEAST_ERROR, NOISE_MS / periodMs);
  return (MEDIAN_ERROR * Math.max(least, NORMAL_MAD * (jitter ?? 0))) / Math.sqrt(beats - 1);
}

/** P that no more than `followed` of the pushes are followed, where the approved share of them is. */
export function chanceOfFewer(followed: number, pushes: number, share: number): number {
  return 1 - binomialTail(followed + 1, pushes, share);
}
