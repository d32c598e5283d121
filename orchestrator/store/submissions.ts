import { createHash } from 'node:crypto';
import type { Selectable } from 'kysely';
import { Inspection } from '../contract/apk.ts';
import { Fault, printable } from '../contract/fault.ts';
import { Submission, SubmissionOptions } from '../contract/job.ts';
import type { Verdict } from '../contract/report.ts';
import { appendCustody, inTransaction } from './custody.ts';
import { newId } from './ids.ts';
import { sqlStateOf, type Ledger } from './ledger.ts';
import type { SubmissionsTable } from './tables.ts';

type State = Submission['state'];
type LedgerLike = Pick<Ledger, 'db'>;

export interface NewSubmission {
  readonly files: Submission['files'];
  readonly options: SubmissionOptions;
  /** True makes a new submission although the same files with the same options were submitted before. */
  readonly again?: boolean;
  readonly who?: string;
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
 * Records a submission, or finds the one that has the same files and options and did not fail.
 * @returns `created` false where it was there before.
 */
export async function createSubmission(
  ledger: LedgerLike,
  wanted: NewSubmission,
): Promise<{ submission: Submission; created: boolean }> {
  const options = SubmissionOptions.parse(wanted.options);
  const digest = digestOf(wanted.files, options);
  const id = newId('sub');
  try {
    await inTransaction(ledger, async (inside) => {
      const row = { id, digest, again: wanted.again ?? false, options: JSON.stringify(options) };
      await inside.db
        .insertInto('submissions')
        .values({ ...row, state: 'queued' })
        .execute();
      await recordFiles(inside, id, wanted.files);
      const who = wanted.who === undefined ? {} : { who: wanted.who };
      await appendCustody(inside, { what: `submitted ${wanted.files.length} file(s)`, submission: id, ...who });
    });
  } catch (error) {
    const existing = sqlStateOf(error) === UNIQUE_VIOLATION ? await findByDigest(ledger, digest) : null;
    if (existing === null) throw error;
    return { submission: existing, created: false };
  }
  return { submission: await getSubmission(ledger, id), created: true };
}

const UNIQUE_VIOLATION = '23505';

/** @throws Fault `submission-unknown` */
export async function getSubmission(ledger: LedgerLike, id: string): Promise<Submission> {
  const row = await ledger.db.selectFrom('submissions').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw new Fault('submission-unknown', printable(id));
  const [submission] = await withFiles(ledger, [row]);
  if (submission === undefined) throw new Fault('submission-unknown', printable(id));
  return submission;
}

/** Newest first. `next` is the cursor of the following page, null on the last one. */
export async function listSubmissions(
  ledger: LedgerLike,
  query: { cursor?: string | null; states?: readonly State[]; most?: number } = {},
): Promise<{ submissions: Submission[]; next: string | null }> {
  const most = query.most ?? 50;
  let select = ledger.db
    .selectFrom('submissions')
    .selectAll()
    .orderBy('seq', 'desc')
    .limit(most + 1);
  if (query.states !== undefined) select = select.where('state', 'in', [...query.states]);
  if (query.cursor !== undefined && query.cursor !== null) {
    if (!/^\d{1,18}$/.test(query.cursor)) throw new Fault('usage', `no such cursor: ${printable(query.cursor)}`);
    select = select.where('seq', '<', query.cursor);
  }
  const rows = await select.execute();
  const page = rows.slice(0, most);
  return { submissions: await withFiles(ledger, page), next: rows.length > most ? (page.at(-1)?.seq ?? null) : null };
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
        fault_detail: outcome.fault?.detail ?? null,
      })
      .where('id', '=', id)
      .where('state', 'in', [...MAY_FOLLOW[state]])
      .executeTakeFirst();
    if (changed.numUpdatedRows === 0n) {
      const present = (await getSubmission(inside, id)).state;
      throw new Fault('state-conflict', `${printable(id)} is ${present} and cannot become ${state}`);
    }
    const because = outcome.fault === undefined ? '' : `: ${outcome.fault.code}`;
    await appendCustody(inside, { what: `${state}${because}`, submission: id });
  });
}

/** Ends a submission with the fault that stopped it: `cancelled` for that code, else `failed`. */
export async function recordFault(ledger: LedgerLike, id: string, fault: Fault): Promise<void> {
  await setState(ledger, id, fault.code === 'cancelled' ? 'cancelled' : 'failed', { fault: fault.toJSON() });
}

export async function recordInspection(ledger: LedgerLike, id: string, inspection: Inspection): Promise<void> {
  const text = JSON.stringify(Inspection.parse(inspection));
  await ledger.db.updateTable('submissions').set({ inspection: text }).where('id', '=', id).execute();
}

/** What *inspect* found, or null before it ran. */
export async function getInspection(ledger: LedgerLike, id: string): Promise<Inspection | null> {
  const row = await ledger.db.selectFrom('submissions').select('inspection').where('id', '=', id).executeTakeFirst();
  return row?.inspection == null ? null : Inspection.parse(row.inspection);
}

async function recordFiles(ledger: LedgerLike, submission: string, files: Submission['files']): Promise<void> {
  const sizes = new Map(files.map((file) => [file.sha256, file.sizeBytes]));
  const known = [...sizes].map(([sha256, sizeBytes]) => ({ sha256, size_bytes: sizeBytes }));
  await ledger.db
    .insertInto('files')
    .values(known)
    .onConflict((conflict) => conflict.column('sha256').doNothing())
    .execute();
  const rows = files.map((file, position) => ({
    submission,
    position,
    sha256: file.sha256,
    file_name: file.fileName,
  }));
  await ledger.db.insertInto('submission_files').values(rows).execute();
}

async function findByDigest(ledger: LedgerLike, digest: string): Promise<Submission | null> {
  const row = await ledger.db
    .selectFrom('submissions')
    .select('id')
    .where('digest', '=', digest)
    .where('again', '=', false)
    .where('state', 'not in', ['failed', 'cancelled', 'crashed'])
    .executeTakeFirst();
  return row === undefined ? null : getSubmission(ledger, row.id);
}

async function withFiles(ledger: LedgerLike, rows: readonly Selectable<SubmissionsTable>[]): Promise<Submission[]> {
  if (rows.length === 0) return [];
  const files = await ledger.db
    .selectFrom('submission_files')
    .innerJoin('files', 'files.sha256', 'submission_files.sha256')
    .select(['submission', 'submission_files.sha256', 'file_name', 'size_bytes'])
    .where(
      'submission',
      'in',
      rows.map((row) => row.id),
    )
    .orderBy('position')
    .execute();
  return rows.map((row) =>
    Submission.parse({
      id: row.id,
      files: files
        .filter((file) => file.submission === row.id)
        .map((file) => ({ sha256: file.sha256, fileName: file.file_name, sizeBytes: Number(file.size_bytes) })),
      options: row.options,
      createdAt: row.created_at.toISOString(),
      state: row.state,
      verdict: row.verdict,
      fault: row.fault_code === null ? null : { code: row.fault_code, detail: row.fault_detail ?? '' },
    }),
  );
}

/** SHA-256 over the digests, in any order, and the options with sorted keys. */
function digestOf(files: Submission['files'], options: SubmissionOptions): string {
  const digests = files.map((file) => file.sha256).sort();
  return createHash('sha256').update(canonicalJson({ digests, options })).digest('hex');
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (part === null || typeof part !== 'object' || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
