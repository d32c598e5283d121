import { basename } from 'node:path';
import { Fault, printable } from '../orchestrator/contract/fault.ts';
import { asFault } from '../orchestrator/store/stage.ts';
import { identifyInThread, type ApkIdentity } from '../workers/apk/read-in-thread.ts';
import { mustBeFile } from './submit.ts';

/** One app to vet: a base APK with its splits, if any, and the name it is shown by. */
export interface Sample {
  readonly name: string;
  readonly paths: readonly string[];
}

/** A file that cannot be vetted, refused before anything is opened or leased. */
export interface Refused {
  readonly sample: Sample;
  readonly fault: Fault;
}

/**
 * Sorts files into apps: a base APK and the splits of its package are one sample, every other base one of its own.
 * What is no APK, and splits whose base is not among the files, are refused with their reason.
 */
export async function groupSamples(
  paths: readonly string[],
  signal: AbortSignal,
): Promise<{ samples: Sample[]; refused: Refused[] }> {
  const refused: Refused[] = [];
  const readable: string[] = [];
  for (const path of paths) {
    await mustBeFile(path).then(
      () => readable.push(path),
      (error: unknown) => refused.push({ sample: sampleOf([path]), fault: asFault(error) }),
    );
  }
  const identities = readable.length === 0 ? [] : await identifyInThread(readable, { signal });
  const known: { path: string; identity: ApkIdentity }[] = [];
  readable.forEach((path, index) => {
    const identity = identities[index];
    if (identity instanceof Fault) refused.push({ sample: sampleOf([path]), fault: identity });
    else if (identity !== undefined) known.push({ path, identity });
  });
  const bases = known.filter(({ identity }) => identity.split === null);
  const samples = bases.map(({ path, identity }) => {
    // Two bases of one package (two versions of an app) leave open whose the splits are: inspect says so.
    const splits = known.filter(
      (one) => one.identity.split !== null && one.identity.packageName === identity.packageName,
    );
    return sampleOf([path, ...splits.map((one) => one.path)]);
  });
  for (const { path, identity } of known) {
    if (identity.split === null || bases.some((base) => base.identity.packageName === identity.packageName)) continue;
    const words = `${printable(basename(path))} is a split of ${identity.packageName}; its base APK is missing.`;
    refused.push({ sample: sampleOf([path]), fault: new Fault('apk-splits-mismatch', words) });
  }
  return { samples, refused };
}

function sampleOf(paths: readonly string[]): Sample {
  return { name: basename(paths[0] ?? ''), paths };
}
