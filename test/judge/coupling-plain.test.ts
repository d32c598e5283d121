import { describe, expect, it } from 'vitest';
import { exponential, uniformFrom, within, type Uniform } from '../../scripts/calibrate/draws.ts';
import { looksPlain } from '../../workers/judge/coupling-plain.ts';

const HOUR_MS = 3_600_000;
const SPANS = [
  { fromMs: 0, toMs: HOUR_MS / 4 },
  { fromMs: HOUR_MS, toMs: HOUR_MS + (HOUR_MS * 3) / 4 },
];

/** Share of 300 series that look plain; `make` gives positions in an hour of watched time. */
function share(make: (uniform: Uniform) => number[]): number {
  let plain = 0;
  for (let seed = 1; seed <= 300; seed++) {
    const inside = make(uniformFrom(seed)).filter((at) => at < HOUR_MS);
    const times = inside.map((at) => (at < HOUR_MS / 4 ? at : at + (HOUR_MS * 3) / 4)).sort((a, b) => a - b);
    if (looksPlain(times, SPANS)) plain += 1;
  }
  return plain / 300;
}

const many = (count: number, make: () => number): number[] => Array.from({ length: count }, make);

describe('independent events at one rate', () => {
  it.each([6, 12, 30, 100])('look plain four times in five and more: %d of them, over two spans', (count) => {
    expect(share((uniform) => many(count, () => HOUR_MS * uniform()))).toBeGreaterThan(0.8);
  });

  it.each<[string, number, (uniform: Uniform) => number[]]>([
    [
      'that come in conversations',
      0.1,
      (uniform) => many(4, () => HOUR_MS * uniform()).flatMap((at) => many(3, () => at + exponential(uniform, 25_000))),
    ],
    ['that fall off', 0.1, (uniform) => many(30, () => exponential(uniform, HOUR_MS / 6))],
    ['of a timer', 0.01, (uniform) => many(12, () => 1).map((_, i) => (i + 0.5 * uniform() * 0.1) * 300_000)],
    ['of a busy ten minutes', 0.1, (uniform) => many(12, () => within(uniform, 0, HOUR_MS / 6))],
  ])('are not those %s', (_, most, make) => {
    expect(share(make)).toBeLessThanOrEqual(most);
  });

  it('cannot be told from four', () => {
    expect(looksPlain([100, 900_000 - 1, HOUR_MS + 5, HOUR_MS + 700_000], SPANS)).toBe(false);
  });
});
