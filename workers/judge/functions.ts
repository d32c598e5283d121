// In: what the APK declares, or what a person stated. Out: the profiles whose licences count, the main one first, and
// what is known against them: a claim that nothing backs, or more functions than one app can have.
import type { DeclaredFunction } from '../../orchestrator/contract/apk.ts';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import type { FunctionProfile } from '../../orchestrator/contract/profile.ts';
import type { JudgeInput } from './input.ts';

export interface Functions {
  readonly declared: DeclaredFunction;
  /** The main function first, then those that add to it. */
  readonly functions: readonly FunctionProfile[];
  /**
   * The main function where only the submitter says so and the manifest says something else: its licences count, but
   * no app is called consistent by them.
   */
  readonly claim: { readonly profile: FunctionProfile; readonly manifest: FunctionProfile } | null;
  /** How many main functions are declared, where that is more than one app can have. */
  readonly tooMany: number | null;
}

/**
 * Main functions that one app may declare by its components. A security suite declares three or four (VPN, device
 * administration, accessibility, monitoring); from six on, the list says no longer what the app is for, and only
 * licences count that are bound to something seen: the app visible, a foreground service running, a push just come.
 */
const MOST_FUNCTIONS = 5;

/** @throws Fault `function-unknown` where a function is named that no profile describes. */
export function functionsOf(input: JudgeInput): Functions {
  const declared = input.inspection?.declaredFunction ?? statedFunction(input);
  const claim = claimOf(input, declared);
  const names = [declared.name, ...(claim ? [claim.manifest.name] : []), ...declared.also.map(({ name }) => name)];
  const functions = [...new Set(names)].map((name) => profileOf(input, name));
  const main = functions.filter(({ adds }) => !adds).length;
  if (main <= MOST_FUNCTIONS) return { declared, functions, claim, tooMany: null };
  const noun = `an app that declares ${main} functions`;
  return { declared, functions: functions.map((one) => ({ ...boundToState(one), noun })), claim, tooMany: main };
}

/** Without the licences of phases in which nothing of the function can be seen. */
function boundToState(profile: FunctionProfile): FunctionProfile {
  const licences = profile.licences.filter(({ state }) => {
    return state.when !== 'always' && (state.when !== 'phase' || state.phases.every((phase) => phase === 'foreground'));
  });
  return { ...profile, licences };
}

function claimOf(input: JudgeInput, { name, claim }: DeclaredFunction): Functions['claim'] {
  if (!claim || claim.backed || claim.manifest === null) return null;
  return { profile: profileOf(input, name), manifest: profileOf(input, claim.manifest) };
}

function statedFunction(input: JudgeInput): DeclaredFunction {
  const name = input.stated ?? 'unclassified';
  const { title } = profileOf(input, name);
  const fact = input.stated ? 'stated with the capture' : 'no APK and no stated function';
  const evidence = [{ fact, where: 'command line', strength: 'stated' as const, weight: 1 }];
  return { name, title, confidence: input.stated ? 1 : 0, evidence, also: [] };
}

function profileOf(input: JudgeInput, name: string): FunctionProfile {
  const found = input.profiles.functions.find((one) => one.name === name);
  if (found) return found;
  const names = input.profiles.functions.map((one) => one.name).join(', ');
  throw new Fault('function-unknown', `'${printable(name)}' is not one of: ${names}.`);
}
