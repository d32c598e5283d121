const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['ms', 1],
  ['m', 60_000],
  ['s', 1000],
];

/** Milliseconds of `90000`, `30s` or `+1m30s`, as shell commands take them; null where it is none of these. */
export function parseDuration(text: string): number | null {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  let rest = text.replace(/^\+/, '');
  let sumMs = 0;
  if (rest === '' || rest.length > 40) return null;
  while (rest !== '') {
    const match = /^(\d{1,9})(ms|d|h|m|s)/.exec(rest);
    const unit = UNITS.find(([name]) => name === match?.[2]);
    if (match === null || unit === undefined) return null;
    sumMs += Number(match[1]) * unit[1];
    rest = rest.slice(match[0].length);
  }
  return sumMs;
}
