// What the oracle knows: the laws and ranges of the labelled sets (generator/development.ts, held-out.ts, reference.ts), those
// that have a closed likelihood. Scales are mean intervals, in seconds.
import { logGamma } from '../../../workers/judge/gamma.ts';
import type { SetName } from '../generator/series.ts';
import { shapeOf, type LogDensity, type Shape } from './shape.ts';

/** Shapes that are equally likely, and the range of the scale, log-uniform, by the length of the window. */
export interface KnownLaw {
  readonly name: string;
  readonly shapes: readonly Shape[];
  readonly scale: (windowSeconds: number) => readonly [low: number, high: number];
}

type Range = readonly [low: number, high: number];
const SHAPES = 7;

function law(name: string, range: Range, scale: KnownLaw['scale'], of: (parameter: number) => LogDensity): KnownLaw {
  const [low, high] = range;
  const parameters = Array.from({ length: SHAPES }, (_, i) => low + ((i + 0.5) / SHAPES) * (high - low));
  return { name, scale, shapes: parameters.map((parameter) => shapeOf(of(parameter))) };
}

const gaussian =
  (sigma: number): LogDensity =>
  (u) =>
    u < 0.1 ? -Infinity : -0.5 * ((u - 1) / sigma) ** 2;

const uniform =
  (width: number): LogDensity =>
  (u) =>
    Math.abs(u - 1) > width ? -Infinity : 0;

const logNormal =
  (sigma: number): LogDensity =>
  (u) =>
    -Math.log(u) - 0.5 * ((Math.log(u) + sigma ** 2 / 2) / sigma) ** 2;

const gamma =
  (k: number): LogDensity =>
  (u) =>
    (k - 1) * Math.log(u) - k * u;

const weibull = (k: number): LogDensity => {
  const scale = Math.exp(-logGamma(1 + 1 / k));
  return (u) => (k - 1) * Math.log(u) - (u / scale) ** k;
};

const pareto = (tail: number): LogDensity => {
  const least = 1 - 1 / Math.max(tail, 1.2);
  return (u) => (u < least ? -Infinity : -(tail + 1) * Math.log(u));
};

const deadTime =
  (share: number): LogDensity =>
  (u) =>
    u < share ? -Infinity : -(u - share) / (1 - share);

const logLogistic =
  (k: number): LogDensity =>
  (u) => {
    const power = (u / 0.8) ** k;
    return Math.log(power) - Math.log(u) - 2 * Math.log1p(power);
  };

const inverseGaussian =
  (ratio: number): LogDensity =>
  (u) =>
    -1.5 * Math.log(u) - (ratio * (u - 1) ** 2) / (2 * u);

/** Gaps inside episodes of this width about a median of 1, and pauses of mean `pause` after one in `events`. */
const episodes =
  (sigma: number, pause: number, events: number): LogDensity =>
  (u) => {
    const inside = Math.exp(-0.5 * (Math.log(u) / sigma) ** 2) / (u * sigma * Math.sqrt(2 * Math.PI));
    return Math.log((1 - 1 / events) * inside + Math.exp(-u / pause) / (pause * events));
  };

const EPISODES: readonly KnownLaw[] = [
  { name: 'chat', scale: () => [8, 25], shapes: grid([0.7, 0.9, 1.1], [4, 15, 40], [4, 8, 15]) },
  { name: 'app sessions', scale: () => [3, 12], shapes: grid([0.8, 1, 1.3], [12, 40, 150], [3, 6, 10]) },
];

function grid(sigmas: readonly number[], pauses: readonly number[], events: readonly number[]): Shape[] {
  return sigmas.flatMap((sigma) =>
    pauses.flatMap((pause) => events.map((count) => shapeOf(episodes(sigma, pause, count)))),
  );
}

function rate(shortest: number, leastEvents: number): KnownLaw['scale'] {
  return (windowSeconds) => [shortest, windowSeconds / leastEvents];
}

/** The sets whose laws are written down here. */
export type OracleSet = Exclude<SetName, 'reference-held-out'>;

/** Aperiodic laws of a set that are renewal processes; the others are left to these, which costs the oracle a little. */
export const KNOWN_CHANCE: Readonly<Record<OracleSet, readonly KnownLaw[]>> = {
  development: chanceLaws(rate(8, 8), rate(8, 8), {
    wide: [0.9, 1.6],
    tail: [1.1, 1.9],
    dead: [0.1, 0.45],
    gamma: [0.5, 2.6],
    weibull: [0.6, 1.6],
  }),
  'held-out': [
    ...chanceLaws(rate(10, 9), rate(6, 9), {
      wide: [0.75, 1.9],
      tail: [0.9, 2.2],
      dead: [0.15, 0.5],
      gamma: [0.4, 3],
      weibull: [0.5, 1.8],
    }),
    law('log-logistic gaps', [1.5, 3.8], rate(10, 9), logLogistic),
    law('inverse gaussian gaps', [0.6, 3.5], rate(10, 9), inverseGaussian),
    // Of a drifting pace (AR(1)) the oracle knows the intervals' law, and takes them to be independent.
    law('drifting pace', [0.5, 0.9], rate(10, 9), logNormal),
  ],
  reference: chanceLaws(rate(3, 30), rate(3, 30), { wide: [0.9, 1.6], tail: [1.1, 1.9] }),
};

interface Ranges {
  readonly wide: Range;
  readonly tail: Range;
  readonly dead?: Range;
  readonly gamma?: Range;
  readonly weibull?: Range;
}

function chanceLaws(scale: KnownLaw['scale'], scrolling: KnownLaw['scale'], ranges: Ranges): KnownLaw[] {
  return [
    { name: 'poisson', scale, shapes: [shapeOf((u) => -u)] },
    law('scrolling', [0.42, 0.65], scrolling, logNormal),
    law('lognormal wide', ranges.wide, scale, logNormal),
    law('heavy tails', ranges.tail, scale, pareto),
    ...(ranges.dead ? [law('dead time', ranges.dead, scale, deadTime)] : []),
    ...(ranges.gamma ? [law('gamma gaps', ranges.gamma, scale, gamma)] : []),
    ...(ranges.weibull ? [law('weibull gaps', ranges.weibull, scale, weibull)] : []),
    ...EPISODES,
  ];
}

/** The classes with a closed likelihood, by set; the delay of the network is small beside their jitter and left out. */
export const KNOWN_TIMERS: Readonly<Record<OracleSet, readonly KnownLaw[]>> = {
  development: [
    law('uniform jitter 50 %', [0.45, 0.55], rate(10, 9), uniform),
    law('gaussian jitter 50 %', [0.45, 0.5], rate(10, 9), gaussian),
  ],
  'held-out': [
    law('uniform jitter 50 %', [0.4, 0.58], rate(8, 8.5), uniform),
    law('gaussian jitter 50 %', [0.42, 0.52], rate(8, 8.5), gaussian),
  ],
  reference: [
    law('uniform jitter 50 %', [0.5, 0.52], rate(10, 9), uniform),
    law('gaussian jitter 50 %', [0.5, 0.5], rate(10, 9), gaussian),
  ],
};
