// In: nothing. Out: quantiles of each statistic on aperiodic series, by number of beats.
// Made by scripts/calibrate.ts (seed 20261122, 600 series a family and count); do not edit by hand.
// Families: poisson, scroll-narrow, scroll-wide, lognormal, pareto, browsing, waking, dead-time.
export type CalibratedName = 'regularity' | 'local-regularity' | 'chain' | 'back-off';

/** q50: pooled median. q99: the highest family's 99th percentile. threshold: the highest family's 99th of max z. */
export const CALIBRATION: {
  readonly beats: readonly number[];
  readonly statistics: Readonly<
    Record<CalibratedName, { readonly q50: readonly number[]; readonly q99: readonly number[] }>
  >;
  readonly threshold: readonly number[];
} = {
  beats: [5, 6, 7, 8, 10, 12, 15, 20, 28, 40, 60, 100, 160],
  statistics: {
    regularity: {
      q50: [0.5908, 0.5031, 0.439, 0.398, 0.3386, 0.2996, 0.262, 0.2101, 0.1757, 0.1342, 0.1065, 0.0781, 0.0546],
      q99: [2.5115, 2.2006, 1.8625, 1.8151, 1.6541, 1.4553, 1.4198, 1.3181, 1.1782, 1.1023, 1.0502, 0.9832, 0.9478],
    },
    'local-regularity': {
      q50: [0.6823, 0.564, 0.7992, 0.6924, 0.5998, 0.6668, 0.6867, 0.6429, 0.6422, 0.6438, 0.6295, 0.6448, 0.6421],
      q99: [3.1902, 2.8089, 2.7477, 2.5488, 2.0624, 2.2084, 2.0683, 1.7306, 1.6585, 1.5853, 1.4682, 1.3784, 1.3296],
    },
    chain: {
      q50: [
        0.2882, -1.1401, -1.5525, -1.5964, -1.8321, -1.9041, -2.159, -2.6568, -3.7647, -5.8106, -9.2353, -16.5739,
        -27.9161,
      ],
      q99: [6.0316, 5.2589, 6.8077, 7.391, 6.2147, 7.2948, 6.7222, 6.7847, 9.8147, 12.8985, 11.3442, 15.926, 14.1514],
    },
    'back-off': {
      q50: [
        -1.1276, -1.7909, -2.2295, -2.6149, -3.2552, -3.7236, -4.2797, -4.2362, -4.3326, -4.2935, -4.2306, -4.3194,
        -4.3247,
      ],
      q99: [7.3347, 7.0286, 6.8751, 7.2571, 3.6757, 3.4052, 4.7028, 3.0052, 2.9133, 3.1506, 2.5953, 0.6635, 1.7119],
    },
  },
  threshold: [1.0532, 1.1142, 1.0909, 1.0963, 1.1114, 1.1447, 1.1021, 1.122, 1.1205, 1.0757, 1.0384, 1.0574, 1.0482],
};
