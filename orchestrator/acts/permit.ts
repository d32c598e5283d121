import { Fault } from '../contract/fault.ts';
import { mayActAs, type Actor, type Role } from '../contract/person.ts';

/** Lets through who is signed in with at least that role. @throws Fault `unauthenticated`, `forbidden` */
export function permit(actor: Actor | null, role: Role): asserts actor is Actor {
  if (actor === null) throw new Fault('unauthenticated', 'sign in, or send a bearer token');
  if (!mayActAs(actor, role)) throw new Fault('forbidden', `a ${role} may do this; you are a ${actor.role}`);
}
