import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CaptureRecord } from '../../orchestrator/contract/capture.ts';
import type { ManifestFields } from '../../orchestrator/store/bundles.ts';
import type { ExamineOrder } from '../../workers/examine.ts';

const MINUTE_MS = 60_000;

/**
 * In place of a device session: an hour in which the app calls home every five minutes, told and written down at once.
 * What it leaves has the form of a real session's evidence, so that sealing, storing and judging are the real ones.
 */
export async function recordedExamine(order: ExamineOrder): Promise<ManifestFields> {
  const { facts } = order.inspection;
  const records: CaptureRecord[] = [
    { type: 'start', package: facts.packageName, windowMs: 60 * MINUTE_MS, device: { kind: 'simulated' } },
    { type: 'phase', atMs: 0, phase: 'background' },
    { type: 'state', atMs: 0, foregroundServices: [], standbyBucket: 'active', deviceIdle: 'ACTIVE' },
    ...Array.from({ length: 11 }, (_, beat): CaptureRecord => ({
      type: 'session',
      startMs: (beat + 1) * 5 * MINUTE_MS,
      endMs: (beat + 1) * 5 * MINUTE_MS + 300,
      destination: { host: 'cdn.brightlamp.example', port: 443 },
      protocol: 'https',
      upBytes: 420,
      downBytes: 310,
      attribution: 'certain',
      forced: false,
    })),
    { type: 'end', atMs: 60 * MINUTE_MS },
  ];
  for (const record of records) order.onRecord?.(record);
  const text = records.map((record) => `${JSON.stringify(record)}\n`).join('');
  await writeFile(join(order.directory, 'capture.ndjson'), text);
  return {
    sample: facts.files.map(({ sha256, fileName, split }) => ({ sha256, fileName, split })),
    package: facts.packageName,
    seed: order.options.seed,
    device: { kind: 'simulated', target: order.options.device },
    tools: { sleeptalk: order.engineVersion },
    custody: [{ at: new Date().toISOString(), who: 'bench', what: 'recorded without a device' }],
  };
}
