import { deviation, mean } from './starts.ts';

const STEPS = 40;

interface Component {
  weight: number;
  centre: number;
  width: number;
}

/** Means of the Gaussian mixture of at most `most` components that BIC prefers, by expectation-maximisation. */
export function mixtureMeans(values: readonly number[], most: number): readonly number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const floor = Math.max(0.05, 0.01 * deviation(sorted));
  let best: { cost: number; centres: number[] } | null = null;
  for (let count = 1; count <= Math.min(most, Math.floor(values.length / 2)); count++) {
    const { components, logLikelihood } = fitted(sorted, count, floor);
    const cost = (3 * count - 1) * Math.log(values.length) - 2 * logLikelihood;
    if (best === null || cost < best.cost) best = { cost, centres: components.map(({ centre }) => centre) };
  }
  return best?.centres ?? [];
}

function fitted(
  sorted: readonly number[],
  count: number,
  floor: number,
): { components: Component[]; logLikelihood: number } {
  const spread = Math.max(deviation(sorted) / count, floor);
  const components: Component[] = Array.from({ length: count }, (_, k) => ({
    weight: 1 / count,
    centre: sorted[Math.floor(((k + 0.5) / count) * sorted.length)]!,
    width: spread,
  }));
  const shares = sorted.map(() => new Array<number>(count).fill(0));
  let logLikelihood = -Infinity;
  for (let step = 0; step < STEPS; step++) {
    logLikelihood = expected(sorted, components, shares);
    maximised(sorted, components, shares, floor);
  }
  return { components, logLikelihood };
}

function expected(sorted: readonly number[], components: readonly Component[], shares: number[][]): number {
  let logLikelihood = 0;
  sorted.forEach((value, i) => {
    const row = shares[i]!;
    let total = 1e-300;
    components.forEach(({ weight, centre, width }, k) => {
      row[k] = (weight * Math.exp(-0.5 * ((value - centre) / width) ** 2)) / (width * Math.sqrt(2 * Math.PI));
      total += row[k];
    });
    for (let k = 0; k < row.length; k++) row[k]! /= total;
    logLikelihood += Math.log(total);
  });
  return logLikelihood;
}

function maximised(
  sorted: readonly number[],
  components: Component[],
  shares: readonly number[][],
  floor: number,
): void {
  components.forEach((component, k) => {
    const weights = shares.map((row) => row[k]!);
    const total = weights.reduce((a, b) => a + b, 0);
    if (total < 1e-6) return;
    component.weight = total / sorted.length;
    component.centre = mean(sorted.map((value, i) => value * weights[i]!)) * (sorted.length / total);
    const variance = mean(sorted.map((value, i) => weights[i]! * (value - component.centre) ** 2));
    component.width = Math.max(floor, Math.sqrt(variance * (sorted.length / total)));
  });
}
