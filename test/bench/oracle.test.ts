import { describe, expect, it } from 'vitest';
import { renewalLikelihood, shapeOf } from '../../bench/cadence/oracle/shape.ts';

const exponential = shapeOf((interval) => -interval);

describe("the oracle's likelihood", () => {
  it('is that of independent events in closed form: the number of them and the whole time decide', () => {
    const seen = { intervals: [10, 3, 25, 7], before: 4, after: 12 };
    // Five events at one a scale: the first is entered at random, so that only its density differs from a Poisson process'.
    const inside = -4 * Math.log(9) - 45 / 9;
    expect(renewalLikelihood(exponential, 9, seen, false)).toBeCloseTo(inside, 2);
    const edges = renewalLikelihood(exponential, 9, seen, true) - renewalLikelihood(exponential, 9, seen, false);
    // Survival e^(-12/9), and E1(4/9) / 9 for an exponential gap entered at a uniform place (A. & S. table 5.1: .634).
    expect(edges).toBeCloseTo(-12 / 9 + Math.log(0.634 / 9), 1);
  });

  it('does not depend on the unit of a law that need not be normalised', () => {
    const twice = shapeOf((interval) => Math.log(2) - interval);
    const seen = { intervals: [1, 2, 0.5], before: 0.2, after: 0.7 };
    expect(renewalLikelihood(twice, 1, seen, true)).toBeCloseTo(renewalLikelihood(exponential, 1, seen, true), 9);
  });
});
