import { sql, type Selectable, type SqlBool, type RawBuilder } from 'kysely';
import { Baseline } from '../contract/baseline.ts';
import { Fault, printable } from '../contract/fault.ts';
import type { Actor } from '../contract/person.ts';
import type { Allowance } from '../contract/review.ts';
import { columnText, columnTextOrNull } from './column-text.ts';
import { inTransaction } from './custody.ts';
import { newId } from './ids.ts';
import type { LedgerLike } from './ledger.ts';
import { afterCursor, cutPage, literally, rowsFor } from './listing.ts';
import type { AllowancesTable } from './service-tables.ts';

/** What an approval puts on the list; what remains of an {@link Allowance} follows from the reviews. */
export type AllowanceFacts = Pick<
  Allowance,
  'package' | 'label' | 'signers' | 'versionCode' | 'versionName' | 'sha256' | 'function'
> & { readonly baseline: Baseline };

export type NewAllowance = AllowanceFacts &
  Pick<Allowance, 'report' | 'verdict' | 'override' | 'approvedBy' | 'reason' | 'until'> & { readonly now: Date };

/**
 * Puts a version on the list; the one of the same package and signers that was there is replaced. For use inside the
 * transaction that adds the review.
 */
export async function addAllowance(ledger: LedgerLike, wanted: NewAllowance): Promise<Allowance> {
  const id = newId('alw');
  const signers = [...new Set(wanted.signers)].sort();
  const packageName = columnText(wanted.package, 255);
  const label = columnTextOrNull(wanted.label, 200);
  return inTransaction(ledger, async (inside) => {
    // Two approvals of one app at once follow each other, so that the later one replaces the earlier.
    await sql`select pg_advisory_xact_lock(hashtextextended(${`allowance of ${packageName}`}, 0))`.execute(inside.db);
    await inside.db
      .updateTable('allowances')
      .set({
        ended_at: wanted.now,
        ended_by: wanted.approvedBy.map((each) => each.name).join(', '),
        ended_reason: 'a later version was approved',
        replaced_by: id,
      })
      .where('package', '=', packageName)
      .where(sql<SqlBool>`signers = ${signers}::text[]`)
      .where('ended_at', 'is', null)
      .execute();
    const row = await inside.db
      .insertInto('allowances')
      .values({
        id,
        package: packageName,
        label,
        signers,
        version_code: wanted.versionCode,
        version_name: columnTextOrNull(wanted.versionName, 100),
        sha256: wanted.sha256,
        function: wanted.function,
        report: wanted.report,
        verdict: wanted.verdict,
        override: wanted.override,
        approved_by: JSON.stringify(wanted.approvedBy),
        reason: columnText(wanted.reason),
        since: wanted.now,
        until: wanted.until,
        baseline: JSON.stringify(wanted.baseline),
        search_text: `${label ?? ''} ${packageName}`.toLowerCase(),
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return asAllowance(row, wanted.now);
  });
}

/** Newest first; `package` is the whole name, `text` anything in label or package name. */
export async function listAllowances(
  ledger: LedgerLike,
  query: {
    readonly cursor?: string | null;
    readonly package?: string;
    readonly state?: Allowance['state'];
    readonly text?: string;
    readonly report?: string;
    readonly most?: number;
    readonly now?: Date;
  } = {},
): Promise<{ items: Allowance[]; next: string | null }> {
  const now = query.now ?? new Date();
  const after = afterCursor(query.cursor);
  let select = ledger.db.selectFrom('allowances').selectAll().orderBy('seq', 'desc').limit(rowsFor(query.most));
  if (after !== null) select = select.where('seq', '<', after);
  if (query.package !== undefined) select = select.where('package', '=', query.package);
  if (query.report !== undefined) select = select.where('report', '=', query.report);
  if (query.text !== undefined)
    select = select.where('search_text', 'like', `%${literally(query.text.toLowerCase())}%`);
  if (query.state !== undefined) select = select.where(standsAs(query.state, now));
  const { page, next } = cutPage(await select.execute(), query.most);
  return { items: page.map((row) => asAllowance(row, now)), next };
}

/** @throws Fault `allowance-unknown` */
export async function getAllowance(ledger: LedgerLike, id: string, now: Date = new Date()): Promise<Allowance> {
  const row = await ledger.db.selectFrom('allowances').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw new Fault('allowance-unknown', printable(id));
  return asAllowance(row, now);
}

/**
 * The approved version of a package that counts now, with its cadence. Where versions of several signers are approved,
 * that of `signers`; else the newest, of which the judge says that it is another's.
 */
export async function currentAllowance(
  ledger: LedgerLike,
  packageName: string,
  now: Date,
  signers?: readonly string[],
): Promise<{ allowance: Allowance; baseline: Baseline } | null> {
  const rows = await ledger.db
    .selectFrom('allowances')
    .selectAll()
    .where('package', '=', packageName)
    .where(standsAs('active', now))
    .orderBy('seq', 'desc')
    .execute();
  const wanted = signers === undefined ? null : JSON.stringify([...new Set(signers)].sort());
  const row = rows.find((each) => JSON.stringify(each.signers) === wanted) ?? rows[0];
  if (row === undefined) return null;
  return { allowance: asAllowance(row, now), baseline: Baseline.parse(JSON.parse(row.baseline)) };
}

/** Takes a version off the list. @throws Fault `allowance-unknown` where there is none, or it is off already */
export async function endAllowance(
  ledger: LedgerLike,
  ending: { readonly id: string; readonly actor: Actor; readonly reason: string; readonly now: Date },
): Promise<Allowance> {
  const row = await ledger.db
    .updateTable('allowances')
    .set({ ended_at: ending.now, ended_by: ending.actor.name, ended_reason: columnText(ending.reason) })
    .where('id', '=', ending.id)
    .where('ended_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
  if (row !== undefined) return asAllowance(row, ending.now);
  const { state } = await getAllowance(ledger, ending.id, ending.now);
  throw new Fault('allowance-unknown', `${printable(ending.id)} is ${state} already`);
}

/** An approval counts until the end of its last day, in UTC. */
export function dayOf(now: Date): string {
  return now.toISOString().slice(0, 10);
}

function standsAs(state: Allowance['state'], now: Date): RawBuilder<SqlBool> {
  const today = dayOf(now);
  if (state === 'replaced') return sql<SqlBool>`replaced_by is not null`;
  if (state === 'ended') return sql<SqlBool>`ended_at is not null and replaced_by is null`;
  if (state === 'expired') return sql<SqlBool>`ended_at is null and until < ${today}`;
  return sql<SqlBool>`ended_at is null and (until is null or until >= ${today})`;
}

function asAllowance(row: Selectable<AllowancesTable>, now: Date): Allowance {
  const { ended_at: at, ended_by: by, ended_reason: reason } = row;
  const expired = row.until !== null && row.until < dayOf(now);
  return {
    id: row.id,
    package: row.package,
    label: row.label,
    signers: row.signers,
    versionCode: row.version_code === null ? null : Number(row.version_code),
    versionName: row.version_name,
    sha256: row.sha256,
    function: row.function,
    report: row.report,
    verdict: row.verdict,
    override: row.override,
    approvedBy: row.approved_by,
    reason: row.reason,
    since: row.since.toISOString(),
    until: row.until,
    state: row.replaced_by !== null ? 'replaced' : at !== null ? 'ended' : expired ? 'expired' : 'active',
    ended: at === null || by === null || reason === null ? null : { at: at.toISOString(), by, reason },
  };
}
