import type { Selectable } from 'kysely';
import { Fault, printable } from '../contract/fault.ts';
import type { Person, Role } from '../contract/person.ts';
import { columnText } from './column-text.ts';
import { newId } from './ids.ts';
import type { LedgerLike } from './ledger.ts';
import type { PeopleTable } from './service-tables.ts';

/** Adds a person; one of the same subject, added by another process meanwhile, is that person. */
export async function createPerson(
  ledger: LedgerLike,
  wanted: { readonly name: string; readonly role: Role; readonly subject?: string | null },
): Promise<Person> {
  const subject = wanted.subject ?? null;
  const row = await ledger.db
    .insertInto('people')
    .values({ id: newId('usr'), name: columnText(wanted.name, 200), role: wanted.role, subject })
    .onConflict((conflict) => conflict.column('subject').doNothing())
    .returningAll()
    .executeTakeFirst();
  const person = row === undefined && subject !== null ? await findPersonBySubject(ledger, subject) : null;
  if (person !== null) return person;
  if (row === undefined) throw new Fault('person-unknown', 'the person was not added');
  return asPerson(row);
}

/** @throws Fault `person-unknown` */
export async function getPerson(ledger: LedgerLike, id: string): Promise<Person> {
  const row = await ledger.db.selectFrom('people').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw new Fault('person-unknown', printable(id));
  return asPerson(row);
}

export async function findPersonBySubject(ledger: LedgerLike, subject: string): Promise<Person | null> {
  const row = await ledger.db.selectFrom('people').selectAll().where('subject', '=', subject).executeTakeFirst();
  return row === undefined ? null : asPerson(row);
}

/** The first person of that name: names are chosen by people, and two may choose the same. */
export async function findPersonByName(ledger: LedgerLike, name: string): Promise<Person | null> {
  const row = await ledger.db
    .selectFrom('people')
    .selectAll()
    .where('name', '=', columnText(name, 200))
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : asPerson(row);
}

/** Everybody, oldest first. */
export async function listPeople(ledger: LedgerLike): Promise<Person[]> {
  const rows = await ledger.db.selectFrom('people').selectAll().orderBy('seq').execute();
  return rows.map(asPerson);
}

/** What is left out stays. A disabled person's tokens and sessions count no longer. @throws Fault `person-unknown` */
export async function changePerson(
  ledger: LedgerLike,
  id: string,
  change: { readonly role?: Role; readonly disabled?: boolean; readonly name?: string },
  now: Date = new Date(),
): Promise<Person> {
  const before = await getPerson(ledger, id);
  const disabledAt = before.disabledAt === null ? now : new Date(before.disabledAt);
  const row = await ledger.db
    .updateTable('people')
    .set({
      role: change.role ?? before.role,
      name: change.name === undefined ? before.name : columnText(change.name, 200),
      ...(change.disabled === undefined ? {} : { disabled_at: change.disabled ? disabledAt : null }),
    })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return asPerson(row);
}

export function asPerson(row: Selectable<PeopleTable>): Person {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    subject: row.subject,
    createdAt: row.created_at.toISOString(),
    disabledAt: row.disabled_at?.toISOString() ?? null,
  };
}
