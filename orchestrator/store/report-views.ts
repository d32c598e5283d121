import type { Selectable } from 'kysely';
import type { ReportView } from '../contract/api.ts';
import { Fault, printable } from '../contract/fault.ts';
import type { Actor } from '../contract/person.ts';
import type { Verdict } from '../contract/report.ts';
import type { LedgerLike } from './ledger.ts';
import { afterCursor, cutPage, onlyOf, rowsFor } from './listing.ts';
import type { ReportsTable } from './tables.ts';

/** What a list of reports is narrowed to; what is absent narrows nothing. */
export interface ReportSearch {
  /** Who looks; null sees all. A submitter sees only reports of what they submitted. */
  readonly viewer: Actor | null;
  readonly cursor?: string | null;
  readonly submission?: string;
  /** The whole package name. */
  readonly package?: string;
  readonly verdict?: Verdict;
  /** Only reports that were judged by other profiles than those of this digest. */
  readonly notProfile?: string;
  readonly most?: number;
}

const COLUMNS = [
  'reports.id',
  'reports.seq',
  'reports.submission',
  'reports.run',
  'reports.bundle',
  'reports.json_sha256',
  'reports.profile_digest',
  'reports.engine_version',
  'reports.verdict',
  'reports.sentence',
  'reports.created_at',
] as const satisfies readonly `reports.${keyof ReportsTable}`[];

/** @throws Fault `report-unknown`, also where the viewer may not see it */
export async function viewReport(ledger: LedgerLike, id: string, viewer: Actor | null): Promise<ReportView> {
  const row = await visible(ledger, viewer).where('reports.id', '=', id).executeTakeFirst();
  if (row === undefined) throw new Fault('report-unknown', printable(id));
  return asView(row);
}

/** Newest first. @throws Fault `usage` for a cursor that is none */
export async function listReportViews(
  ledger: LedgerLike,
  search: ReportSearch,
): Promise<{ items: ReportView[]; next: string | null }> {
  const { submission, verdict, notProfile } = search;
  const after = afterCursor(search.cursor);
  const packageName = search.package;
  let select = visible(ledger, search.viewer).orderBy('reports.seq', 'desc').limit(rowsFor(search.most));
  if (after !== null) select = select.where('reports.seq', '<', after);
  if (submission !== undefined) select = select.where('reports.submission', '=', submission);
  if (verdict !== undefined) select = select.where('reports.verdict', '=', verdict);
  if (notProfile !== undefined) select = select.where('reports.profile_digest', 'is distinct from', notProfile);
  if (packageName !== undefined) {
    select = select.where('reports.submission', 'in', (build) =>
      build.selectFrom('submissions').select('submissions.id').where('package_name', '=', packageName),
    );
  }
  const { page, next } = cutPage(await select.execute(), search.most);
  return { items: page.map(asView), next };
}

function visible(ledger: LedgerLike, viewer: Actor | null) {
  const select = ledger.db.selectFrom('reports').select(COLUMNS);
  const person = onlyOf(viewer);
  if (person === null) return select;
  return select.where('reports.submission', 'in', (build) =>
    build.selectFrom('submission_owners').select('submission_owners.submission').where('person', '=', person),
  );
}

function asView(row: Omit<Selectable<ReportsTable>, 'report_json' | 'report_html'>): ReportView {
  return {
    id: row.id,
    submission: row.submission,
    run: row.run,
    bundle: row.bundle,
    sha256: row.json_sha256,
    profileDigest: row.profile_digest,
    engineVersion: row.engine_version,
    verdict: row.verdict,
    sentence: row.sentence,
    createdAt: row.created_at.toISOString(),
  };
}
