import { z } from 'zod';
import { Cadence, Statistic } from './report.ts';

const seconds = z.number().min(-1e12).max(1e12);
const bytes = z.number().min(0);

/** One series of sessions to judge: start times in seconds, in any order, and their sizes in bytes. */
export const SeriesLine = z.object({
  id: z.union([z.string().max(1024), z.number()]).optional(),
  /** How long was observed; absent: from the first session to the last. */
  windowSeconds: z.number().positive().max(1e12).optional(),
  t: z.array(seconds),
  up: z.array(bytes).optional(),
  down: z.array(bytes).optional(),
});
export type SeriesLine = z.infer<typeof SeriesLine>;

/** The cadence of one series. Numbers are null, and `reason` says why, where there is nothing to judge. */
export const CadenceLine = z.strictObject({
  id: z.union([z.string(), z.number()]).nullable(),
  beats: z.number().int(),
  /** Larger is more structured, comparable across series; 1 is the decision. */
  score: z.number().nullable(),
  /** The calibrated decision at a false-positive rate of 1 %. */
  structured: z.boolean().nullable(),
  periodSeconds: z.number().nullable(),
  /** MAD / median of the intervals. */
  jitter: z.number().nullable(),
  missedRate: z.number().nullable(),
  coverage: z.number().nullable(),
  kind: Cadence.shape.kind,
  reason: z.string().optional(),
  dutyCycle: z.number().nullable(),
  /** Share of beats off the rhythm. */
  clutter: z.number().nullable(),
  /** Median working and pausing time of an on/off cycle. */
  cycle: z.strictObject({ onSeconds: z.number(), offSeconds: z.number() }).nullable(),
  /** Every period found, strongest first. */
  periodsSeconds: z.array(z.number()),
  /** The beacon score of RITA v5, for comparison. */
  rita: z.number().nullable(),
  /** Each statistic with the null it was held against, where it was asked for. */
  evidence: z.array(Statistic).optional(),
});
export type CadenceLine = z.infer<typeof CadenceLine>;

/** What stands in the place of a cadence where the line was not a series. */
export const UnreadLine = z.strictObject({
  id: z.union([z.string(), z.number()]).nullable(),
  /** Line of the input, from 1. */
  line: z.number().int(),
  error: z.strictObject({ code: z.literal('series-malformed'), detail: z.string() }),
});
export type UnreadLine = z.infer<typeof UnreadLine>;
