// The held-out set: other ranges, other laws of gaps and families that the development set lacks. It decides, so a
// method is never tuned on it. Times in seconds, jitter and shares as shares of one.
import { bursting, changingRate, cluttered, dropping, onOff, steady } from './beacon.ts';
import {
  deadTime,
  driftingPace,
  gammaGaps,
  inverseGaussianGaps,
  logLogisticGaps,
  logNormal,
  pareto,
  poisson,
  selfExciting,
  swingingRate,
  twoStates,
  weibullGaps,
} from './chance.ts';
import { labelled, type Family, type Noise, type Pace, type Unlabelled } from './family.ts';
import { browsing, debouncedSync, episodes, retried, seeking } from './people.ts';
import { backingOff, pushTasked, type Tasked } from './tasking.ts';
import { timer } from './timers.ts';

/** Its pushes and answers; `bench:push` draws them with the pushes known. */
export const HELD_OUT_TASKED: Tasked = { meanGapSeconds: [40, 400], lagSeconds: [1, 15], missed: [0, 0.3] };

const noise: Noise = { delaySeconds: [0.05, 0.6], lossShare: 0.02 };
/** 15 minutes: 8 to 106 s. 60 minutes: 8 to 424 s. */
const pace: Pace = { shortestSeconds: 8, leastBeats: 8.5 };
const sleeping = { pace, noise, locked: 0.15 };
/** 15 minutes: 9 to 90 events. 60 minutes: 9 to 360. */
const rate = { shortestSeconds: 10, leastEvents: 9 };

const c2: readonly Unlabelled[] = [
  { name: 'fixed period', draw: steady({ ...sleeping, law: 'uniform', jitter: [0, 0.02], locked: 0.3 }) },
  { name: 'uniform jitter 20 %', draw: steady({ ...sleeping, law: 'uniform', jitter: [0.1, 0.3] }) },
  { name: 'uniform jitter 50 %', draw: steady({ ...sleeping, law: 'uniform', jitter: [0.4, 0.58], locked: 0 }) },
  { name: 'gaussian jitter 20 %', draw: steady({ ...sleeping, law: 'gaussian', jitter: [0.1, 0.28], locked: 0 }) },
  { name: 'gaussian jitter 50 %', draw: steady({ ...sleeping, law: 'gaussian', jitter: [0.42, 0.52], locked: 0 }) },
  { name: 'shortened sleep', draw: steady({ ...sleeping, law: 'shortening', jitter: [0.1, 0.6], locked: 0 }) },
  {
    name: 'beats dropped',
    draw: dropping(
      { ...sleeping, pace: { shortestSeconds: 9, leastBeats: 13 }, law: 'uniform', jitter: [0, 0.18] },
      [0.1, 0.4],
    ),
  },
  {
    name: 'on/off',
    draw: onOff(
      { ...sleeping, pace: { shortestSeconds: 9, leastBeats: 32 }, law: 'gaussian', jitter: [0, 0.1] },
      [4, 14],
      [5, 20],
    ),
  },
  {
    name: 'clutter on the host',
    draw: cluttered({ ...sleeping, law: 'gaussian', jitter: [0, 0.1] }, [0.15, 0.6], [1, 3]),
  },
  {
    name: 'bursts per beat',
    draw: bursting(
      { ...sleeping, pace: { shortestSeconds: 18, leastBeats: 8.5 }, law: 'gaussian', jitter: [0, 0.15] },
      [1, 8],
      [0.2, 4],
    ),
  },
  {
    name: 'back-off',
    draw: backingOff({
      firstSeconds: [5, 30],
      factor: [1.3, 2.1],
      steps: [4, 8],
      jitter: [0.05, 0.25],
      within: 0.2,
      noise,
    }),
  },
  {
    name: 'changing rate',
    draw: changingRate(
      { ...sleeping, pace: { shortestSeconds: 32, leastBeats: 8.5 }, law: 'uniform', jitter: [0, 0.2] },
      [0.25, 0.6],
    ),
  },
  {
    name: 'push-tasked',
    timeless: true,
    draw: pushTasked(HELD_OUT_TASKED),
  },
];

const aperiodic: readonly Unlabelled[] = [
  { name: 'poisson', draw: poisson(rate) },
  { name: 'scrolling', draw: logNormal({ shortestSeconds: 6, leastEvents: 9 }, [0.42, 0.65]) },
  { name: 'lognormal wide', draw: logNormal(rate, [0.75, 1.9]) },
  { name: 'heavy tails', draw: pareto(rate, [0.9, 2.2]) },
  { name: 'dead time', draw: deadTime(rate, [0.15, 0.5]) },
  { name: 'gamma gaps', draw: gammaGaps(rate, [0.4, 3]) },
  { name: 'weibull gaps', draw: weibullGaps(rate, [0.5, 1.8]) },
  { name: 'log-logistic gaps', draw: logLogisticGaps(rate, [1.5, 3.8]) },
  { name: 'inverse gaussian gaps', draw: inverseGaussianGaps(rate, [0.6, 3.5]) },
  { name: 'drifting pace', draw: driftingPace(rate, [0.5, 0.9], [0.2, 0.6]) },
  { name: 'two states', draw: twoStates(rate, [4, 20], [60, 400]) },
  { name: 'swinging rate', draw: swingingRate(rate, [0.6, 1], [0.3, 5]) },
  { name: 'self-exciting', draw: selfExciting(rate, [0.3, 0.9], [3, 90]) },
  { name: 'page browsing', draw: browsing({ shortestSeconds: 12, leastEvents: 9 }, [0.6, 1.4], [1, 12], [0.3, 6]) },
  {
    name: 'chat',
    draw: episodes({ pauseSeconds: [40, 500], meanEvents: [3, 25], gapSeconds: [6, 30], sigma: [0.65, 1.2] }),
  },
  {
    name: 'app sessions',
    draw: episodes({ pauseSeconds: [80, 900], meanEvents: [3, 14], gapSeconds: [2.5, 15], sigma: [0.7, 1.5] }),
  },
  {
    name: 'media seeking',
    draw: seeking({ betweenSeconds: [12, 100], sigma: [0.6, 1.3], segments: [1, 10], fetchSeconds: [0.3, 4] }),
  },
  { name: 'debounced sync', draw: debouncedSync({ shortestSeconds: 12, leastEvents: 10 }, [1, 12], [1, 12]) },
  { name: 'random retries', draw: retried({ shortestSeconds: 12, leastEvents: 9 }, [0.1, 0.5], [2, 5], [4, 60]) },
];

const periodic: readonly Unlabelled[] = [
  {
    name: 'analytics timer',
    draw: timer({ periodsSeconds: [20, 40, 90, 180], jitter: [0, 0.05], running: [0.5, 1], noise }),
  },
  { name: 'ad refresh', draw: timer({ periodsSeconds: [20, 60, 90], jitter: [0, 0.15], running: [0.3, 0.8], noise }) },
  { name: 'keep-alive', draw: timer({ periodsSeconds: [15, 50, 100], jitter: [0, 0.02], running: [0.8, 1], noise }) },
  { name: 'heartbeat', draw: timer({ periodsSeconds: [30, 75, 180], jitter: [0, 0.1], running: [0.7, 1], noise }) },
  {
    name: 'repeating job',
    draw: timer({ periodsSeconds: [45, 90, 240], jitter: [0.1, 0.35], running: [1, 1], noise }),
  },
];

export const HELD_OUT: readonly Family[] = [
  ...labelled('c2', c2),
  ...labelled('aperiodic', aperiodic),
  ...labelled('periodic', periodic),
];
