import { basename, join } from 'node:path';
import type { Inspection } from '../orchestrator/contract/apk.ts';
import type { PhaseName } from '../orchestrator/contract/capture.ts';
import type { ProfileSet, Tunables } from '../orchestrator/contract/profile.ts';
import type { Report } from '../orchestrator/contract/report.ts';
import { readCaptureFile } from './capture-reader.ts';
import { readCapture } from './capture/import/read.ts';
import type { GivenProvenance } from './judge/input.ts';
import { judge } from './judge/report.ts';

export interface AssessRequest {
  /** A bundle's directory with its capture.ndjson, or one recorded capture in any format that is read. */
  readonly source: { readonly directory: string } | { readonly captureFile: string };
  /** null where only a capture is known. */
  readonly inspection: Inspection | null;
  /** A function that a person stated; used where there is no inspection. */
  readonly stated?: string | null;
  readonly packageName?: string | null;
  /** Phase of every moment that the capture gives none for; background when absent. */
  readonly assumedPhase?: PhaseName;
  readonly profiles: ProfileSet;
  readonly tunables: Tunables;
  readonly provenance: Omit<GivenProvenance, 'captureDigest' | 'skippedLines'>;
  readonly engineVersion: string;
  readonly signal: AbortSignal;
}

/**
 * Bundle and profiles to a report; no device is needed, so a better profile can judge an old bundle again.
 *
 * @throws Fault `capture-malformed` (file, line, expected), `file-unreadable`, `function-unknown`.
 */
export async function assess(request: AssessRequest): Promise<Report> {
  const { source, signal, provenance, packageName, stated, assumedPhase } = request;
  const captureFile = 'directory' in source ? join(source.directory, 'capture.ndjson') : source.captureFile;
  const capture =
    'directory' in source
      ? { notes: [], ...(await readCaptureFile(captureFile, signal)) }
      : await readCapture(captureFile, { packageName: packageName ?? null, signal });
  signal.throwIfAborted();
  return judge({
    records: capture.records,
    inspection: request.inspection,
    ...(stated === undefined ? {} : { stated }),
    ...(packageName === undefined ? {} : { packageName }),
    ...(assumedPhase === undefined ? {} : { assumedPhase }),
    captureFile: basename(captureFile),
    notes: [...capture.notes, ...skippedWords(capture.skippedLines)],
    profiles: request.profiles,
    tunables: request.tunables,
    provenance: { ...provenance, captureDigest: capture.digest, skippedLines: capture.skippedLines },
    engineVersion: request.engineVersion,
  });
}

function skippedWords(count: number): string[] {
  if (count === 0) return [];
  const lines = count === 1 ? '1 line of the capture is' : `${count} lines of the capture are`;
  return [`${lines} of a kind that is not known here, and left out.`];
}
