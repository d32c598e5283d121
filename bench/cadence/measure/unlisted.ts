// The published averages are not the means of the published rows, so that the trial had classes that it did not list. How
// many, and how hard for each method, follows from the averages: with k unlisted classes of mean x beside nine rows of sum
// s, average = (s + k x) / (9 + k), each figure known to within its rounding.
import { PUBLISHED, PUBLISHED_MACRO, PUBLISHED_METHODS, PUBLISHED_OWN, PUBLISHED_OWN_MACRO } from './published.ts';
import type { Figure } from './published.ts';

/** Mean figures of the unlisted classes, from what rounding allows at least to at most. */
export interface Unlisted {
  readonly method: string;
  readonly auc: readonly [low: number, middle: number, high: number];
  readonly percent: readonly [low: number, middle: number, high: number];
}

interface Column {
  readonly method: string;
  readonly rows: readonly Figure[];
  readonly macro: Figure;
}

const counted = Object.entries(PUBLISHED).flatMap(([family, row]) => (family === 'push-tasked' ? [] : [row]));
const columns: readonly Column[] = [
  ...PUBLISHED_METHODS.map((method, i) => ({
    method,
    rows: counted.map((row) => row[i]!),
    macro: PUBLISHED_MACRO[15]![i]!,
  })),
  ...Object.entries(PUBLISHED_OWN).map(([method, rows]) => ({ method, rows, macro: PUBLISHED_OWN_MACRO[method]! })),
];

/** What `count` unlisted classes must have been on average, for each of the seven methods at 15 minutes. */
export function unlisted(count: number): Unlisted[] {
  return columns.map(({ method, rows, macro }) => {
    const mean = (part: 0 | 1, most: number, rowStep: number, macroStep: number): [number, number, number] => {
      const of = (sign: number): number => {
        const listed = rows.reduce((sum, row) => sum + clamped(row[part] - (sign * rowStep) / 2, most), 0);
        return ((macro[part] + (sign * macroStep) / 2) * (rows.length + count) - listed) / count;
      };
      return [of(-1), of(0), of(1)];
    };
    return { method, auc: mean(0, 1, 0.01, 0.001), percent: mean(1, 100, 1, 1) };
  });
}

/** The fewest unlisted classes with which no method needs a mean beyond what is possible. */
export function fewestUnlisted(): number {
  let count = 1;
  const impossible = ({ auc, percent }: Unlisted): boolean =>
    auc[0] > 1 || auc[2] < 0 || percent[0] > 100 || percent[2] < 0;
  while (unlisted(count).some(impossible)) count += 1;
  return count;
}

function clamped(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}
