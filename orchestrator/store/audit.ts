import { createHash } from 'node:crypto';
import { sql, type Selectable } from 'kysely';
import type { AuditEntry } from '../contract/audit.ts';
import { Fault } from '../contract/fault.ts';
import { canonicalJson } from './canonical-json.ts';
import { columnText, columnTextOrNull } from './column-text.ts';
import { inTransaction } from './custody.ts';
import type { LedgerLike } from './ledger.ts';
import { afterCursor, cutPage, rowsFor } from './listing.ts';
import type { AuditTable } from './service-tables.ts';
import { together } from './together.ts';

/** What is to be written down; `at` is now where absent. */
export interface AuditNote {
  readonly who: string;
  readonly act: string;
  readonly subject: string | null;
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly at?: Date;
}

/**
 * Appends one entry to the chain. The head row is locked until the transaction ends, so entries follow each other in
 * the order in which they commit: within a transaction, append last. Outside of one, entries that come while others are
 * being written are written together.
 */
export async function appendAudit(ledger: LedgerLike, note: AuditNote): Promise<AuditEntry> {
  if (!ledger.db.isTransaction) return batchOf(ledger)(asWritten(note));
  const [entry] = await chain(ledger, [asWritten(note)]);
  return entry as AuditEntry;
}

/** Appends several entries, in their order: all or none. As with one, within a transaction append them last. */
export async function appendAudits(ledger: LedgerLike, notes: readonly AuditNote[]): Promise<AuditEntry[]> {
  if (notes.length === 0) return [];
  return await inTransaction(ledger, (inside) => chain(inside, notes.map(asWritten)));
}

function asWritten(note: AuditNote): Written {
  return { ...note, detail: canonicalJson(note.detail ?? {}), at: (note.at ?? new Date()).toISOString() };
}

/** A note as it is hashed: the time in ISO 8601, the detail as canonical JSON. */
type Written = Pick<AuditNote, 'who' | 'act' | 'subject'> & { readonly at: string; readonly detail: string };

const BATCHES = new WeakMap<LedgerLike['db'], (note: Written) => Promise<AuditEntry>>();

/** A few hundred kilobytes of JSON at most. */
const MOST_TOGETHER = 500;

/** One transaction at a time for each ledger in this process: fifty at once wait for two commits, not for fifty. */
function batchOf(ledger: LedgerLike): (note: Written) => Promise<AuditEntry> {
  const present = BATCHES.get(ledger.db);
  if (present !== undefined) return present;
  const write = (notes: readonly Written[]) => inTransaction(ledger, (inside) => chain(inside, notes));
  const append = together(write, MOST_TOGETHER);
  BATCHES.set(ledger.db, append);
  return append;
}

async function chain(ledger: LedgerLike, notes: readonly Written[]): Promise<AuditEntry[]> {
  const head = await ledger.db.selectFrom('audit_head').select(['seq', 'hash']).forUpdate().executeTakeFirstOrThrow();
  let last = { seq: Number(head.seq), hash: head.hash };
  const entries = notes.map((note) => {
    const content: Omit<AuditEntry, 'hash'> = {
      seq: last.seq + 1,
      at: note.at,
      who: columnText(note.who),
      act: columnText(note.act),
      subject: columnTextOrNull(note.subject),
      detail: JSON.parse(note.detail) as AuditEntry['detail'],
      previous: last.hash,
    };
    const entry: AuditEntry = { ...content, hash: auditHash(content) };
    last = entry;
    return entry;
  });
  // One parameter, however many entries: what the statement costs to make and to read does not grow with them.
  const rows = JSON.stringify(entries.map((entry, index) => ({ ...entry, detail: notes[index]?.detail ?? '{}' })));
  await ledger.db
    .with('appended', (db) =>
      db
        .insertInto('audit')
        .columns(['seq', 'at', 'who', 'act', 'subject', 'detail', 'previous', 'hash'])
        .expression(
          sql`select seq, at, who, act, subject, detail, previous, hash from jsonb_to_recordset(${rows}::jsonb)
            as entry (seq bigint, at timestamptz, who text, act text, subject text, detail text, previous text, hash text)`,
        ),
    )
    .updateTable('audit_head')
    .set({ seq: last.seq, hash: last.hash })
    .execute();
  return entries;
}

/** Newest first. */
export async function listAudit(
  ledger: LedgerLike,
  query: { readonly cursor?: string | null; readonly most?: number } = {},
): Promise<{ items: AuditEntry[]; next: string | null }> {
  const after = afterCursor(query.cursor);
  let select = ledger.db.selectFrom('audit').selectAll().orderBy('seq', 'desc').limit(rowsFor(query.most));
  if (after !== null) select = select.where('seq', '<', after);
  const { page, next } = cutPage(await select.execute(), query.most);
  return { items: page.map(asEntry), next };
}

/** SHA-256 over the canonical JSON of everything but the hash itself. */
export function auditHash(content: Omit<AuditEntry, 'hash'>): string {
  const { seq, at, who, act, subject, detail, previous } = content;
  return createHash('sha256').update(canonicalJson({ seq, at, who, act, subject, detail, previous })).digest('hex');
}

const PAGE = 1000;

/**
 * Walks the whole chain. What is appended meanwhile is walked too.
 * @param options.onProgress told how many entries hold so far
 * @returns how many there are, and the hash of the last: written down elsewhere, it proves the log up to here
 * @throws Fault `audit-broken` naming the first entry that is not as it was written
 */
export async function verifyAudit(
  ledger: LedgerLike,
  options: { readonly signal: AbortSignal; readonly onProgress?: (entries: number) => void },
): Promise<{ entries: number; head: string }> {
  const known = await ledger.db.selectFrom('audit_head').select(['seq', 'hash']).executeTakeFirst();
  if (known === undefined) throw new Fault('audit-broken', 'the head of the chain is gone');
  let last = { seq: 0, hash: '0'.repeat(64) };
  for (;;) {
    options.signal.throwIfAborted();
    const rows = await ledger.db
      .selectFrom('audit')
      .selectAll()
      .where('seq', '>', String(last.seq))
      .orderBy('seq')
      .limit(PAGE)
      .execute();
    for (const row of rows) {
      refuseBroken(row, last);
      last = { seq: Number(row.seq), hash: row.hash };
      if (last.seq === Number(known.seq) && last.hash !== known.hash) {
        throw new Fault('audit-broken', `entry ${last.seq} is not the one that was written last`);
      }
    }
    options.onProgress?.(last.seq);
    if (rows.length < PAGE) break;
  }
  if (last.seq < Number(known.seq)) throw new Fault('audit-broken', `entry ${last.seq + 1} is missing`);
  return { entries: last.seq, head: last.hash };
}

function refuseBroken(row: Selectable<AuditTable>, before: { seq: number; hash: string }): void {
  const seq = before.seq + 1;
  if (Number(row.seq) !== seq) throw new Fault('audit-broken', `entry ${seq} is missing`);
  if (row.previous !== before.hash) throw new Fault('audit-broken', `entry ${seq} does not follow the one before it`);
  if (contentHash(row) !== row.hash) throw new Fault('audit-broken', `entry ${seq} is not as it was written`);
}

/** null where the row cannot even be read, which is as broken as one that says something else. */
function contentHash(row: Selectable<AuditTable>): string | null {
  try {
    return auditHash(asEntry(row));
  } catch {
    return null; // the caller names the entry
  }
}

function asEntry(row: Selectable<AuditTable>): AuditEntry {
  return {
    seq: Number(row.seq),
    at: row.at.toISOString(),
    who: row.who,
    act: row.act,
    subject: row.subject,
    detail: JSON.parse(row.detail) as AuditEntry['detail'],
    previous: row.previous,
    hash: row.hash,
  };
}
