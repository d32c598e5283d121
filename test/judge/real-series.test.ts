import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { cadenceOf } from '../../workers/judge/cadence.ts';
import { tunables } from './scenario.ts';

const file = resolve(import.meta.dirname, '../../../shared/data/cadence-real/series.ndjson');
const present = existsSync(file);

const Series = z.object({
  id: z.string(),
  label: z.string(),
  family: z.string(),
  windowSeconds: z.number(),
  t: z.array(z.number()),
  up: z.array(z.number()),
  down: z.array(z.number()),
});

it.skipIf(!present)(
  `real series are judged as the trial found${present ? '' : ` (skipped: ${file} is absent)`}`,
  () => {
    const series = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => Series.parse(JSON.parse(line)));
    const judged = series.map((one) => {
      const exchanges = one.t.map((seconds, i) => {
        const startMs = Math.round(seconds * 1000);
        const size = { upBytes: one.up[i]!, downBytes: one.down[i]! };
        return {
          startMs,
          endMs: startMs,
          ...size,
          forced: false,
          attempt: false,
          failed: false,
          line: i + 1,
          attribution: 'certain' as const,
          protocol: 'tcp',
          connection: null,
        };
      });
      return { ...one, cadence: cadenceOf(exchanges, [{ fromMs: 0, toMs: one.windowSeconds * 1000 }], tunables) };
    });
    const flagged = (label: string, family = ''): number => {
      const of = judged.filter((one) => one.label === label && one.family.includes(family));
      return of.filter(({ cadence }) => cadence.structured === true).length / of.length;
    };
    expect(flagged('malicious')).toBeGreaterThanOrEqual(0.6);
    expect(flagged('benign', 'Android phone')).toBe(0);
    // Many benign series are truly periodic, so cadence alone decides nothing; but most are not.
    expect(flagged('benign')).toBeLessThan(0.25);
  },
);
