import { describe, expect, it } from 'vitest';
import { cell, evidenceOf, quantile } from '../../scripts/calibrate/cell.ts';
import { NULL_FAMILIES } from '../../scripts/calibrate/families.ts';
import { BEATS, SEED, seriesAt, TAIL_SHARE, toNats } from '../../scripts/calibrate/plan.ts';
import { CALIBRATION } from '../../workers/judge/calibration.ts';
import { thresholdAt } from '../../workers/judge/structure.ts';

const families = Object.keys(NULL_FAMILIES);
const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

describe('the calibration', () => {
  it('is what the script makes: a column and a row of cells made again are those of the table', () => {
    const cells = [
      ...families.map((family) => [family, 5] as const),
      ['poisson', 17] as const,
      ['pareto', 22] as const,
    ];
    for (const [family, beats] of cells) {
      const values = ascending(cell(family, beats, seriesAt(beats), SEED));
      const kept = CALIBRATION.families[family]![BEATS.indexOf(beats)];
      expect(toNats(quantile(values, TAIL_SHARE)), `${family}, ${beats} beats`).toBe(kept);
    }
  });

  it('has every null family at every number of beats, and no other', () => {
    expect(CALIBRATION.beats).toEqual(BEATS);
    expect(Object.keys(CALIBRATION.families)).toEqual(families);
    for (const tail of Object.values(CALIBRATION.families)) expect(tail).toHaveLength(BEATS.length);
  });

  it('asks for little more evidence with one more beat, and for none beyond its table', () => {
    for (let n = 5; n < 400; n++) expect(thresholdAt(n + 1) - thresholdAt(n)).toBeLessThanOrEqual(0.26);
    expect(thresholdAt(4)).toBe(CALIBRATION.threshold[0]);
    expect(thresholdAt(100_000)).toBe(CALIBRATION.threshold.at(-1));
  });

  it.each(families)('at most 2 % of fresh series of %s pass', (family) => {
    const fresh = [5, 7, 9, 12, 15, 20, 26, 35, 50, 80].flatMap((beats) => {
      return cell(family, beats, 60, SEED + 1).map((nats) => nats >= thresholdAt(beats));
    });
    expect(fresh.filter(Boolean).length / fresh.length).toBeLessThanOrEqual(0.02);
  });

  it('holds a bare timer against it: evidence far beyond any threshold', () => {
    const startUs = Float64Array.from({ length: 12 }, (_, i) => i * 60e6);
    expect(evidenceOf({ startUs })).toBeGreaterThan(2 * Math.max(...CALIBRATION.threshold));
  });
});
