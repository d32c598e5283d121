import { jitterSequence } from '../../orchestrator/contract/behaviour.ts';

/** A seeded choice: the same seed walks the same way through the same screens. */
export interface Choice {
  /** An element of a list that has one. */
  pick<T>(from: readonly [T, ...T[]]): T;
  /** True in that share of the cases. */
  coin(share: number): boolean;
}

/** xorshift32 as the rest of the product uses it (contract/behaviour.ts). */
export function seededChoice(seed: number): Choice {
  const numbers = jitterSequence(seed);
  const next = (): number => numbers.next().value;
  return {
    pick: (from) => from[Math.floor(next() * from.length)] ?? from[0],
    coin: (share) => next() < share,
  };
}
