// In: nothing. Out: the evidence that aperiodic series reach by chance, by number of beats.
export const CALIBRATION: {
  readonly beats: readonly number[];
  readonly threshold: readonly number[];
  readonly families: Readonly<Record<string, readonly number[]>>;
} = {
  beats: [5, 6, 8, 10, 13, 17, 22, 30, 40, 60, 100, 160, 250, 400],
  threshold: [2.4, 2.65, 3.15, 3.65, 4.4, 4.7, 4.7, 4.6, 4.5, 4, 3, 2.5, 2.5, 2.5],
  families: {},
};
