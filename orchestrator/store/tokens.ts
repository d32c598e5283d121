import type { Selectable } from 'kysely';
import { Fault, printable } from '../contract/fault.ts';
import type { Actor, Role, Token } from '../contract/person.ts';
import { columnText } from './column-text.ts';
import { newId } from './ids.ts';
import type { LedgerLike } from './ledger.ts';
import { getPerson } from './people.ts';
import { hashOf, lesserRole, makeSecret } from './secrets.ts';
import type { TokensTable } from './service-tables.ts';

const SECRET = /^slt_[A-Za-z0-9_-]{43}$/;
/** Last use is noted at most so often, or every request would write. */
const NOTE_USE_EVERY_MS = 60_000;

/** Makes a bearer token. The secret is returned here and can be had nowhere else. @throws Fault `person-unknown` */
export async function makeToken(
  ledger: LedgerLike,
  wanted: { readonly person: string; readonly name: string; readonly role: Role; readonly expiresAt: Date | null },
): Promise<{ token: Token; secret: string }> {
  await getPerson(ledger, wanted.person);
  const secret = makeSecret('slt_');
  const row = await ledger.db
    .insertInto('tokens')
    .values({
      id: newId('tok'),
      person: wanted.person,
      name: columnText(wanted.name, 200),
      role: wanted.role,
      hash: hashOf(secret),
      expires_at: wanted.expiresAt,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return { token: asToken(row), secret };
}

/** Who comes with that secret; null where no living token has it, or its person is disabled. */
export async function actorOfToken(ledger: LedgerLike, secret: string, now: Date): Promise<Actor | null> {
  if (!SECRET.test(secret)) return null;
  const row = await ledger.db
    .selectFrom('tokens')
    .innerJoin('people', 'people.id', 'tokens.person')
    .select(['tokens.id', 'tokens.person', 'tokens.role', 'tokens.last_used_at', 'people.name', 'people.role as has'])
    .where('tokens.hash', '=', hashOf(secret))
    .where('tokens.revoked_at', 'is', null)
    .where((where) => where.or([where('tokens.expires_at', 'is', null), where('tokens.expires_at', '>', now)]))
    .where('people.disabled_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) return null;
  if (row.last_used_at === null || now.getTime() - row.last_used_at.getTime() >= NOTE_USE_EVERY_MS) {
    await ledger.db.updateTable('tokens').set({ last_used_at: now }).where('id', '=', row.id).execute();
  }
  const { person, name } = row;
  return { person, name, role: lesserRole(row.has, row.role), via: 'token', credential: row.id };
}

/** Ends a token, and the sessions that were opened with it. One that was revoked stays as it is. @throws Fault `token-unknown` */
export async function revokeToken(ledger: LedgerLike, id: string, now: Date): Promise<Token> {
  await ledger.db
    .updateTable('tokens')
    .set({ revoked_at: now })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .execute();
  const row = await ledger.db.selectFrom('tokens').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw new Fault('token-unknown', printable(id));
  return asToken(row);
}

/** Newest first, revoked and expired ones too. */
export async function listTokens(ledger: LedgerLike, query: { readonly person?: string } = {}): Promise<Token[]> {
  let select = ledger.db.selectFrom('tokens').selectAll().orderBy('seq', 'desc');
  if (query.person !== undefined) select = select.where('person', '=', query.person);
  return (await select.execute()).map(asToken);
}

function asToken(row: Selectable<TokensTable>): Token {
  return {
    id: row.id,
    person: row.person,
    name: row.name,
    role: row.role,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    revokedAt: row.revoked_at?.toISOString() ?? null,
  };
}
