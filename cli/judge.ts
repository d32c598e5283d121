import type { ProfileSet } from '../orchestrator/contract/profile.ts';
import type { Judge } from '../orchestrator/service.ts';
import { baselineOf } from '../workers/judge/baseline.ts';
import { compareRuns } from '../workers/judge/compare-runs.ts';

/** The judge's pure functions, as the service is handed them. */
export function judgeOf(profiles: ProfileSet): Judge {
  return {
    baselineOf,
    compareRuns,
    functions: profiles.functions.map(({ name, title }) => ({ name, title })),
    profileDigest: profiles.digest,
  };
}
