import { sql, type SelectQueryBuilder } from 'kysely';
import type { SubmissionView } from '../contract/api.ts';
import { Fault, printable } from '../contract/fault.ts';
import type { Submission } from '../contract/job.ts';
import type { Actor } from '../contract/person.ts';
import type { Verdict } from '../contract/report.ts';
import type { LedgerLike } from './ledger.ts';
import { afterCursor, backwards, cutPage, literally, onlyOf, rowsFor } from './listing.ts';
import { asSubmissions, SUBMISSION_COLUMNS, type SubmissionRow } from './submission-rows.ts';
import type { LedgerTables } from './tables.ts';

type State = Submission['state'];

/** What a list of submissions is narrowed to; what is absent narrows nothing. */
export interface SubmissionSearch {
  /** Who looks; null sees all. A submitter sees only what they submitted. */
  readonly viewer: Actor | null;
  readonly cursor?: string | null;
  readonly states?: readonly State[];
  readonly verdict?: Verdict;
  /** How the package name begins. */
  readonly package?: string;
  /** SHA-256 of a signing certificate. */
  readonly certificate?: string;
  /** A host that a report saw, or a domain that such a host lies in. */
  readonly host?: string;
  /** Of a submitted file. */
  readonly sha256?: string;
  /** Anywhere in label or package name, in any case. */
  readonly text?: string;
  readonly most?: number;
}

/** @throws Fault `submission-unknown`, also where the viewer may not see it */
export async function viewSubmission(ledger: LedgerLike, id: string, viewer: Actor | null): Promise<SubmissionView> {
  const select = ledger.db.selectFrom('submissions').select(SUBMISSION_COLUMNS).where('submissions.id', '=', id);
  const row = await ownedBy(select, onlyOf(viewer)).executeTakeFirst();
  const [view] = row === undefined ? [] : await asViews(ledger, [row], onlyOf(viewer));
  if (view === undefined) throw new Fault('submission-unknown', printable(id));
  return view;
}

/** Newest first. @throws Fault `usage` for a cursor that is none */
export async function listSubmissionViews(
  ledger: LedgerLike,
  search: SubmissionSearch,
): Promise<{ items: SubmissionView[]; next: string | null }> {
  const after = afterCursor(search.cursor);
  const owner = onlyOf(search.viewer);
  let select = ledger.db
    .selectFrom('submissions')
    .select(SUBMISSION_COLUMNS)
    .orderBy('submissions.seq', 'desc')
    .limit(rowsFor(search.most));
  if (after !== null) select = select.where('submissions.seq', '<', after);
  const { page, next } = cutPage(await narrowed(ownedBy(select, owner), search).execute(), search.most);
  return { items: await asViews(ledger, page, owner), next };
}

/** How many submissions stand in each state. */
export async function countByState(ledger: LedgerLike): Promise<Record<State, number>> {
  const rows = await ledger.db
    .selectFrom('submissions')
    .select(['state', (build) => build.fn.countAll<string>().as('n')])
    .groupBy('state')
    .execute();
  const none = { queued: 0, inspecting: 0, examining: 0, assessing: 0, done: 0, failed: 0, cancelled: 0, crashed: 0 };
  return { ...none, ...Object.fromEntries(rows.map((row) => [row.state, Number(row.n)])) };
}

type Select<Row> = SelectQueryBuilder<LedgerTables, 'submissions', Row>;

function ownedBy<Row>(select: Select<Row>, person: string | null): Select<Row> {
  if (person === null) return select;
  return select.where('submissions.seq', 'in', (build) =>
    build.selectFrom('submission_owners').select('seq').where('person', '=', person),
  );
}

function narrowed<Row>(select: Select<Row>, search: SubmissionSearch): Select<Row> {
  const { states, verdict, certificate, sha256, text, host } = search;
  let all = select;
  if (states !== undefined) all = all.where('submissions.state', 'in', [...states]);
  if (verdict !== undefined) all = all.where('submissions.verdict', '=', verdict);
  if (search.package !== undefined)
    all = all.where('submissions.package_name', 'like', `${literally(search.package)}%`);
  if (certificate !== undefined) {
    all = all.where(sql<boolean>`submissions.certificates @> array[${certificate.toLowerCase()}]::text[]`);
  }
  if (text !== undefined) all = all.where('submissions.search_text', 'like', `%${literally(text.toLowerCase())}%`);
  if (sha256 !== undefined) {
    all = all.where('submissions.id', 'in', (build) =>
      build.selectFrom('submission_files').select('submission').where('sha256', '=', sha256.toLowerCase()),
    );
  }
  if (host !== undefined) {
    const reversed = backwards(host.toLowerCase().replace(/^\*?\./, ''));
    all = all.where('submissions.id', 'in', (build) =>
      build
        .selectFrom('report_hosts')
        .select('submission')
        .where((where) =>
          where.or([where('reversed', '=', reversed), where('reversed', 'like', `${literally(reversed)}.%`)]),
        ),
    );
  }
  return all;
}

async function asViews(
  ledger: LedgerLike,
  rows: readonly SubmissionRow[],
  onlyOwner: string | null,
): Promise<SubmissionView[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const submissions = await asSubmissions(ledger, rows);
  const reports = await newestReports(ledger, ids);
  const owners = await firstOwners(ledger, ids, onlyOwner);
  return submissions.map((submission, index) => {
    const row = rows[index] as SubmissionRow;
    const owner = owners.get(submission.id);
    return {
      ...submission,
      package: row.package_name,
      label: row.label,
      versionCode: row.version_code === null ? null : Number(row.version_code),
      versionName: row.version_name,
      function: row.function,
      urgency: row.urgency,
      updatedAt: row.updated_at.toISOString(),
      submittedBy: owner === undefined ? null : { person: owner.person, name: owner.name },
      callbackUrl: owner?.callback_url ?? null,
      report: reports.get(submission.id) ?? null,
    };
  });
}

async function newestReports(ledger: LedgerLike, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await ledger.db
    .selectFrom('reports')
    .distinctOn('submission')
    .select(['submission', 'id'])
    .where('submission', 'in', [...ids])
    .orderBy('submission')
    .orderBy('seq', 'desc')
    .execute();
  return new Map(rows.map((row) => [row.submission, row.id]));
}

/** Whose each is: the first who submitted it; to a submitter only they themselves are shown. */
async function firstOwners(ledger: LedgerLike, ids: readonly string[], onlyOwner: string | null) {
  let select = ledger.db
    .selectFrom('submission_owners')
    .innerJoin('people', 'people.id', 'submission_owners.person')
    .distinctOn('submission')
    .select(['submission', 'person', 'people.name', 'callback_url'])
    .where('submission', 'in', [...ids])
    .orderBy('submission')
    .orderBy('submission_owners.created_at');
  if (onlyOwner !== null) select = select.where('person', '=', onlyOwner);
  return new Map((await select.execute()).map((row) => [row.submission, row]));
}
