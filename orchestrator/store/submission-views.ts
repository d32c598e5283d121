import { sql } from 'kysely';
import { jsonObjectFrom } from 'kysely/helpers/postgres';
import type { SubmissionView, Urgency } from '../contract/api.ts';
import { Fault, printable } from '../contract/fault.ts';
import type { Submission } from '../contract/job.ts';
import type { Actor } from '../contract/person.ts';
import type { Verdict } from '../contract/report.ts';
import type { LedgerLike } from './ledger.ts';
import { afterCursor, backwards, cutPage, literally, onlyOf, rowsFor } from './listing.ts';
import { asStanding, lastReview, WAITS_FOR_REVIEW } from './review-standing.ts';
import { asSubmission, selectSubmissions } from './submission-rows.ts';

type State = Submission['state'];

/** What a list of submissions is narrowed to; what is absent narrows nothing. */
export interface SubmissionSearch {
  /** Who looks; null sees all. A submitter sees only what they submitted. */
  readonly viewer: Actor | null;
  readonly cursor?: string | null;
  readonly states?: readonly State[];
  readonly verdict?: Verdict;
  /** `waiting`: what waits for a reviewer. */
  readonly review?: 'waiting';
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
  /** Absent: newest first. */
  readonly order?: 'newest' | 'oldest';
}

/** @throws Fault `submission-unknown`, also where the viewer may not see it */
export async function viewSubmission(ledger: LedgerLike, id: string, viewer: Actor | null): Promise<SubmissionView> {
  const row = await selectViews(ledger, onlyOf(viewer)).where('submissions.id', '=', id).executeTakeFirst();
  if (row === undefined) throw new Fault('submission-unknown', printable(id));
  return asView(row);
}

/** What {@link viewSubmission} gives of one that was written this moment, without asking for it. */
export function viewOfNew(
  submission: Submission,
  {
    actor,
    urgency,
    callbackUrl,
  }: { readonly actor: Actor; readonly urgency: Urgency; readonly callbackUrl: string | null },
): SubmissionView {
  return {
    ...submission,
    package: null,
    label: null,
    versionCode: null,
    versionName: null,
    function: null,
    urgency,
    updatedAt: submission.createdAt,
    submittedBy: { person: actor.person, name: actor.name },
    callbackUrl,
    report: null,
    review: null,
  };
}

/** In the order asked for. @throws Fault `usage` for a cursor that is none */
export async function listSubmissionViews(
  ledger: LedgerLike,
  search: SubmissionSearch,
): Promise<{ items: SubmissionView[]; next: string | null }> {
  const after = afterCursor(search.cursor);
  let select = selectViews(ledger, onlyOf(search.viewer))
    .orderBy('submissions.seq', search.order === 'oldest' ? 'asc' : 'desc')
    .limit(rowsFor(search.most));
  if (after !== null) select = select.where('submissions.seq', search.order === 'oldest' ? '>' : '<', after);
  const { page, next } = cutPage(await narrowed(select, search).execute(), search.most);
  return { items: page.map(asView), next };
}

/** How many submissions that the viewer may see stand in each state; null sees all. */
export async function countByState(ledger: LedgerLike, viewer: Actor | null = null): Promise<Record<State, number>> {
  const owner = onlyOf(viewer);
  let select = ledger.db
    .selectFrom('submissions')
    .select(['state', (build) => build.fn.countAll<string>().as('n')])
    .groupBy('state');
  if (owner !== null) {
    select = select.where('submissions.seq', 'in', (build) =>
      build.selectFrom('submission_owners').select('submission_owners.seq').where('person', '=', owner),
    );
  }
  const rows = await select.execute();
  const none = { queued: 0, inspecting: 0, examining: 0, assessing: 0, done: 0, failed: 0, cancelled: 0, crashed: 0 };
  return { ...none, ...Object.fromEntries(rows.map((row) => [row.state, Number(row.n)])) };
}

type Select = ReturnType<typeof selectViews>;

/** Each with its newest report and whose it is: the first who submitted it; to a submitter they alone are shown. */
function selectViews(ledger: LedgerLike, onlyOwner: string | null) {
  const select = selectSubmissions(ledger)
    .select('submissions.review')
    .select(lastReview)
    .select((build) =>
      build
        .selectFrom('reports')
        .select('reports.id')
        .whereRef('reports.submission', '=', 'submissions.id')
        .orderBy('reports.seq', 'desc')
        .limit(1)
        .as('report'),
    )
    .select((build) => {
      const owners = build
        .selectFrom('submission_owners')
        .innerJoin('people', 'people.id', 'submission_owners.person')
        .select(['person', 'people.name', 'callback_url'])
        .whereRef('submission_owners.submission', '=', 'submissions.id')
        .orderBy('submission_owners.created_at')
        .limit(1);
      return jsonObjectFrom(onlyOwner === null ? owners : owners.where('person', '=', onlyOwner)).as('owner');
    });
  if (onlyOwner === null) return select;
  return select.where('submissions.seq', 'in', (build) =>
    build.selectFrom('submission_owners').select('submission_owners.seq').where('person', '=', onlyOwner),
  );
}

function narrowed(select: Select, search: SubmissionSearch): Select {
  const { states, verdict, certificate, sha256, text, host } = search;
  let all = select;
  if (states !== undefined) all = all.where(sql<boolean>`submissions.state = any(${[...states]}::text[])`);
  if (search.review === 'waiting') all = all.where(WAITS_FOR_REVIEW);
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
        .where('reversed', 'like', `${literally(reversed)}%`),
    );
  }
  return all;
}

function asView(row: Awaited<ReturnType<Select['execute']>>[number]): SubmissionView {
  const { owner } = row;
  return {
    ...asSubmission(row),
    package: row.package_name,
    label: row.label,
    versionCode: row.version_code === null ? null : Number(row.version_code),
    versionName: row.version_name,
    function: row.function,
    urgency: row.urgency,
    updatedAt: row.updated_at.toISOString(),
    submittedBy: owner === null ? null : { person: owner.person, name: owner.name },
    callbackUrl: owner?.callback_url ?? null,
    report: row.report,
    review: asStanding(row),
  };
}
