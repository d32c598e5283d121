import type { Selectable } from 'kysely';
import { Fault, printable } from '../contract/fault.ts';
import type { Verdict } from '../contract/report.ts';
import { columnText } from './column-text.ts';
import { appendCustody, inTransaction } from './custody.ts';
import { appendEvents } from './events.ts';
import { newId } from './ids.ts';
import type { LedgerLike } from './ledger.ts';
import { backwards } from './listing.ts';
import type { ReportsTable } from './tables.ts';

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
  /** SHA-256 of report.json in the store of files; null where it lies in a folder only. */
  readonly jsonSha256: string | null;
  readonly engineVersion: string | null;
  readonly createdAt: string;
}

/** `hosts` are those that the app was seen to reach, for searches. */
export type NewReport = Omit<ReportEntry, 'id' | 'createdAt' | 'jsonSha256' | 'engineVersion'> &
  Partial<Pick<ReportEntry, 'jsonSha256' | 'engineVersion'>> & { readonly hosts?: readonly string[] };

/**
 * Adds a report. Earlier ones of the same submission remain as they are; the same one, by run, profiles, engine and
 * digest, is added once and returned again.
 * @throws Fault `lease-lost` where `run` was not sealed: what a superseded or crashed run saw is not judged
 */
export async function addReport(ledger: LedgerLike, report: NewReport): Promise<ReportEntry> {
  const { submission, verdict } = report;
  const sentence = columnText(report.sentence);
  return inTransaction(ledger, async (inside) => {
    if (report.run !== null) await refuseUnsealed(inside, submission, report.run);
    const row = await inside.db
      .insertInto('reports')
      .values({
        id: newId('report'),
        submission,
        run: report.run,
        bundle: report.bundle,
        profile_digest: report.profileDigest,
        verdict,
        sentence,
        report_json: report.reportJson,
        report_html: report.reportHtml,
        json_sha256: report.jsonSha256 ?? null,
        engine_version: report.engineVersion ?? null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) return sameReport(inside, report);
    await recordHosts(inside, row, report.hosts ?? []);
    const run = report.run === null ? {} : { run: report.run };
    await appendCustody(inside, { what: `report ${row.id}: ${row.verdict}`, submission, ...run });
    await appendEvents(inside, submission, [{ type: 'report', report: row.id, verdict, sentence }]);
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

async function sameReport(ledger: LedgerLike, report: NewReport): Promise<ReportEntry> {
  const row = await ledger.db
    .selectFrom('reports')
    .selectAll()
    .where('submission', '=', report.submission)
    .where('run', 'is not distinct from', report.run)
    .where('profile_digest', 'is not distinct from', report.profileDigest)
    .where('engine_version', 'is not distinct from', report.engineVersion ?? null)
    .where('json_sha256', 'is not distinct from', report.jsonSha256 ?? null)
    .executeTakeFirstOrThrow();
  return asEntry(row);
}

/** A name of DNS has 253 characters at most; what is longer is no host that anybody could look for. */
const LONGEST_HOST = 255;
const HOSTS_AT_ONCE = 1000;

async function recordHosts(
  ledger: LedgerLike,
  report: { readonly id: string; readonly submission: string },
  hosts: readonly string[],
): Promise<void> {
  const distinct = [...new Set(hosts.map((host) => columnText(host.toLowerCase(), LONGEST_HOST)))];
  for (let from = 0; from < distinct.length; from += HOSTS_AT_ONCE) {
    const rows = distinct.slice(from, from + HOSTS_AT_ONCE).map((host) => ({
      report: report.id,
      submission: report.submission,
      host,
      reversed: backwards(host),
    }));
    await ledger.db.insertInto('report_hosts').values(rows).execute();
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
    jsonSha256: row.json_sha256,
    engineVersion: row.engine_version,
    createdAt: row.created_at.toISOString(),
  };
}
