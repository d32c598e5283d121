import type { Actor } from '../contract/person.ts';
import type { Service } from '../service.ts';
import { appendAudit, type AuditNote } from '../store/audit.ts';
import { inTransaction } from '../store/custody.ts';
import type { LedgerLike } from '../store/ledger.ts';

/** What is written into the audit log beside who did it. */
export interface Act {
  readonly act: string;
  readonly subject: string | null;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/**
 * Does something in the ledger and writes it into the audit log, both or neither: nothing is done that stands in no log.
 * @param work gives its result and the entry; null where nothing was done
 */
export async function noted<Result>(
  service: Pick<Service, 'ledger' | 'now'>,
  actor: Actor,
  work: (inside: LedgerLike) => Promise<readonly [Result, Act | null]>,
): Promise<Result> {
  return await inTransaction(service.ledger, async (inside) => {
    const [result, entry] = await work(inside);
    if (entry !== null) await note({ ledger: inside, now: service.now }, actor, entry);
    return result;
  });
}

/** Writes into the audit log what a person did, and by which token or session they came. */
export async function note(
  service: { readonly ledger: LedgerLike; readonly now: () => Date },
  actor: Actor,
  act: Act,
): Promise<void> {
  await appendAudit(service.ledger, entryOf(service, actor, act));
}

/** What {@link note} writes. */
export function entryOf(
  service: { readonly now: () => Date },
  { person, name, via, credential }: Actor,
  { act, subject, detail = {} }: Act,
): AuditNote {
  return { who: person, act, subject, detail: { name, via, credential, ...detail }, at: service.now() };
}
