import type { LedgerLike } from './ledger.ts';

/** Makes a submission a person's own, too; who submits it again may give another address to be told at. */
export async function addOwner(
  ledger: LedgerLike,
  submission: { readonly id: string; readonly seq: string },
  person: string,
  callbackUrl: string | null,
): Promise<void> {
  await ledger.db
    .insertInto('submission_owners')
    .values({ submission: submission.id, person, seq: submission.seq, callback_url: callbackUrl })
    .onConflict((conflict) => {
      const row = conflict.columns(['submission', 'person']);
      return callbackUrl === null ? row.doNothing() : row.doUpdateSet({ callback_url: callbackUrl });
    })
    .execute();
}

/** Every address that is to be told of a submission, once each: one for each person who submitted it and gave one. */
export async function callbacksOf(ledger: LedgerLike, submission: string): Promise<string[]> {
  const rows = await ledger.db
    .selectFrom('submission_owners')
    .select('callback_url')
    .where('submission', '=', submission)
    .where('callback_url', 'is not', null)
    .orderBy('created_at')
    .execute();
  return [...new Set(rows.flatMap((row) => row.callback_url ?? []))];
}
