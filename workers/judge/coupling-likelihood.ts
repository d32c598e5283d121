// In: pushes, sessions and for each push the stretch in which it could as well have come. Out: how rarely pushes placed
// anywhere in those stretches explain the sessions as well as the true ones do.
import { lengthOf, momentAt, shifted, shiftShares } from './coupling-shift.ts';
import type { Span } from './timeline.ts';

/** Placements of the pushes that are tried beside the true one; the least probability is one in so many and one. */
const PLACEMENTS = 1999;
/** So many placements as good as the true one end the trial early: p is then their share (Besag and Clifford, Biometrika 78, 1991). */
const ENOUGH = 60;
/** Beyond this many pushes or sessions the count within a window decides alone: it has power to spare there. */
const MOST_PUSHES = 300;
const MOST_SESSIONS = 3000;
/** Shifts of all pushes together that a probability below this is held against. */
const SHIFTS = 610;
const WORTH_SHIFTING = 0.05;
/** Step of the tables of lag densities. */
const STEP_MS = 250;
/** Sessions a push causes on average, as the alternative has it. */
const SESSIONS_A_PUSH = 0.85;
/** Laws of the lag: exponential means and lengths of uniform ones, each with the same weight. */
const EXPONENTIAL_MS = [2_000, 6_000, 18_000];
const UNIFORM_MS = [25_000, 60_000];
/** Means of lags that take their time, each with a standard deviation of a third of it. */
const DELAYED_MS = [3_000, 8_000, 20_000, 40_000];

export interface Placed {
  readonly pushes: readonly number[];
  readonly sessions: readonly number[];
  readonly spans: readonly Span[];
  readonly near: readonly Span[];
  readonly skewMs: number;
  readonly longestLagMs: number;
}

/**
 * Rank of the true likelihood among those of placements of each push by itself, and among those of all pushes shifted
 * together by more than the longest lag: the larger share. 1 / (placements + 1) at least; null where too many.
 *
 * @param plain pushes and sessions are independent events at one rate: a push could have come anywhere, so that nothing
 *   needs to be held against shifts
 */
export function likelihoodProbability(trial: Placed, plain: boolean): number | null {
  const { pushes, sessions, near, spans } = trial;
  if (pushes.length > MOST_PUSHES || sessions.length > MOST_SESSIONS) return null;
  const score = scorer(trial);
  const observed = score(pushes);
  if (plain) {
    const lengthMs = lengthOf(spans);
    return placedShare(pushes.length, (_, share) => momentAt(share * lengthMs, spans), score, observed);
  }
  const nearby = (push: number, share: number): number => {
    const { fromMs, toMs } = near[push]!;
    return fromMs + share * (toMs - fromMs);
  };
  const alone = placedShare(pushes.length, nearby, score, observed);
  return alone > WORTH_SHIFTING ? alone : Math.max(alone, shiftedShare(trial, score, observed));
}

type Score = (pushes: ArrayLike<number>) => number;

/** Where a push is put: which one, and a random share of the stretch in which it could have come. */
type Place = (push: number, share: number) => number;

function placedShare(pushes: number, place: Place, score: Score, observed: number): number {
  const next = fixedSequence();
  const placed = new Float64Array(pushes);
  let asGood = 0;
  for (let i = 1; i <= PLACEMENTS; i++) {
    for (let j = 0; j < pushes; j++) placed[j] = place(j, next());
    if (score(placed.sort()) >= observed) asGood++;
    if (asGood === ENOUGH) return asGood / i;
  }
  return (asGood + 1) / (PLACEMENTS + 1);
}

function shiftedShare({ pushes, spans, longestLagMs, skewMs }: Placed, score: Score, observed: number): number {
  const shares = shiftShares(SHIFTS, lengthOf(spans), longestLagMs + skewMs);
  const asGood = shares.filter((share) => score(shifted(pushes, spans, share)) >= observed).length;
  return shares.length === 0 ? 0 : asGood / shares.length;
}

/**
 * Log likelihood of the sessions, the mean over the laws of the lag: sessions come at the rate r + a sum h(s - p), with
 * a per push and r left for the background, a Neyman-Scott process with known parents.
 */
function scorer({ sessions, pushes, spans, skewMs, longestLagMs }: Placed): Score {
  const lengthMs = lengthOf(spans);
  const a = Math.min(SESSIONS_A_PUSH, (SESSIONS_A_PUSH * sessions.length) / pushes.length);
  const background = Math.max(0.5, sessions.length - a * pushes.length) / lengthMs;
  const tables = lagTables(skewMs, longestLagMs).map((table) => table.map((density) => (a * density) / background));
  const laws = tables.length;
  const logs = new Float64Array(laws);
  const sums = new Float64Array(laws);
  return (at) => {
    logs.fill(0);
    let first = 0;
    for (const session of sessions) {
      while (first < at.length && session - at[first]! > longestLagMs + skewMs) first++;
      if (first >= at.length || session - at[first]! < -skewMs) continue;
      sums.fill(1);
      for (let j = first; j < at.length; j++) {
        const lag = session - at[j]!;
        if (lag < -skewMs) break;
        const step = Math.floor((lag + skewMs) / STEP_MS);
        for (let law = 0; law < laws; law++) sums[law] = sums[law]! + (tables[law]![step] ?? 0);
      }
      for (let law = 0; law < laws; law++) logs[law] = logs[law]! + Math.log(sums[law]!);
    }
    const most = Math.max(...logs);
    let total = 0;
    for (const log of logs) total += Math.exp(log - most);
    return most + Math.log(total / laws);
  };
}

function lagTables(skewMs: number, longestLagMs: number): Float64Array[] {
  const steps = Math.ceil((longestLagMs + 2 * skewMs) / STEP_MS) + 1;
  const table = (density: (lagMs: number) => number): Float64Array => {
    const values = Float64Array.from({ length: steps }, (_, i) => density(Math.max(0, (i + 0.5) * STEP_MS - skewMs)));
    const area = values.reduce((sum, value) => sum + value, 0) * STEP_MS;
    return values.map((value) => value / area);
  };
  return [
    ...EXPONENTIAL_MS.map((mean) => table((lag) => Math.exp(-lag / mean))),
    ...DELAYED_MS.map((mean) => table((lag) => Math.exp(-0.5 * ((lag - mean) / (mean / 3)) ** 2))),
    ...UNIFORM_MS.map((length) => table((lag) => (lag <= length + skewMs ? 1 : 0))),
  ];
}

/** Numbers in [0, 1) that are the same in every run (Steele and Vigna's splitmix32 with a fixed start). */
function fixedSequence(): () => number {
  let state = 0x9e3779b9;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let word = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return ((word ^ (word >>> 15)) >>> 0) / 4294967296;
  };
}
