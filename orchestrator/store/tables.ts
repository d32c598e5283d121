import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { Urgency } from '../contract/api.ts';
import type { Inspection } from '../contract/apk.ts';
import type { Submission, SubmissionOptions } from '../contract/job.ts';
import type { Verdict } from '../contract/report.ts';
import type { ReviewStanding } from '../contract/review.ts';
import type { Holder } from './process-lock.ts';
import type { ServiceTables } from './service-tables.ts';

/** Rows of the ledger, schema `sleeptalk`. Times are timestamptz, bigint arrives as text. */
export interface LedgerTables extends ServiceTables {
  readonly submissions: SubmissionsTable;
  readonly submission_files: SubmissionFilesTable;
  readonly files: FilesTable;
  readonly runs: RunsTable;
  readonly reports: ReportsTable;
  readonly custody: CustodyTable;
}

export type WrittenOnce<Value> = ColumnType<Value, Value, never>;
export type Stamp = ColumnType<Date, Date | undefined, Date>;

export interface SubmissionsTable {
  id: WrittenOnce<string>;
  seq: Generated<string>;
  digest: WrittenOnce<string>;
  again: WrittenOnce<boolean>;
  options: JSONColumnType<SubmissionOptions, string, never>;
  inspection: JSONColumnType<Inspection, string | null, string> | null;
  state: Submission['state'];
  verdict: Verdict | null;
  fault_code: string | null;
  fault_detail: string | null;
  created_at: Stamp;
  updated_at: Stamp;
  /** What the inspection found, shortened for lists; whole in `inspection`. */
  package_name: string | null;
  label: string | null;
  version_code: ColumnType<string | null, number | null | undefined, number | null>;
  version_name: string | null;
  function: string | null;
  certificates: Generated<string[]>;
  /** Label and package name in lower case. */
  search_text: Generated<string>;
  urgency: ColumnType<Urgency, Urgency | undefined, Urgency>;
  /** Of the newest report; null before there is one. Written by triggers alone. */
  review: ColumnType<ReviewStanding['state'] | null, never, never>;
}

export interface SubmissionFilesTable {
  submission: WrittenOnce<string>;
  position: WrittenOnce<number>;
  sha256: WrittenOnce<string>;
  file_name: WrittenOnce<string>;
}

/** Every file ever submitted, by its digest. */
export interface FilesTable {
  sha256: WrittenOnce<string>;
  size_bytes: ColumnType<string, number, never>;
  first_seen_at: Stamp;
}

export type RunState = 'open' | 'sealed' | 'failed' | 'crashed';

export interface RunsTable {
  id: WrittenOnce<string>;
  submission: WrittenOnce<string>;
  token: WrittenOnce<number>;
  state: RunState;
  host: WrittenOnce<string>;
  holder: JSONColumnType<Holder, string, never>;
  directory: string | null;
  bundle: string | null;
  fault_code: string | null;
  fault_detail: string | null;
  started_at: Stamp;
  ended_at: ColumnType<Date | null, Date | null | undefined, Date>;
}

export interface ReportsTable {
  id: WrittenOnce<string>;
  seq: Generated<string>;
  submission: WrittenOnce<string>;
  run: WrittenOnce<string | null>;
  bundle: WrittenOnce<string | null>;
  profile_digest: WrittenOnce<string | null>;
  verdict: WrittenOnce<Verdict>;
  sentence: WrittenOnce<string>;
  report_json: WrittenOnce<string>;
  report_html: WrittenOnce<string>;
  json_sha256: WrittenOnce<string | null>;
  engine_version: WrittenOnce<string | null>;
  created_at: Stamp;
}

export interface CustodyTable {
  id: Generated<string>;
  at: Stamp;
  who: WrittenOnce<string>;
  what: WrittenOnce<string>;
  submission: WrittenOnce<string | null>;
  run: WrittenOnce<string | null>;
}
