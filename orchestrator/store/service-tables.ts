import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { ArtefactClass } from '../contract/artefact.ts';
import type { Device } from '../contract/device.ts';
import type { SubmissionEvent } from '../contract/event.ts';
import type { Role } from '../contract/person.ts';
import type { Verdict } from '../contract/report.ts';
import type { Allowance, Review } from '../contract/review.ts';
import type { Stamp, WrittenOnce } from './tables.ts';

/** Rows of migration 0002: what the service adds to the ledger. */
export interface ServiceTables {
  readonly report_hosts: ReportHostsTable;
  readonly people: PeopleTable;
  readonly tokens: TokensTable;
  readonly web_sessions: WebSessionsTable;
  readonly sign_in_codes: SignInCodesTable;
  readonly submission_owners: SubmissionOwnersTable;
  readonly event_heads: EventHeadsTable;
  readonly events: EventsTable;
  readonly reviews: ReviewsTable;
  readonly allowances: AllowancesTable;
  readonly devices: DevicesTable;
  readonly deliveries: DeliveriesTable;
  readonly delivery_attempts: DeliveryAttemptsTable;
  readonly settings: SettingsTable;
  readonly artefacts: ArtefactsTable;
  readonly audit: AuditTable;
  readonly audit_head: AuditHeadTable;
}

type Moment = ColumnType<Date, Date, Date>;
type MomentOnce = ColumnType<Date, Date, never>;
type MomentOrNone = ColumnType<Date | null, Date | null | undefined, Date | null>;

export interface ReportHostsTable {
  report: WrittenOnce<string>;
  submission: WrittenOnce<string>;
  host: WrittenOnce<string>;
  /** The host backwards, with a dot at its end: `elpmaxe.a.`. */
  reversed: WrittenOnce<string>;
}

export interface PeopleTable {
  id: WrittenOnce<string>;
  seq: Generated<string>;
  name: string;
  role: Role;
  subject: string | null;
  created_at: Stamp;
  disabled_at: MomentOrNone;
}

export interface TokensTable {
  id: WrittenOnce<string>;
  seq: Generated<string>;
  person: WrittenOnce<string>;
  name: WrittenOnce<string>;
  role: WrittenOnce<Role>;
  /** SHA-256 of the secret, which is stored nowhere. */
  hash: WrittenOnce<string>;
  created_at: Stamp;
  expires_at: ColumnType<Date | null, Date | null, never>;
  last_used_at: MomentOrNone;
  revoked_at: MomentOrNone;
}

export interface WebSessionsTable {
  id: WrittenOnce<string>;
  hash: WrittenOnce<string>;
  person: WrittenOnce<string>;
  role: WrittenOnce<Role>;
  /** The token that it was opened with, which ends it when it ends. */
  token: WrittenOnce<string | null>;
  created_at: MomentOnce;
  expires_at: MomentOnce;
}

export interface SignInCodesTable {
  hash: WrittenOnce<string>;
  person: WrittenOnce<string>;
  expires_at: MomentOnce;
  used_at: MomentOrNone;
}

export interface SubmissionOwnersTable {
  submission: WrittenOnce<string>;
  person: WrittenOnce<string>;
  /** That of the submission. */
  seq: WrittenOnce<string>;
  callback_url: string | null;
  created_at: Stamp;
}

export interface EventHeadsTable {
  submission: WrittenOnce<string>;
  last: ColumnType<string, string | number, string>;
  /** True where the newest state event is one that ends. */
  ended: boolean;
}

export interface EventsTable {
  submission: WrittenOnce<string>;
  seq: ColumnType<string, string | bigint, never>;
  at: MomentOnce;
  body: JSONColumnType<SubmissionEvent, string, never>;
}

export interface ReviewsTable {
  id: WrittenOnce<string>;
  seq: Generated<string>;
  report: WrittenOnce<string>;
  submission: WrittenOnce<string>;
  person: WrittenOnce<string>;
  person_name: WrittenOnce<string>;
  at: MomentOnce;
  decision: WrittenOnce<Review['decision']>;
  reason: WrittenOnce<string>;
  until: WrittenOnce<string | null>;
  override: WrittenOnce<boolean>;
  effect: WrittenOnce<Review['effect']>;
}

export interface AllowancesTable {
  id: WrittenOnce<string>;
  seq: Generated<string>;
  package: WrittenOnce<string>;
  label: WrittenOnce<string | null>;
  /** Sorted. */
  signers: WrittenOnce<string[]>;
  version_code: ColumnType<string | null, number | null, never>;
  version_name: WrittenOnce<string | null>;
  sha256: WrittenOnce<string>;
  function: WrittenOnce<string>;
  report: WrittenOnce<string>;
  verdict: WrittenOnce<Verdict>;
  override: WrittenOnce<boolean>;
  approved_by: JSONColumnType<Allowance['approvedBy'], string, never>;
  reason: WrittenOnce<string>;
  since: MomentOnce;
  until: WrittenOnce<string | null>;
  /** JSON of the baseline. */
  baseline: WrittenOnce<string>;
  search_text: WrittenOnce<string>;
  ended_at: MomentOrNone;
  ended_by: ColumnType<string | null, undefined, string>;
  ended_reason: ColumnType<string | null, undefined, string>;
  replaced_by: ColumnType<string | null, undefined, string>;
}

export interface DevicesTable {
  id: WrittenOnce<string>;
  class: string;
  worker: string;
  kind: Device['kind'];
  target: string;
  api_level: number | null;
  submission: string | null;
  run: string | null;
  last_seen_at: Moment;
  sessions: Generated<number>;
  faults_in_a_row: Generated<number>;
  quarantine_reason: string | null;
  quarantine_by: string | null;
  quarantine_at: MomentOrNone;
}

export interface DeliveriesTable {
  id: WrittenOnce<string>;
  seq: Generated<string>;
  submission: WrittenOnce<string>;
  url: WrittenOnce<string>;
  event: WrittenOnce<string>;
  body: WrittenOnce<string>;
  body_sha256: WrittenOnce<string>;
  created_at: MomentOnce;
  state: ColumnType<'waiting' | 'delivered' | 'given-up', undefined, 'waiting' | 'delivered' | 'given-up'>;
  attempts: Generated<number>;
  next_at: MomentOrNone;
  leased_until: MomentOrNone;
}

export interface DeliveryAttemptsTable {
  delivery: WrittenOnce<string>;
  attempt: WrittenOnce<number>;
  at: MomentOnce;
  status: WrittenOnce<number | null>;
  error: WrittenOnce<string | null>;
}

export interface SettingsTable {
  name: WrittenOnce<string>;
  value: WrittenOnce<string>;
  created_at: Stamp;
}

export interface ArtefactsTable {
  id: Generated<string>;
  sha256: WrittenOnce<string>;
  class: WrittenOnce<ArtefactClass>;
  submission: WrittenOnce<string>;
  run: WrittenOnce<string | null>;
  name: WrittenOnce<string>;
  size_bytes: ColumnType<string, number, never>;
  created_at: Stamp;
  /** When this use ended, and by which rule. */
  removed_at: MomentOrNone;
  removed_because: string | null;
  /** When it was checked that the bytes are gone; null where another use keeps them. */
  absent_at: MomentOrNone;
}

export interface AuditTable {
  seq: ColumnType<string, string | number, never>;
  at: MomentOnce;
  who: WrittenOnce<string>;
  act: WrittenOnce<string>;
  subject: WrittenOnce<string | null>;
  /** Canonical JSON. */
  detail: WrittenOnce<string>;
  previous: WrittenOnce<string>;
  hash: WrittenOnce<string>;
}

export interface AuditHeadTable {
  one: Generated<boolean>;
  seq: ColumnType<string, string | number, string | number>;
  hash: string;
}
