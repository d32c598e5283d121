import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Tunables } from '../../orchestrator/contract/profile.ts';
import type { FileStore } from '../../orchestrator/store/files.ts';
import type { Ledger } from '../../orchestrator/store/ledger.ts';
import { addReport } from '../../orchestrator/store/reports.ts';
import { assess } from '../../workers/assess.ts';
import { loadProfiles } from '../../workers/profiles.ts';

const HOSTS = 40;
const BEATS = 48;

/**
 * Judges four hours of an app that keeps forty beacons, and gives the report to two submissions of the seed: the rows that
 * SQL wrote have no file, and the page of a report with much in it is the slowest to draw.
 *
 * @param directory for the capture
 * @returns the ids of two reports, as the page of their comparison needs
 */
export async function giveLargeReports(
  ledger: Pick<Ledger, 'db'>,
  files: FileStore,
  directory: string,
  rows: number,
  signal: AbortSignal,
): Promise<readonly [string, string]> {
  const captureFile = join(directory, 'forty-beacons.csv');
  const sessions = Array.from({ length: HOSTS * BEATS }, (_, index) => {
    const [beat, host] = [Math.trunc(index / HOSTS), index % HOSTS];
    const seconds = beat * 300 + host * 7.3 + ((beat * host) % 11) * 0.9;
    return `${seconds.toFixed(1)},api${host}.vendor.example,${400 + host},${300 + (beat % 5)}`;
  });
  await writeFile(captureFile, `${['t,destination,up,down', ...sessions].join('\n')}\n`);
  const report = await assess({
    source: { captureFile },
    inspection: null,
    stated: 'torch',
    packageName: 'org.vendor7.app7',
    assumedPhase: 'background',
    profiles: await loadProfiles(),
    tunables: Tunables.parse({}),
    provenance: { run: 'bench', startedAt: null, bundleDigest: null, seed: null, device: {}, tools: {} },
    engineVersion: '0.0.0-bench',
    signal,
  });
  const json = Buffer.from(`${JSON.stringify(report)}\n`);
  const { sha256 } = await files.add(Readable.from([json]), { limitBytes: json.length, signal });
  const added = [Math.trunc(rows / 2), Math.trunc(rows / 2) + 10].map((number) =>
    addReport(ledger, {
      submission: `sub-seed-${number}`,
      run: `run-seed-${number}`,
      bundle: null,
      profileDigest: null,
      verdict: report.verdict,
      sentence: report.sentence,
      reportJson: '',
      reportHtml: '',
      jsonSha256: sha256,
      engineVersion: '0.0.0-bench',
    }),
  );
  const [before, after] = await Promise.all(added);
  if (before === undefined || after === undefined) throw new Error('no report was added');
  return [before.id, after.id];
}
