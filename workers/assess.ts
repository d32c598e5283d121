import { basename, join } from 'node:path';
import type { Inspection } from '../orchestrator/contract/apk.ts';
import type { Baseline } from '../orchestrator/contract/baseline.ts';
import type { PhaseName } from '../orchestrator/contract/capture.ts';
import { printable } from '../orchestrator/contract/fault.ts';
import type { ProfileSet, Tunables } from '../orchestrator/contract/profile.ts';
import type { Report } from '../orchestrator/contract/report.ts';
import { readCaptureFile, type CaptureLine } from './capture-reader.ts';
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
  /** Phase of all of a capture that names none; not known when absent. */
  readonly assumedPhase?: PhaseName;
  /** The cadence of an approved version, which the channels are held against first. */
  readonly baseline?: Baseline | null;
  /** ISO 8601: the day that an approval must last to, where the capture does not say when it was made. */
  readonly asOf?: string | null;
  readonly profiles: ProfileSet;
  readonly tunables: Tunables;
  /** Address of the device, where a log holds the connections of several. */
  readonly host?: string | undefined;
  /** The app's uid, where a capture holds the traffic of several. */
  readonly uid?: number | undefined;
  readonly provenance: Omit<GivenProvenance, 'captureDigest' | 'skippedLines' | 'unreadBytes'>;
  readonly engineVersion: string;
  readonly signal: AbortSignal;
  /** Called as the capture is read, in bytes of its file. */
  readonly progress?: ((readBytes: number, totalBytes: number) => void) | undefined;
}

/**
 * Bundle and profiles to a report; no device is needed, so a better profile can judge an old bundle again.
 *
 * @throws Fault `capture-malformed` (file, line, expected), `capture-ambiguous`, `capture-too-large`, `file-unreadable`,
 *   `function-unknown`, `usage` for a choice that the capture does not offer.
 */
export async function assess(request: AssessRequest): Promise<Report> {
  const { source, signal, provenance, packageName, stated, assumedPhase } = request;
  const captureFile = 'directory' in source ? join(source.directory, 'capture.ndjson') : source.captureFile;
  const capture =
    'directory' in source
      ? await readCaptureFile(captureFile, signal)
      : await readCapture(captureFile, {
          packageName: packageName ?? null,
          host: request.host,
          uid: request.uid,
          signal,
          progress: request.progress,
        });
  signal.throwIfAborted();
  return judge({
    records: capture.records,
    inspection: request.inspection,
    ...(stated === undefined ? {} : { stated }),
    ...(packageName === undefined ? {} : { packageName }),
    ...(assumedPhase === undefined ? {} : { assumedPhase }),
    baseline: request.baseline ?? null,
    asOf: request.asOf ?? null,
    captureFile: basename(captureFile),
    notes: capture.notes,
    profiles: request.profiles,
    tunables: request.tunables,
    provenance: {
      ...provenance,
      startedAt: provenance.startedAt ?? startOf(capture.records),
      captureDigest: capture.digest,
      skippedLines: capture.skippedLines,
      unreadBytes: capture.unreadBytes,
    },
    engineVersion: request.engineVersion,
  });
}

/** When the capture itself says that it began. */
function startOf(records: readonly CaptureLine[]): string | null {
  const start = records.find(({ record }) => record.type === 'start')?.record;
  return start?.type === 'start' && start.startedAt !== undefined ? printable(start.startedAt, 40) : null;
}
