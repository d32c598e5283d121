import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Cadence } from '../../orchestrator/contract/report.ts';
import { judgeSeries } from '../../workers/judge/series.ts';
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

function judged(): (z.infer<typeof Series> & { cadence: Cadence })[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const series = Series.parse(JSON.parse(line));
    return { ...series, cadence: judgeSeries(series, tunables) };
  });
}

/** Share of the beats that one of the next eight follows after a period, within 12 % of it. */
function onPeriod(t: readonly number[], periodMs: number): number {
  const sorted = [...t].sort((a, b) => a - b);
  const near = sorted.map((at, i) => {
    return sorted.slice(i + 1, i + 9).some((later) => Math.abs((later - at) * 1000 - periodMs) <= 0.12 * periodMs);
  });
  return near.filter(Boolean).length / t.length;
}

describe.skipIf(!present)(`real series${present ? '' : ` (skipped: ${file} is absent)`}`, () => {
  it('of labelled C2 with eight beats and more are found, 93 in 100', () => {
    const malicious = judged().filter(({ label, t }) => label === 'malicious' && t.length >= 8);
    expect(malicious.length).toBeGreaterThanOrEqual(12);
    const found = malicious.filter(({ cadence }) => cadence.structured === true);
    expect(found.length / malicious.length).toBeGreaterThanOrEqual(0.93);
  });

  it('of a benign Android phone are not flagged, and of all benign ones at most one in six', () => {
    const benign = judged().filter(({ label }) => label === 'benign');
    const flagged = benign.filter(({ cadence }) => cadence.structured === true);
    expect(flagged.filter(({ family }) => family.includes('Android phone'))).toEqual([]);
    expect(flagged.length / benign.length).toBeLessThan(1 / 6);
  });

  it('that are benign and flagged keep their period: a fifth of the beats at least is followed by one a period on', () => {
    const flagged = judged().filter(({ label, cadence }) => label === 'benign' && cadence.structured === true);
    for (const { id, t, cadence } of flagged) {
      expect(onPeriod(t, cadence.periodMs!), `${id}, ${cadence.periodMs} ms`).toBeGreaterThanOrEqual(0.2);
    }
  });
});
