import { METHODS } from '../methods.ts';
import { seriesOf, SETS, type SetName } from '../generator/series.ts';
import type { Label, Truth } from '../generator/family.ts';
import type { Score } from './rank.ts';

/** One cell of work: so many series of one family in one window, judged by these methods. */
export interface Cell {
  readonly set: SetName;
  readonly family: string;
  readonly windowSeconds: number;
  readonly series: number;
  readonly methods: readonly string[];
  /** Another seed than the set's own: fresh series of the same families. */
  readonly seed: number | null;
}

export interface Opinions {
  readonly scores: readonly Score[];
  readonly decisions: readonly (boolean | null)[];
  readonly periodsSeconds: readonly (number | null)[];
  /** Milliseconds for all of the series. */
  readonly spentMs: number;
}

export interface JudgedFamily {
  readonly family: string;
  readonly label: Label;
  readonly timeless: boolean;
  readonly windowSeconds: number;
  readonly truths: readonly (Truth | null)[];
  readonly byMethod: Readonly<Record<string, Opinions>>;
}

/** Makes the series of a cell and asks every method. */
export function judgeCell({ set, family: name, windowSeconds, series: count, methods, seed }: Cell): JudgedFamily {
  const family = SETS[set].families.find((one) => one.name === name);
  if (!family) throw new Error(`The ${set} set has no family "${name}".`);
  const series = Array.from({ length: count }, (_, index) =>
    seriesOf(set, family, windowSeconds, index, seed ?? SETS[set].seed),
  );
  const asked = METHODS.filter((method) => methods.includes(method.name)).map((method) => {
    const from = performance.now();
    const opinions = series.map((one) => method.judge(one));
    const result: Opinions = {
      scores: opinions.map(({ score }) => score),
      decisions: opinions.map(({ structured }) => structured),
      periodsSeconds: opinions.map(({ periodSeconds }) => periodSeconds),
      spentMs: performance.now() - from,
    };
    return [method.name, result] as const;
  });
  return {
    family: name,
    label: family.label,
    timeless: family.timeless === true,
    windowSeconds,
    truths: series.map(({ truth }) => truth),
    byMethod: Object.fromEntries(asked),
  };
}
