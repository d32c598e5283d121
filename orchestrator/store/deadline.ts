import type { Stage, SubmissionOptions } from '../contract/job.ts';

/** How long a stage may take before it is ended, where nothing of the submission says more. */
export const DEADLINES_MS: Readonly<Record<Stage, number>> = {
  inspect: 300_000,
  examine: 93_600_000,
  assess: 600_000,
};

/** Booting, installing and tidying up, with slow machines in mind. */
const AROUND_MS = 30 * 60_000;
/** Phases wait for their device, and a busy machine lags behind: the observed time may take half as long again. */
const SLACK = 1.5;

/** What of the options tells how long *examine* takes. */
export type Watching = Pick<SubmissionOptions, 'device'> & Partial<Pick<SubmissionOptions, 'minutes' | 'clockRate'>>;

/** Deadline of *examine*: minutes observed, by the clock of the device; only a simulated handset's runs faster. */
export function examineDeadlineMs({ device, minutes, clockRate = 1 }: Watching): number {
  if (minutes === undefined) return DEADLINES_MS.examine;
  const rate = device === 'simulated' ? Math.max(clockRate, Number.EPSILON) : 1;
  return AROUND_MS + (minutes * 60_000 * SLACK) / rate;
}
