// What decides beside the reference set: the same classes and as hard, with other ranges, other laws of jitter and other
// laws of chance. It was written down before any method had judged it, and nothing was tuned on it. Times in seconds,
// jitter and shares as shares of one.
import { bursting, cluttered, dropping, onOff, steady } from './beacon.ts';
import {
  gammaGaps,
  inverseGaussianGaps,
  logLogisticGaps,
  logNormal,
  pareto,
  poisson,
  selfExciting,
  twoStates,
} from './chance.ts';
import { labelled, type Family, type Noise, type Pace, type Unlabelled } from './family.ts';
import { browsing, debouncedSync, episodes, seeking } from './people.ts';
import { backingOff, pushTasked, type Tasked } from './tasking.ts';

/** Its pushes and answers; `bench:push` draws them with the pushes known. */
export const REFERENCE_HELD_OUT_TASKED: Tasked = { meanGapSeconds: [20, 120], lagSeconds: [1, 12], missed: [0, 0.25] };

const noise: Noise = { delaySeconds: [0.2, 2.5], lossShare: 0.02 };
/** 9 to 95 s in 15 minutes. */
const pace: Pace = { shortestSeconds: 9, leastBeats: 9.5 };
const sleeping = { pace, noise, locked: 0 };
/** 28 to 225 events in 15 minutes. */
const rate = { shortestSeconds: 4, leastEvents: 28 };
/** Where several requests make an event. */
const slowRate = { shortestSeconds: 7, leastEvents: 28 };

/** Those that a beacon has in the field: most sleep with little jitter. */
const ordinary: readonly Unlabelled[] = [
  { name: 'alarm', draw: steady({ ...sleeping, law: 'uniform', jitter: [0, 0.02], locked: 1 }) },
  { name: 'uniform jitter 8 %', draw: steady({ ...sleeping, law: 'uniform', jitter: [0.06, 0.1] }) },
  { name: 'uniform jitter 15 %', draw: steady({ ...sleeping, law: 'uniform', jitter: [0.12, 0.18] }) },
  { name: 'uniform jitter 35 %', draw: steady({ ...sleeping, law: 'uniform', jitter: [0.3, 0.4] }) },
  { name: 'gaussian jitter 7 %', draw: steady({ ...sleeping, law: 'gaussian', jitter: [0.05, 0.09] }) },
  { name: 'gaussian jitter 15 %', draw: steady({ ...sleeping, law: 'gaussian', jitter: [0.12, 0.18] }) },
  { name: 'gaussian jitter 25 %', draw: steady({ ...sleeping, law: 'gaussian', jitter: [0.2, 0.3] }) },
  { name: 'shortened sleep', draw: steady({ ...sleeping, law: 'shortening', jitter: [0.2, 0.6] }) },
  {
    name: 'long period',
    draw: steady({ ...sleeping, pace: { shortestSeconds: 55, leastBeats: 9 }, law: 'gaussian', jitter: [0.1, 0.2] }),
  },
];

const c2: readonly Unlabelled[] = [
  { name: 'fixed period', draw: steady({ ...sleeping, law: 'uniform', jitter: [0, 0.01] }) },
  { name: 'uniform jitter 20 %', draw: steady({ ...sleeping, law: 'uniform', jitter: [0.16, 0.24] }) },
  { name: 'uniform jitter 50 %', draw: steady({ ...sleeping, law: 'uniform', jitter: [0.45, 0.55] }) },
  { name: 'gaussian jitter 50 %', draw: steady({ ...sleeping, law: 'gaussian', jitter: [0.45, 0.55] }) },
  {
    name: 'beats dropped',
    draw: dropping(
      { ...sleeping, pace: { shortestSeconds: 20, leastBeats: 13 }, law: 'gaussian', jitter: [0, 0.12] },
      [0.1, 0.4],
    ),
  },
  {
    name: 'on/off',
    draw: onOff(
      { ...sleeping, pace: { shortestSeconds: 13, leastBeats: 16 }, law: 'gaussian', jitter: [0.03, 0.15] },
      [4, 12],
      [3, 12],
    ),
  },
  {
    name: 'clutter on the host',
    draw: cluttered(
      { ...sleeping, pace: { shortestSeconds: 17, leastBeats: 9 }, law: 'gaussian', jitter: [0.04, 0.08] },
      [0.3, 1],
      [1, 2],
    ),
  },
  {
    name: 'bursts per beat',
    draw: bursting(
      { ...sleeping, pace: { shortestSeconds: 12, leastBeats: 14 }, law: 'gaussian', jitter: [0.05, 0.15] },
      [2, 6],
      [0.4, 6],
    ),
  },
  {
    name: 'back-off',
    draw: backingOff({
      firstSeconds: [4, 25],
      factor: [1.8, 2.2],
      steps: [5, 7],
      jitter: [0, 0.2],
      within: 0.25,
      noise,
    }),
  },
  { name: 'push-tasked', timeless: true, draw: pushTasked(REFERENCE_HELD_OUT_TASKED) },
];

/** Four of them by laws that the reference set has not. */
const aperiodic: readonly Unlabelled[] = [
  { name: 'poisson', draw: poisson(rate) },
  { name: 'scrolling', draw: logNormal(rate, [0.42, 0.65]) },
  { name: 'lognormal wide', draw: logNormal(rate, [0.75, 1.9]) },
  { name: 'heavy tails', draw: pareto(rate, [0.9, 2.2]) },
  { name: 'gamma gaps', draw: gammaGaps(rate, [0.4, 3]) },
  { name: 'log-logistic gaps', draw: logLogisticGaps(rate, [1.5, 3.8]) },
  { name: 'inverse gaussian gaps', draw: inverseGaussianGaps(rate, [0.6, 3.5]) },
  { name: 'two states', draw: twoStates(rate, [4, 20], [60, 400]) },
  { name: 'self-exciting', draw: selfExciting(rate, [0.3, 0.9], [3, 90]) },
  { name: 'page browsing', draw: browsing(slowRate, [0.6, 1.4], [1, 12], [0.3, 6]) },
  {
    name: 'chat',
    draw: episodes({ pauseSeconds: [40, 500], meanEvents: [3, 25], gapSeconds: [6, 30], sigma: [0.65, 1.2] }),
  },
  {
    name: 'media seeking',
    draw: seeking({ betweenSeconds: [12, 100], sigma: [0.6, 1.3], segments: [1, 10], fetchSeconds: [0.3, 4] }),
  },
  { name: 'debounced sync', draw: debouncedSync(slowRate, [1, 12], [1, 12]) },
];

export const REFERENCE_HELD_OUT: readonly Family[] = [
  ...labelled('c2', [...c2, ...ordinary]),
  ...labelled('aperiodic', aperiodic),
];
