import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Urgency } from '../contract/api.ts';
import { Inspection } from '../contract/apk.ts';
import { Fault, printable } from '../contract/fault.ts';
import { SubmissionOptions, type Submission } from '../contract/job.ts';
import type { Actor } from '../contract/person.ts';
import type { Verdict } from '../contract/report.ts';
import { canonicalJson } from './canonical-json.ts';
import { columnText, columnTextOrNull } from './column-text.ts';
import { appendCustody, inTransaction } from './custody.ts';
import { appendEvents } from './events.ts';
import type { LedgerLike } from './ledger.ts';
import { afterCursor, cutPage, rowsFor } from './listing.ts';
import { insertSubmissions, type Wish } from './new-submission.ts';
import { addOwner } from './owners.ts';
import { asSubmission, selectSubmissions } from './submission-rows.ts';

type State = Submission['state'];

export interface NewSubmission {
  readonly files: Submission['files'];
  readonly options: SubmissionOptions;
  /** True makes a new submission although the same files with the same options were submitted before. */
  readonly again?: boolean;
  /** Whose it is; on the command line nobody's. */
  readonly actor?: Actor | null;
  readonly urgency?: Urgency;
  /** Told when it ends. */
  readonly callbackUrl?: string | null;
}

/**
 * From which states each state may follow. A stage may begin again (a retry, a resumed crash), and a finished
 * submission may be assessed again when a profile improves; failed and cancelled are final.
 */
const MAY_FOLLOW: Readonly<Record<State, readonly State[]>> = {
  queued: [],
  inspecting: ['queued', 'inspecting', 'crashed'],
  examining: ['inspecting', 'examining', 'crashed'],
  assessing: ['examining', 'assessing', 'done', 'crashed'],
  done: ['assessing'],
  failed: ['queued', 'inspecting', 'examining', 'assessing', 'crashed'],
  cancelled: ['queued', 'inspecting', 'examining', 'assessing', 'crashed'],
  crashed: ['queued', 'inspecting', 'examining', 'assessing'],
};

export const UNFINISHED: readonly State[] = ['queued', 'inspecting', 'examining', 'assessing'];

/**
 * Records a submission, or finds the one that has the same files and options and did not fail; that one then is the
 * actor's too.
 * @returns `created` false where it was there before.
 */
export async function createSubmission(
  ledger: LedgerLike,
  wanted: NewSubmission,
): Promise<{ submission: Submission; created: boolean }> {
  const wish = wishOf(wanted);
  for (let tries = 0; tries < 3; tries += 1) {
    const [made] = await insertSubmissions(ledger, [wish]);
    if (made != null) return { submission: made, created: true };
    const found = await joinSubmission(ledger, wish);
    if (found !== null) return { submission: found, created: false };
  }
  throw new Fault('ledger-failed', 'a submission of the same files began and failed again and again meanwhile');
}

/**
 * Records many submissions in one statement: those that are new.
 * @returns in the same order; null where one of the same files and options is there, or among them, already
 */
export async function createSubmissions(
  ledger: LedgerLike,
  wanted: readonly NewSubmission[],
): Promise<(Submission | null)[]> {
  return insertSubmissions(ledger, wanted.map(wishOf));
}

function wishOf(wanted: NewSubmission): Wish {
  const options = storable(wanted.options);
  const files = wanted.files.map((file) => ({ ...file, fileName: columnText(file.fileName, 1000) }));
  return {
    digest: digestOf(files, options),
    files,
    options,
    again: wanted.again ?? false,
    urgency: wanted.urgency ?? 'normal',
    person: wanted.actor?.person ?? null,
    callbackUrl: wanted.callbackUrl ?? null,
  };
}

/** @throws Fault `submission-unknown` */
export async function getSubmission(ledger: LedgerLike, id: string): Promise<Submission> {
  const row = await selectSubmissions(ledger).where('submissions.id', '=', id).executeTakeFirst();
  if (row === undefined) throw new Fault('submission-unknown', printable(id));
  return asSubmission(row);
}

/** Newest first. `next` is the cursor of the following page, null on the last one. */
export async function listSubmissions(
  ledger: LedgerLike,
  query: { cursor?: string | null; states?: readonly State[]; most?: number } = {},
): Promise<{ submissions: Submission[]; next: string | null }> {
  const after = afterCursor(query.cursor);
  let select = selectSubmissions(ledger).orderBy('seq', 'desc').limit(rowsFor(query.most));
  if (query.states !== undefined) select = select.where(sql<boolean>`state = any(${[...query.states]}::text[])`);
  if (after !== null) select = select.where('seq', '<', after);
  const { page, next } = cutPage(await select.execute(), query.most);
  return { submissions: page.map(asSubmission), next };
}

/**
 * Moves a submission to `state` and writes what belongs to it.
 * @throws Fault `state-conflict` where that state may not follow the present one, `submission-unknown`
 */
export async function setState(
  ledger: LedgerLike,
  id: string,
  state: State,
  outcome: { verdict?: Verdict; fault?: { code: string; detail: string } } = {},
): Promise<void> {
  await inTransaction(ledger, async (inside) => {
    const changed = await inside.db
      .updateTable('submissions')
      .set({
        state,
        updated_at: new Date(),
        ...(outcome.verdict === undefined ? {} : { verdict: outcome.verdict }),
        fault_code: outcome.fault?.code ?? null,
        fault_detail: columnTextOrNull(outcome.fault?.detail ?? null),
      })
      .where('id', '=', id)
      .where('state', 'in', [...MAY_FOLLOW[state]])
      .returning(['verdict'])
      .executeTakeFirst();
    if (changed === undefined) {
      const present = (await getSubmission(inside, id)).state;
      throw new Fault('state-conflict', `${printable(id)} is ${present} and cannot become ${state}`);
    }
    await appendEvents(inside, id, [{ type: 'state', state, verdict: changed.verdict, fault: outcome.fault ?? null }]);
    const because = outcome.fault === undefined ? '' : `: ${outcome.fault.code}`;
    await appendCustody(inside, { what: `${state}${because}`, submission: id });
  });
}

/** Ends a submission with the fault that stopped it: `cancelled` for that code, else `failed`. */
export async function recordFault(ledger: LedgerLike, id: string, fault: Fault): Promise<void> {
  await setState(ledger, id, fault.code === 'cancelled' ? 'cancelled' : 'failed', { fault: fault.toJSON() });
}

/** Keeps the inspection whole, and shortened what lists show and searches look for. */
export async function recordInspection(ledger: LedgerLike, id: string, inspection: Inspection): Promise<void> {
  const parsed = Inspection.parse(inspection);
  const { facts, declaredFunction } = parsed;
  const packageName = columnText(facts.packageName, 255);
  const label = columnTextOrNull(facts.label, 200);
  await ledger.db
    .updateTable('submissions')
    .set({
      inspection: JSON.stringify(parsed),
      package_name: packageName,
      label,
      version_code: facts.versionCode,
      version_name: columnTextOrNull(facts.versionName, 100),
      function: columnText(declaredFunction.name, 200),
      certificates: [...new Set(facts.certificates.map((certificate) => certificate.sha256))].slice(0, 100),
      search_text: `${label ?? ''} ${packageName}`.toLowerCase(),
      updated_at: new Date(),
    })
    .where('id', '=', id)
    .execute();
}

/** What *inspect* found, or null before it ran. */
export async function getInspection(ledger: LedgerLike, id: string): Promise<Inspection | null> {
  const row = await ledger.db.selectFrom('submissions').select('inspection').where('id', '=', id).executeTakeFirst();
  return row?.inspection == null ? null : Inspection.parse(row.inspection);
}

/** Makes the submission of that digest a person's own too. @returns null where there is none that counts */
async function joinSubmission(
  ledger: LedgerLike,
  wish: { readonly digest: string; readonly person: string | null; readonly callbackUrl: string | null },
): Promise<Submission | null> {
  const { person } = wish;
  return inTransaction(ledger, async (inside) => {
    const one = await findByDigest(inside, wish.digest);
    if (one === null) return null;
    if (person !== null) {
      await addOwner(inside, one, person, wish.callbackUrl);
      await appendCustody(inside, { what: 'submitted once more', submission: one.id, who: person });
    }
    return getSubmission(inside, one.id);
  });
}

async function findByDigest(ledger: LedgerLike, digest: string): Promise<{ id: string; seq: string } | null> {
  const row = await ledger.db
    .selectFrom('submissions')
    .select(['id', 'seq'])
    .where('digest', '=', digest)
    .where('again', '=', false)
    .where('state', 'not in', ['failed', 'cancelled', 'crashed'])
    .executeTakeFirst();
  return row ?? null;
}

/** `jsonb` holds no U+0000 and no half surrogate pair: they become U+FFFD. */
function storable(options: SubmissionOptions): SubmissionOptions {
  return SubmissionOptions.parse(
    JSON.parse(JSON.stringify(options), (_key, part: unknown) => (typeof part === 'string' ? columnText(part) : part)),
  );
}

/** SHA-256 over the digests, in any order, and the options with sorted keys. */
function digestOf(files: Submission['files'], options: SubmissionOptions): string {
  const digests = files.map((file) => file.sha256).sort();
  return createHash('sha256').update(canonicalJson({ digests, options })).digest('hex');
}
