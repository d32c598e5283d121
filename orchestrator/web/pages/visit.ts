import type { Actor } from '../../contract/person.ts';

/** Who looks at a page, and from where. */
export interface Visit {
  /** null before sign-in. */
  readonly actor: Actor | null;
  /** Goes into every form that changes something. */
  readonly csrf: string | null;
  /** Path of the page, for the mark in the navigation. */
  readonly path: string;
  readonly now: Date;
  /** What was just done, in words. */
  readonly flash: string | null;
  /** How many submissions wait for a reviewer, for who may review; absent where nobody counted. */
  readonly toReview?: number;
}

/** A visit of somebody who is signed in. */
export interface SignedIn extends Visit {
  readonly actor: Actor;
}
