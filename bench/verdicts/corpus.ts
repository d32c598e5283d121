/** The two sets, and the scenarios of their families: each is drawn from a stream of randomness of its own. */
import { randomFor } from '../cadence/generator/random.ts';
import { DEVELOPMENT } from './development/families.ts';
import { HELD_OUT } from './held-out/families.ts';
import type { Family, Scenario } from './scenario.ts';

export const SETS = {
  development: { seed: 20_261_122, families: DEVELOPMENT },
  'held-out': { seed: 47_110_815, families: HELD_OUT },
} as const satisfies Readonly<Record<string, { seed: number; families: readonly Family[] }>>;

export type SetName = keyof typeof SETS;

export function scenariosOf(set: SetName, seed: number = SETS[set].seed): Scenario[] {
  return SETS[set].families.flatMap((family) =>
    family.apps.flatMap((app) =>
      Array.from({ length: family.times ?? 1 }, (_, index): Scenario => {
        const name = `${family.name}/${app}/${index + 1}`;
        const { kind, label, because, adversarial = false } = family;
        const plan = { ...family.plan(randomFor(seed, [set, name, 'plan']), app), app };
        return { name, kind, label, because, adversarial, plan };
      }),
    ),
  );
}
