// In: nothing. Out: quantiles of each statistic on aperiodic series, by number of beats.
// Made by scripts/calibrate.ts (seed 20261122, 300 series a family and count); do not edit by hand.
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
      q50: [0.5866, 0.5274, 0.4689, 0.3968, 0.328, 0.2931, 0.2658, 0.2173, 0.1793, 0.1498, 0.1061, 0.0706, 0.057],
      q99: [2.2348, 2.3933, 2.0772, 1.9995, 1.5908, 1.5107, 1.4656, 1.293, 1.2292, 1.1355, 1.028, 1.0131, 0.9482],
    },
    'local-regularity': {
      q50: [0.6743, 0.6265, 0.8209, 0.7132, 0.6057, 0.6732, 0.6868, 0.6415, 0.6554, 0.6261, 0.6322, 0.643, 0.6448],
      q99: [3.063, 2.8242, 2.8501, 2.4155, 2.3372, 2.0996, 1.988, 1.8001, 1.6634, 1.65, 1.4483, 1.4243, 1.3509],
    },
    chain: {
      q50: [
        -0.3616, -1.4651, -1.6769, -1.8171, -1.9003, -2.0268, -2.2626, -2.9379, -4.359, -6.5657, -10.897, -19.6599,
        -33.1607,
      ],
      q99: [4.9348, 5.7316, 5.3189, 5.2054, 6.1064, 6.2461, 6.6434, 6.4069, 7.2587, 6.0522, 6.2305, 7.1054, 6.6994],
    },
    'back-off': {
      q50: [
        -1.2609, -1.6814, -2.1758, -2.6172, -3.1446, -3.708, -4.2372, -4.2537, -4.342, -4.2627, -4.2863, -4.3257,
        -4.2473,
      ],
      q99: [7.2289, 8.9666, 6.2846, 4.5372, 3.339, 2.8566, 3.4582, 2.4126, 3.8142, 1.1412, 1.3195, 5.1526, 1.9002],
    },
  },
  threshold: [1.1142, 1.1207, 1.0288, 1.059, 1.0466, 1.2404, 1.0454, 1.1065, 1.094, 1.0228, 1.081, 1.0204, 1.0238],
};
