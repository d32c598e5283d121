/** A score, larger meaning more structured; null where the method gave none, which ranks below every number. */
export type Score = number | null;

const rank = (score: Score): number => score ?? -Infinity;

/** Chance that a positive scores above a negative, ties counted half (Mann and Whitney); null without either. */
export function areaUnderCurve(positives: readonly Score[], negatives: readonly Score[]): number | null {
  if (positives.length === 0 || negatives.length === 0) return null;
  const sorted = Float64Array.from(negatives, rank).sort();
  let wins = 0;
  for (const positive of positives) {
    const value = rank(positive);
    const below = countBelow(sorted, value, false);
    wins += below + (countBelow(sorted, value, true) - below) / 2;
  }
  return wins / (positives.length * negatives.length);
}

/** The lowest threshold that at most this share of the negatives lies strictly above. */
export function thresholdAt(negatives: readonly Score[], share: number): number {
  const sorted = Float64Array.from(negatives, rank).sort();
  const allowed = Math.floor(share * sorted.length + 1e-9);
  return sorted[sorted.length - 1 - allowed] ?? -Infinity;
}

/** Share of the scores strictly above the threshold; null scores never are. */
export function shareAbove(scores: readonly Score[], threshold: number): number {
  if (scores.length === 0) return 0;
  return scores.filter((score) => score !== null && score > threshold).length / scores.length;
}

/** How many of the sorted values lie below the value, or with `orEqual` not above it. */
function countBelow(sorted: Float64Array, value: number, orEqual: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = sorted[middle]!;
    if (other < value || (orEqual && other === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}
