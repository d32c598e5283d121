import type { Inspection } from '../orchestrator/contract/apk.ts';
import { Fault } from '../orchestrator/contract/fault.ts';
import type { Progress } from '../orchestrator/contract/job.ts';
import type { FunctionProfile } from '../orchestrator/contract/profile.ts';
import { declareFunction } from './apk/declare.ts';
import { needsOf } from './apk/needs.ts';
import { readApkInThread, type ApkPath } from './apk/read-in-thread.ts';

/**
 * The first stage: from hostile files to facts, declared function and needs. No device is involved.
 * @throws Fault apk-*, file-unreadable, function-unknown, deadline-passed; the signal's reason on abort
 */
export async function inspect(
  paths: readonly ApkPath[],
  options: {
    readonly functions: readonly FunctionProfile[];
    /** What the submitter says the app is for, by profile name. */
    readonly stated: string | null;
    readonly signal: AbortSignal;
    readonly progress?: (progress: Progress) => void;
  },
): Promise<Inspection> {
  options.progress?.({ stage: 'inspect', step: 'reading the APK', done: 0 });
  const facts = await readApkInThread(paths, { signal: options.signal });
  if (facts.requiredSplits && facts.files.length === 1) {
    throw new Fault(
      'apk-splits-mismatch',
      `${facts.packageName} is a base APK that runs only with its splits; add them.`,
    );
  }
  options.progress?.({ stage: 'inspect', step: 'finding the declared function', done: 0.9 });
  const declaredFunction = declareFunction(facts, options.functions, options.stated);
  options.progress?.({ stage: 'inspect', step: `declared function: ${declaredFunction.title}`, done: 1 });
  return { facts, declaredFunction, needs: needsOf(facts) };
}
