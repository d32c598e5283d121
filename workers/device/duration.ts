/** One offset as AOSP TimeUtils.formatDuration prints it: `+1d2h3m4s5ms`, `-19m22s759ms`, `0`. null: not one. */
export function parseDuration(text: string): number | null {
  if (text === '0') return 0;
  const parts = /^([+-])(?:(\d{1,6})d)?(?:(\d{1,3})h)?(?:(\d{1,3})m(?!s))?(?:(\d{1,3})s)?(?:(\d{1,4})ms)?$/.exec(text);
  if (parts === null || text.length < 3) return null;
  const [, sign, days = '0', hours = '0', minutes = '0', seconds = '0', millis = '0'] = parts;
  const wholeSeconds = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  return (sign === '-' ? -1 : 1) * (wholeSeconds * 1000 + Number(millis));
}

/** Median gap of instants, or null where there are fewer than two gaps: one gap shows no repetition. */
export function medianGap(instantsMs: readonly number[]): number | null {
  const sorted = [...instantsMs].sort((a, b) => a - b);
  const gaps = sorted.slice(1).map((at, index) => at - (sorted[index] ?? at));
  const real = gaps.filter((gap) => gap > 0).sort((a, b) => a - b);
  if (real.length < 2) return null;
  const middle = Math.floor(real.length / 2);
  const upper = real[middle] ?? 0;
  return real.length % 2 === 1 ? upper : ((real[middle - 1] ?? upper) + upper) / 2;
}
