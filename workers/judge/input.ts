// In: what a judgement needs, all of it as plain data. Out: nothing; this file only names it.
import type { Inspection } from '../../orchestrator/contract/apk.ts';
import type { Baseline } from '../../orchestrator/contract/baseline.ts';
import type { CaptureRecord, PhaseName } from '../../orchestrator/contract/capture.ts';
import type { ProfileSet, Tunables } from '../../orchestrator/contract/profile.ts';
import type { Report } from '../../orchestrator/contract/report.ts';

/** One record with the line of the capture file that it stands on, from 1. */
export interface NumberedRecord {
  readonly line: number;
  readonly record: CaptureRecord;
}

/** What the caller knows of how the capture came about; the judge adds the digest of the profiles. */
export type GivenProvenance = Omit<Report['provenance'], 'profileDigest' | 'profileOverrides'>;

export interface JudgeInput {
  readonly records: readonly NumberedRecord[];
  /** null where only a capture is known; then `stated` names the function, or nothing does. */
  readonly inspection: Inspection | null;
  /** A function that a person stated, used where there is no inspection. */
  readonly stated?: string | null;
  /** Overrides the package of the capture, which an import may not know. */
  readonly packageName?: string | null;
  /** The phase of all of a capture that names none, as a person stated it; absent: it is not known. */
  readonly assumedPhase?: PhaseName;
  /** Name of the capture file inside the bundle, for pointers. */
  readonly captureFile?: string;
  /** Sentences that the reader of the capture adds to what could not be seen. */
  readonly notes?: readonly string[];
  /** The cadence of an approved version, which the channels are held against first. */
  readonly baseline?: Baseline | null;
  /** ISO 8601: the day that an approval must last to, where the capture does not say when it was made. */
  readonly asOf?: string | null;
  readonly profiles: ProfileSet;
  readonly tunables: Tunables;
  readonly provenance: GivenProvenance;
  readonly engineVersion: string;
}
