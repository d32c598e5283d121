import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';

const RealSeries = z.object({
  id: z.string(),
  label: z.enum(['malicious', 'benign']),
  /** A: labelled by the author of the capture. B: a capture of something benign, not labelled series by series. */
  tier: z.string(),
  family: z.string(),
  windowSeconds: z.number().positive(),
  t: z.array(z.number()),
  up: z.array(z.number()),
  down: z.array(z.number()),
});
export type RealSeries = z.infer<typeof RealSeries>;

/** Beside the checkout, since it is not ours to give away. */
export const REAL_SERIES = resolve(import.meta.dirname, '../../../../shared/data/cadence-real/series.ndjson');

/** null where the file is absent. A malformed line throws with its number. */
export function readReal(file: string): readonly RealSeries[] | null {
  if (!existsSync(file)) return null;
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line, i) => {
    try {
      return RealSeries.parse(JSON.parse(line));
    } catch (cause) {
      throw new Error(`${file}, line ${i + 1}: not a series.`, { cause });
    }
  });
}
