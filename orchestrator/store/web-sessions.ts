import type { Actor, Person, Role } from '../contract/person.ts';
import { inTransaction } from './custody.ts';
import { newId } from './ids.ts';
import type { LedgerLike } from './ledger.ts';
import { getPerson } from './people.ts';
import { hashOf, lesserRole, makeSecret } from './secrets.ts';

const HOUR_MS = 3_600_000;

/**
 * Signs a person in to the pages. `role` bounds what the session may do; one opened with a token ends with it.
 * @throws Fault `person-unknown`
 */
export async function openWebSession(
  ledger: LedgerLike,
  wanted: {
    readonly person: string;
    readonly role: Role;
    readonly hours: number;
    readonly now: Date;
    readonly token?: string | null;
  },
): Promise<{ secret: string; csrf: string }> {
  await getPerson(ledger, wanted.person);
  const secret = makeSecret();
  await ledger.db.deleteFrom('web_sessions').where('expires_at', '<', wanted.now).execute();
  await ledger.db
    .insertInto('web_sessions')
    .values({
      id: newId('ses'),
      hash: hashOf(secret),
      person: wanted.person,
      role: wanted.role,
      token: wanted.token ?? null,
      created_at: wanted.now,
      expires_at: new Date(wanted.now.getTime() + wanted.hours * HOUR_MS),
    })
    .execute();
  return { secret, csrf: csrfOf(secret) };
}

/** Who comes with that cookie; null where the session has ended, or its person is disabled, or its token revoked. */
export async function actorOfWebSession(
  ledger: LedgerLike,
  secret: string,
  now: Date,
): Promise<{ actor: Actor; csrf: string } | null> {
  if (!/^[A-Za-z0-9_-]{43}$/.test(secret)) return null;
  const row = await ledger.db
    .selectFrom('web_sessions')
    .innerJoin('people', 'people.id', 'web_sessions.person')
    .leftJoin('tokens', 'tokens.id', 'web_sessions.token')
    .select(['web_sessions.id', 'web_sessions.person', 'web_sessions.role', 'people.name', 'people.role as has'])
    .where('web_sessions.hash', '=', hashOf(secret))
    .where('web_sessions.expires_at', '>', now)
    .where('people.disabled_at', 'is', null)
    .where('tokens.revoked_at', 'is', null)
    .where((where) => where.or([where('tokens.expires_at', 'is', null), where('tokens.expires_at', '>', now)]))
    .executeTakeFirst();
  if (row === undefined) return null;
  const { person, name } = row;
  const actor: Actor = { person, name, role: lesserRole(row.has, row.role), via: 'session', credential: row.id };
  return { actor, csrf: csrfOf(secret) };
}

/** Signs out. A session that has ended already stays ended. */
export async function closeWebSession(ledger: LedgerLike, secret: string): Promise<void> {
  await ledger.db.deleteFrom('web_sessions').where('hash', '=', hashOf(secret)).execute();
}

/** A code for one sign-in, to be put into a link. @throws Fault `person-unknown` */
export async function makeSignInCode(
  ledger: LedgerLike,
  wanted: { readonly person: string; readonly minutes: number; readonly now: Date },
): Promise<string> {
  await getPerson(ledger, wanted.person);
  const code = makeSecret();
  await ledger.db.deleteFrom('sign_in_codes').where('expires_at', '<', wanted.now).execute();
  await ledger.db
    .insertInto('sign_in_codes')
    .values({
      hash: hashOf(code),
      person: wanted.person,
      expires_at: new Date(wanted.now.getTime() + wanted.minutes * 60_000),
    })
    .execute();
  return code;
}

/** Whom the code signs in, once; null for every later time, an expired code, and a disabled person. */
export async function redeemSignInCode(ledger: LedgerLike, code: string, now: Date): Promise<Person | null> {
  return inTransaction(ledger, async (inside) => {
    const row = await inside.db
      .updateTable('sign_in_codes')
      .set({ used_at: now })
      .where('hash', '=', hashOf(code))
      .where('used_at', 'is', null)
      .where('expires_at', '>', now)
      .returning('person')
      .executeTakeFirst();
    if (row === undefined) return null;
    const person = await getPerson(inside, row.person);
    return person.disabledAt === null ? person : null;
  });
}

/** Bound to the session and not to be had without its secret, so it needs no column of its own. */
function csrfOf(secret: string): string {
  return Buffer.from(hashOf(`csrf ${secret}`), 'hex').toString('base64url');
}
