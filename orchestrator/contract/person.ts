import { z } from 'zod';

/** What a person may do. A reviewer may do what a submitter may, an admin everything. */
export const Role = z.enum(['submitter', 'reviewer', 'admin']);
export type Role = z.infer<typeof Role>;

const RANK: Readonly<Record<Role, number>> = { submitter: 1, reviewer: 2, admin: 3 };

/** Who acts: a person, by a token of theirs or by a session of the pages. */
export interface Actor {
  /** `usr-…`; two tokens of one person are one person. */
  readonly person: string;
  /** As it is shown; chosen by people, so escaped like everything else. */
  readonly name: string;
  /** The larger of what the person has and no more than the token carries. */
  readonly role: Role;
  readonly via: 'token' | 'session' | 'command-line';
  /** The token (`tok-…`) or session by which they came. */
  readonly credential: string;
}

export function mayActAs(actor: Pick<Actor, 'role'>, role: Role): boolean {
  return RANK[actor.role] >= RANK[role];
}

export const Person = z.strictObject({
  id: z.string(),
  name: z.string(),
  role: Role,
  /** Subject of the identity provider, `issuer subject`; null for one who signs in by token. */
  subject: z.string().nullable(),
  createdAt: z.string(),
  disabledAt: z.string().nullable(),
});
export type Person = z.infer<typeof Person>;

/** A bearer token as it is listed; the token itself is shown once, when it is made, and stored only as its SHA-256. */
export const Token = z.strictObject({
  id: z.string(),
  person: z.string(),
  name: z.string(),
  role: Role,
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  lastUsedAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
});
export type Token = z.infer<typeof Token>;
