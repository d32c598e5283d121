// What a trial of the public methods measured: AUC and true positives (%) at 1 % false positives, 300 series a class
// against 3,600 aperiodic ones. Its own generator is not known; generator/reference.ts is made to be as hard.

/** AUC and true positives in percent. */
export type Figure = readonly [auc: number, percent: number];

/** The methods, by the names that the bench gives them, in the order of the columns below. */
export const PUBLISHED_METHODS = ['RITA v5', 'CV merged', 'Lomb-Scargle', 'BAYWATCH', 'H-test'] as const;

/** 15 minutes, by class. */
export const PUBLISHED: Readonly<Record<string, readonly Figure[]>> = {
  'fixed period': [
    [0.92, 85],
    [1, 100],
    [0.98, 79],
    [0.95, 90],
    [1, 100],
  ],
  'uniform jitter 20 %': [
    [0.91, 84],
    [1, 100],
    [0.85, 37],
    [0.96, 77],
    [0.88, 40],
  ],
  'uniform jitter 50 %': [
    [0.9, 81],
    [1, 100],
    [0.54, 0],
    [0.59, 1],
    [0.55, 1],
  ],
  'gaussian jitter 50 %': [
    [0.88, 70],
    [0.99, 78],
    [0.51, 0],
    [0.52, 1],
    [0.54, 2],
  ],
  'beats dropped': [
    [0.92, 62],
    [0.99, 66],
    [0.94, 60],
    [0.93, 46],
    [0.96, 77],
  ],
  'on/off': [
    [0.85, 69],
    [0.22, 1],
    [0.89, 44],
    [0.88, 75],
    [0.88, 56],
  ],
  'clutter on the host': [
    [0.79, 6],
    [0.98, 49],
    [0.87, 38],
    [0.84, 13],
    [0.86, 55],
  ],
  'bursts per beat': [
    [0.66, 12],
    [1, 100],
    [0.93, 54],
    [0.92, 32],
    [0.88, 51],
  ],
  'back-off': [
    [0.16, 0],
    [0.47, 0],
    [0.27, 0],
    [0.43, 0],
    [0.72, 19],
  ],
  'push-tasked': [
    [0.59, 16],
    [0.77, 5],
    [0.37, 0],
    [0.43, 1],
    [0.54, 0],
  ],
};

/** The trial's own methods at 15 minutes: its chain with missed beats, and the largest of four, by class in the order above. */
export const PUBLISHED_OWN: Readonly<Record<string, readonly Figure[]>> = {
  'chain S4': own([1, 1, 0.64, 0.51, 0.98, 1, 0.98, 1, 0.41], [100, 93, 1, 1, 91, 99, 89, 83, 0]),
  'max of four': own([1, 1, 1, 0.95, 0.99, 1, 0.99, 1, 1], [100, 100, 90, 66, 91, 98, 92, 100, 100]),
};

/** Their averages without push-tasked, 15 minutes. */
export const PUBLISHED_OWN_MACRO: Readonly<Record<string, Figure>> = {
  'chain S4': [0.895, 68],
  'max of four': [0.996, 96],
};

function own(aucs: readonly number[], percents: readonly number[]): Figure[] {
  return aucs.map((auc, i) => [auc, percents[i]!]);
}

/** Averages without push-tasked, by minutes of the window. */
export const PUBLISHED_MACRO: Readonly<Record<number, readonly Figure[]>> = {
  15: [
    [0.844, 65],
    [0.926, 81],
    [0.774, 35],
    [0.817, 46],
    [0.821, 46],
  ],
  60: [
    [0.907, 78],
    [0.948, 86],
    [0.735, 30],
    [0.819, 56],
    [0.777, 37],
  ],
};

/** The best of the trial's own methods, "max of four": the average of each window. */
export const PUBLISHED_BEST: Readonly<Record<number, Figure>> = { 15: [0.996, 96], 60: [0.997, 97] };
