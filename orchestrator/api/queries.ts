import { z } from 'zod';
import { Submission } from '../contract/job.ts';
import { Verdict } from '../contract/report.ts';

/** Text for the ledger, which cannot store NUL. */
export const text = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .refine((value) => !value.includes('\0'), 'expected text without NUL');

export const Identified = z.strictObject({ id: text(200).describe('Its id') });

export const Paged = {
  cursor: text(200).optional().describe('`next` of the page before'),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Most items in the answer'),
};

const State = Submission.shape.state;

export const SubmissionQuery = z.strictObject({
  ...Paged,
  state: z
    .preprocess((value) => (typeof value === 'string' ? value.split(',') : value), z.array(State).min(1).max(8))
    .optional()
    .describe('One state or several, separated by commas'),
  verdict: Verdict.optional(),
  review: z
    .enum(['waiting'])
    .optional()
    .describe('`waiting`: finished, and its newest report waits for a reviewer, or for the second of an override'),
  order: z.enum(['newest', 'oldest']).default('newest').describe('Which come first'),
  package: text(255).optional().describe('Beginning of the package name'),
  certificate: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits')
    .optional()
    .describe('SHA-256 of a signing certificate'),
  host: text(253).optional().describe('A host that was contacted, or a domain above it'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits')
    .optional()
    .describe('SHA-256 of a submitted file'),
  q: text(200).optional().describe('Words in package name or label'),
});
