import type { Selectable } from 'kysely';
import { Fault, printable } from '../contract/fault.ts';
import type { Verdict } from '../contract/report.ts';
import { appendCustody, inTransaction } from './custody.ts';
import { newId } from './ids.ts';
import type { Ledger } from './ledger.ts';
import type { ReportsTable } from './tables.ts';

type LedgerLike = Pick<Ledger, 'db'>;

export interface ReportEntry {
  readonly id: string;
  readonly submission: string;
  readonly run: string | null;
  /** SHA-256 of the manifest of the bundle that was judged. */
  readonly bundle: string | null;
  /** SHA-256 over the profiles that it was judged by. */
  readonly profileDigest: string | null;
  readonly verdict: Verdict;
  readonly sentence: string;
  /** Where report.json and report.html lie. */
  readonly reportJson: string;
  readonly reportHtml: string;
  readonly createdAt: string;
}

/**
 * Adds a report. Earlier ones of the same submission remain as they are.
 * @throws Fault `lease-lost` where `run` was not sealed: what a superseded or crashed run saw is not judged
 */
export async function addReport(
  ledger: LedgerLike,
  report: Omit<ReportEntry, 'id' | 'createdAt'>,
): Promise<ReportEntry> {
  return inTransaction(ledger, async (inside) => {
    if (report.run !== null) await refuseUnsealed(inside, report.submission, report.run);
    const row = await inside.db
      .insertInto('reports')
      .values({
        id: newId('report'),
        submission: report.submission,
        run: report.run,
        bundle: report.bundle,
        profile_digest: report.profileDigest,
        verdict: report.verdict,
        sentence: report.sentence,
        report_json: report.reportJson,
        report_html: report.reportHtml,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    const run = report.run === null ? {} : { run: report.run };
    await appendCustody(inside, { what: `report ${row.id}: ${row.verdict}`, submission: report.submission, ...run });
    return asEntry(row);
  });
}

/** All reports of a submission, newest first. */
export async function listReports(ledger: LedgerLike, submission: string): Promise<ReportEntry[]> {
  const rows = await ledger.db
    .selectFrom('reports')
    .selectAll()
    .where('submission', '=', submission)
    .orderBy('seq', 'desc')
    .execute();
  return rows.map(asEntry);
}

async function refuseUnsealed(ledger: LedgerLike, submission: string, run: string): Promise<void> {
  const row = await ledger.db
    .selectFrom('runs')
    .select('state')
    .where('id', '=', run)
    .where('submission', '=', submission)
    .executeTakeFirst();
  if (row?.state !== 'sealed') {
    throw new Fault('lease-lost', `run ${printable(run)} is ${row?.state ?? 'not recorded'}, so it has no report`);
  }
}

function asEntry(row: Selectable<ReportsTable>): ReportEntry {
  return {
    id: row.id,
    submission: row.submission,
    run: row.run,
    bundle: row.bundle,
    profileDigest: row.profile_digest,
    verdict: row.verdict,
    sentence: row.sentence,
    reportJson: row.report_json,
    reportHtml: row.report_html,
    createdAt: row.created_at.toISOString(),
  };
}
