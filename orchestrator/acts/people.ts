import { Fault, printable } from '../contract/fault.ts';
import { mayActAs, type Actor, type Person, type Role, type Token } from '../contract/person.ts';
import type { Service } from '../service.ts';
import { changePerson, createPerson, getPerson } from '../store/people.ts';
import { listTokens, makeToken, revokeToken } from '../store/tokens.ts';
import { noted } from './noted.ts';
import { permit } from './permit.ts';

export interface NewToken {
  /** Whose; absent: one's own. */
  readonly person?: string;
  readonly name: string;
  readonly role: Role;
  readonly expiresAt: Date | null;
}

/**
 * Makes a token. Everybody may make tokens of their own, with no more rights than they came with; an admin for others.
 * @returns the secret too: it is shown this once
 */
export async function createToken(
  service: Service,
  actor: Actor | null,
  wanted: NewToken,
): Promise<{ token: Token; secret: string }> {
  permit(actor, 'submitter');
  const person = wanted.person ?? actor.person;
  if (person !== actor.person) permit(actor, 'admin');
  if (!mayActAs(actor, wanted.role)) throw new Fault('forbidden', `you are a ${actor.role} here, not a ${wanted.role}`);
  const { name, role, expiresAt } = wanted;
  return await noted(service, actor, async (inside) => {
    const owner = await getPerson(inside, person);
    const made = await makeToken(inside, { person: owner.id, name, role, expiresAt });
    const detail = { for: owner.id, role, expires: expiresAt?.toISOString() ?? null };
    return [made, { act: 'made-token', subject: made.token.id, detail }];
  });
}

/** Ends a token at once: one's own, or as an admin anybody's. @throws Fault `token-unknown` */
export async function revoke(service: Service, actor: Actor | null, id: string): Promise<void> {
  permit(actor, 'submitter');
  const seen = await listTokens(service.ledger, mayActAs(actor, 'admin') ? {} : { person: actor.person });
  const token = seen.find((one) => one.id === id);
  if (token === undefined) throw new Fault('token-unknown', printable(id));
  await noted(service, actor, async (inside) => {
    await revokeToken(inside, token.id, service.now());
    return [null, { act: 'revoked-token', subject: token.id, detail: { for: token.person } }];
  });
}

export async function addPerson(
  service: Service,
  actor: Actor | null,
  wanted: { readonly name: string; readonly role: Role },
): Promise<Person> {
  permit(actor, 'admin');
  return await noted(service, actor, async (inside) => {
    const person = await createPerson(inside, wanted);
    return [person, { act: 'added-person', subject: person.id, detail: { named: person.name, role: person.role } }];
  });
}

/** Changes a role, or shuts a person out and lets them in again. Nobody can shut out or demote themselves. */
export async function alterPerson(
  service: Service,
  actor: Actor | null,
  id: string,
  change: { readonly role?: Role; readonly disabled?: boolean },
): Promise<Person> {
  permit(actor, 'admin');
  if (id === actor.person) throw new Fault('forbidden', 'another admin must change your own role');
  return await noted(service, actor, async (inside) => {
    await changePerson(inside, id, change);
    return [await getPerson(inside, id), { act: 'changed-person', subject: id, detail: { ...change } }];
  });
}
