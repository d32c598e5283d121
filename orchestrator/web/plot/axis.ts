/** Round marks for an axis from 0 to `end`, at most `most` of them: 1, 2, 5 steps of a power of ten. */
export function marks(end: number, most: number): number[] {
  if (!(end > 0)) return [0];
  const raw = end / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10) * power;
  return Array.from({ length: Math.floor(end / step + 1e-9) + 1 }, (_, index) => index * step);
}

/** Marks for a time axis in milliseconds: steps that a clock knows. */
export function timeMarks(endMs: number, most: number): number[] {
  const minute = 60_000;
  const steps = [0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 240, 480, 1440].map((minutes) => minutes * minute);
  const step = steps.find((candidate) => endMs / candidate <= most) ?? 2880 * minute;
  return Array.from({ length: Math.floor(endMs / step + 1e-9) + 1 }, (_, index) => index * step);
}

/** Coordinates with at most one decimal: a report with thousands of beats stays small. */
export function at(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value * 10) / 10) : '0';
}
