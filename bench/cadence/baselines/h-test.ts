import type { Method } from '../method.ts';
import { gridOf, walkGrid } from './spectrum.ts';
import { burstStarts } from './starts.ts';

const GAP_SECONDS = 6;
const LEAST_STARTS = 5;
/** de Jager takes 20; a beat that jitter widens has no power beyond the first few. */
const HARMONICS = 8;

/**
 * H-test (de Jager, Raubenheimer and Swanepoel, A&A 221, 1989; de Jager and Buesching, A&A 517, 2010):
 * Z2_m = (2/n) sum over k <= m of (sum cos k phi)^2 + (sum sin k phi)^2, H = max over m of Z2_m - 4m + 4,
 * p about exp(-0.4 H). Score: -ln of p times the number of frequencies tried.
 */
export const H_TEST: Method = {
  name: 'H-test',
  judge({ t }) {
    const starts = burstStarts(t, GAP_SECONDS);
    const grid = gridOf((starts.at(-1) ?? 0) - (starts[0] ?? 0));
    if (starts.length < LEAST_STARTS || !grid) return { score: null, structured: null, periodSeconds: null };
    let highest = -Infinity;
    let at = grid.first;
    walkGrid(starts, grid, HARMONICS, (cosines, sines, frequency) => {
      let z = 0;
      for (let m = 1; m <= HARMONICS; m++) {
        z += (2 / starts.length) * (cosines[m - 1]! ** 2 + sines[m - 1]! ** 2);
        if (z - 4 * m + 4 > highest) {
          highest = z - 4 * m + 4;
          at = frequency;
        }
      }
    });
    return { score: 0.4 * highest - Math.log(grid.trials), structured: null, periodSeconds: 1 / at };
  },
};
