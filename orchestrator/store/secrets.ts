import { createHash, randomBytes } from 'node:crypto';
import type { Role } from '../contract/person.ts';
import { mayActAs } from '../contract/person.ts';

/** 256 random bits in base64url: nothing that a person chose, so a plain SHA-256 of it cannot be guessed back. */
export function makeSecret(prefix = ''): string {
  return `${prefix}${randomBytes(32).toString('base64url')}`;
}

/** What is stored of a secret, and what it is looked up by: no comparison happens whose time could tell anything. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** The smaller of two roles. */
export function lesserRole(one: Role, other: Role): Role {
  return mayActAs({ role: one }, other) ? other : one;
}
