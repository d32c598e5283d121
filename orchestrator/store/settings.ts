import type { LedgerLike } from './ledger.ts';

/** A value that all processes share, made by whichever needs it first; the others get that one. */
export async function settingOrMade(ledger: LedgerLike, name: string, make: () => string): Promise<string> {
  const present = await readSetting(ledger, name);
  if (present !== null) return present;
  await ledger.db
    .insertInto('settings')
    .values({ name, value: make() })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  const made = await readSetting(ledger, name);
  if (made === null) throw new Error(`the setting ${name} vanished`);
  return made;
}

async function readSetting(ledger: LedgerLike, name: string): Promise<string | null> {
  const row = await ledger.db.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirst();
  return row?.value ?? null;
}
