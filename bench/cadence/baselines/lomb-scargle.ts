import type { Method } from '../method.ts';
import { gridOf, walkGrid } from './spectrum.ts';
import { burstStarts } from './starts.ts';

const GAP_SECONDS = 6;
const LEAST_STARTS = 5;
/** The signal is the number of starts in each second. */
const BIN_SECONDS = 1;

/**
 * Lomb-Scargle periodogram (Lomb, Ap&SS 39, 1976; Scargle, ApJ 263, 1982) of the counts in bins of one second, their
 * mean removed, normalised by their variance. On even bins tau only turns the phase, so the power is
 * |sum (c_j - c) exp(i w t_j)|^2 / (N sigma^2); the mean's part has a closed form (Dirichlet's kernel), and the sum runs
 * over the starts alone. False-alarm probability 1 - (1 - exp(-power))^M; score: power - ln M, its negative logarithm
 * where it is small.
 */
export const LOMB_SCARGLE: Method = {
  name: 'Lomb-Scargle',
  judge({ t }) {
    const starts = burstStarts(t, GAP_SECONDS).map((at) => Math.floor(at / BIN_SECONDS) * BIN_SECONDS);
    const span = (starts.at(-1) ?? 0) - (starts[0] ?? 0);
    const grid = gridOf(span);
    if (starts.length < LEAST_STARTS || !grid) return { score: null, structured: null, periodSeconds: null };
    const bins = span / BIN_SECONDS + 1;
    const average = starts.length / bins;
    // Counts are 0 or 1 after merging, so that the mean of their squares is their mean.
    const variance = average - average ** 2;
    let highest = -Infinity;
    let at = grid.first;
    walkGrid(starts, grid, 1, (cosines, sines, frequency) => {
      const turn = Math.PI * frequency * BIN_SECONDS;
      const kernel = Math.sin(bins * turn) / Math.sin(turn);
      const middle = (bins - 1) * turn;
      const real = cosines[0]! - average * kernel * Math.cos(middle);
      const imaginary = sines[0]! - average * kernel * Math.sin(middle);
      const power = (real ** 2 + imaginary ** 2) / (bins * variance);
      if (power > highest) {
        highest = power;
        at = frequency;
      }
    });
    return { score: highest - Math.log(grid.trials), structured: null, periodSeconds: 1 / at };
  },
};
