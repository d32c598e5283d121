import type { ApkFacts, DeclaredFunction, Evidence } from '../../orchestrator/contract/apk.ts';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import type { FunctionProfile } from '../../orchestrator/contract/profile.ts';
import { matchSignal } from './signal-match.ts';

interface Claim {
  readonly profile: FunctionProfile;
  readonly evidence: Evidence[];
  readonly weight: number;
  /** True where the platform enforces some of it: a component, not a word. */
  readonly enforced: boolean;
}

const NONE = 'unclassified';
/** Confidence in a function that only the submitter names. */
const UNBACKED = 0.5;

/**
 * What the app says it is for. Each profile's signals are looked up in the manifest and their weights added; the
 * heaviest profile that reaches its threshold is the main function. Further ones count beside it where they only add
 * (advertising, push) or where a component backs them; words alone license nothing more.
 *
 * `stated` is what the submitter says. It takes the place of the main function and of other main functions; what the
 * manifest says stays in the evidence, so that a reviewer sees both, and where the manifest does not back the statement
 * that is said.
 * @throws Fault function-unknown where no profile is called `stated`; profile-malformed without an unclassified profile
 */
export function declareFunction(
  facts: ApkFacts,
  functions: readonly FunctionProfile[],
  stated: string | null,
): DeclaredFunction {
  const claims = functions
    .map((profile) => claimOf(facts, profile))
    .sort((one, other) => other.weight - one.weight || one.profile.name.localeCompare(other.profile.name, 'en'));
  const declared = claims.filter((claim) => claim.weight >= claim.profile.threshold && claim.evidence.length > 0);
  const main = declared.filter((claim) => !claim.profile.adds && claim.profile.name !== NONE);
  const adding = declared.filter((claim) => claim.profile.adds);
  if (stated !== null) return statedFunction(stated, claims, main, adding);

  const [chosen, rival] = main;
  if (chosen === undefined) {
    const none = claims.find((claim) => claim.profile.name === NONE);
    if (none === undefined) throw new Fault('profile-malformed', `There is no function profile called ${NONE}.`);
    return named(none, { confidence: 0, evidence: [], also: adding });
  }
  const also = [...main.slice(1).filter((claim) => claim.enforced), ...adding];
  return named(chosen, { confidence: confidenceOf(chosen, rival), evidence: chosen.evidence, also });
}

function statedFunction(
  stated: string,
  claims: readonly Claim[],
  main: readonly Claim[],
  adding: readonly Claim[],
): DeclaredFunction {
  const claim = claims.find((each) => each.profile.name === stated);
  if (claim === undefined || claim.profile.adds) {
    const names = claims.filter((each) => !each.profile.adds).map((each) => each.profile.name);
    throw new Fault('function-unknown', `"${printable(stated)}" is none of ${names.sort().join(', ')}.`);
  }
  const statement: Evidence = { fact: `stated to be ${stated}`, where: 'submission', strength: 'stated', weight: 0 };
  const [heaviest] = main;
  const other = heaviest === undefined || heaviest === claim ? [] : heaviest.evidence;
  const backed = main.includes(claim);
  return {
    ...named(claim, {
      confidence: backed ? 1 : UNBACKED,
      evidence: [statement, ...claim.evidence, ...other],
      also: adding,
    }),
    claim: { backed, manifest: heaviest?.profile.name ?? null },
  };
}

function named(
  claim: Claim,
  rest: { confidence: number; evidence: Evidence[]; also: readonly Claim[] },
): DeclaredFunction {
  return {
    name: claim.profile.name,
    title: claim.profile.title,
    confidence: rest.confidence,
    evidence: rest.evidence,
    also: rest.also.map(({ profile, evidence }) => ({ name: profile.name, title: profile.title, evidence })),
  };
}

function claimOf(facts: ApkFacts, profile: FunctionProfile): Claim {
  const matched = profile.signals.map((signal) => ({ signal, evidence: matchSignal(facts, signal) }));
  const broken = new Set(matched.filter(({ evidence }) => evidence === null).map(({ signal }) => signal.group));
  const evidence = matched.flatMap(({ signal, evidence: found }) =>
    found === null || (signal.group !== undefined && broken.has(signal.group)) ? [] : [found],
  );
  return {
    profile,
    evidence,
    weight: evidence.reduce((sum, each) => sum + each.weight, 0),
    enforced: evidence.some((each) => each.strength === 'component'),
  };
}

/**
 * 1 - 2^(-weight / threshold): one half at the threshold, three quarters at twice it; times the share of the weight that
 * it keeps beside half of its strongest rival's. At most one half where only category and label speak.
 */
function confidenceOf(claim: Claim, rival: Claim | undefined): number {
  const reached = 1 - 2 ** (-claim.weight / claim.profile.threshold);
  const share = claim.weight / (claim.weight + (rival?.weight ?? 0) / 2);
  const words = claim.evidence.every((each) => each.strength === 'category' || each.strength === 'label');
  return Math.round(Math.min(reached * share, words ? 0.5 : 1) * 100) / 100;
}
