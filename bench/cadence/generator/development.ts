// The development set: the families and ranges that a method may be tuned on. Times in seconds, jitter and shares as
// shares of one.
import { bursting, cluttered, dropping, onOff, steady } from './beacon.ts';
import { deadTime, gammaGaps, logNormal, pareto, poisson, selfExciting, swingingRate, weibullGaps } from './chance.ts';
import { labelled, type Family, type Noise, type Pace, type Unlabelled } from './family.ts';
import { browsing, debouncedSync, episodes, retried, seeking } from './people.ts';
import { backingOff, pushTasked, type Tasked } from './tasking.ts';
import { timer } from './timers.ts';

/** Its pushes and answers; `bench:push` draws them with the pushes known. */
export const DEVELOPMENT_TASKED: Tasked = { meanGapSeconds: [30, 300], lagSeconds: [0.5, 8], missed: [0, 0.2] };

const noise: Noise = { delaySeconds: [0.03, 0.3], lossShare: 0.01 };
/** 15 minutes: 10 to 100 s. 60 minutes: 10 to 400 s. */
const pace: Pace = { shortestSeconds: 10, leastBeats: 9 };
const sleeping = { pace, noise, locked: 0.25 };
/** 15 minutes: 8 to 113 events. 60 minutes: 8 to 450. */
const rate = { shortestSeconds: 8, leastEvents: 8 };

const c2: readonly Unlabelled[] = [
  { name: 'fixed period', draw: steady({ ...sleeping, law: 'none', jitter: [0, 0], locked: 0.5 }) },
  { name: 'uniform jitter 20 %', draw: steady({ ...sleeping, law: 'uniform', jitter: [0.15, 0.25] }) },
  { name: 'uniform jitter 50 %', draw: steady({ ...sleeping, law: 'uniform', jitter: [0.45, 0.55], locked: 0 }) },
  { name: 'gaussian jitter 20 %', draw: steady({ ...sleeping, law: 'gaussian', jitter: [0.15, 0.25], locked: 0 }) },
  { name: 'gaussian jitter 50 %', draw: steady({ ...sleeping, law: 'gaussian', jitter: [0.45, 0.5], locked: 0 }) },
  {
    name: 'beats dropped',
    draw: dropping(
      { ...sleeping, pace: { shortestSeconds: 10, leastBeats: 13 }, law: 'uniform', jitter: [0, 0.12] },
      [0.1, 0.4],
    ),
  },
  {
    name: 'on/off',
    draw: onOff(
      { ...sleeping, pace: { shortestSeconds: 8, leastBeats: 36 }, law: 'uniform', jitter: [0, 0.15] },
      [5, 12],
      [4, 15],
    ),
  },
  {
    name: 'clutter on the host',
    draw: cluttered({ ...sleeping, law: 'uniform', jitter: [0, 0.15] }, [0.2, 0.8], [1, 1]),
  },
  {
    name: 'bursts per beat',
    draw: bursting(
      { ...sleeping, pace: { shortestSeconds: 15, leastBeats: 9 }, law: 'uniform', jitter: [0, 0.2] },
      [2, 6],
      [0.3, 3],
    ),
  },
  {
    name: 'back-off',
    draw: backingOff({
      firstSeconds: [4, 20],
      factor: [1.35, 2.2],
      steps: [5, 10],
      jitter: [0, 0.15],
      within: 0.3,
      noise,
    }),
  },
  {
    name: 'push-tasked',
    timeless: true,
    draw: pushTasked(DEVELOPMENT_TASKED),
  },
];

const aperiodic: readonly Unlabelled[] = [
  { name: 'poisson', draw: poisson(rate) },
  { name: 'scrolling', draw: logNormal(rate, [0.42, 0.65]) },
  { name: 'lognormal wide', draw: logNormal(rate, [0.9, 1.6]) },
  { name: 'heavy tails', draw: pareto(rate, [1.1, 1.9]) },
  { name: 'dead time', draw: deadTime(rate, [0.1, 0.45]) },
  { name: 'gamma gaps', draw: gammaGaps(rate, [0.5, 2.6]) },
  { name: 'weibull gaps', draw: weibullGaps(rate, [0.6, 1.6]) },
  { name: 'swinging rate', draw: swingingRate(rate, [0.5, 1], [0.5, 3]) },
  { name: 'self-exciting', draw: selfExciting(rate, [0.4, 0.8], [5, 60]) },
  { name: 'page browsing', draw: browsing({ shortestSeconds: 15, leastEvents: 8 }, [0.7, 1.2], [1, 8], [0.5, 4]) },
  {
    name: 'chat',
    draw: episodes({ pauseSeconds: [60, 400], meanEvents: [4, 15], gapSeconds: [8, 25], sigma: [0.7, 1.1] }),
  },
  {
    name: 'app sessions',
    draw: episodes({ pauseSeconds: [100, 600], meanEvents: [3, 10], gapSeconds: [3, 12], sigma: [0.8, 1.3] }),
  },
  {
    name: 'media seeking',
    draw: seeking({ betweenSeconds: [15, 80], sigma: [0.7, 1.2], segments: [2, 8], fetchSeconds: [0.4, 3] }),
  },
  { name: 'debounced sync', draw: debouncedSync({ shortestSeconds: 15, leastEvents: 10 }, [1, 8], [2, 10]) },
  { name: 'random retries', draw: retried({ shortestSeconds: 15, leastEvents: 8 }, [0.15, 0.45], [2, 4], [5, 40]) },
];

const periodic: readonly Unlabelled[] = [
  {
    name: 'analytics timer',
    draw: timer({ periodsSeconds: [15, 30, 60, 300], jitter: [0, 0.02], running: [0.6, 1], noise }),
  },
  { name: 'ad refresh', draw: timer({ periodsSeconds: [30, 45, 60], jitter: [0, 0.1], running: [0.4, 0.9], noise }) },
  {
    name: 'keep-alive',
    draw: timer({ periodsSeconds: [25, 30, 45, 60], jitter: [0, 0.01], running: [0.9, 1], noise }),
  },
  { name: 'heartbeat', draw: timer({ periodsSeconds: [20, 55, 240], jitter: [0, 0.08], running: [0.8, 1], noise }) },
  {
    name: 'repeating job',
    draw: timer({ periodsSeconds: [60, 120, 300], jitter: [0.05, 0.25], running: [1, 1], noise }),
  },
];

export const DEVELOPMENT: readonly Family[] = [
  ...labelled('c2', c2),
  ...labelled('aperiodic', aperiodic),
  ...labelled('periodic', periodic),
];
