import { readApk } from '../../workers/apk/read.ts';
import type { ApkFacts } from '../../orchestrator/contract/apk.ts';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { writeApk } from '../support/apk/write.ts';
import type { ApkDescription } from '../support/apk/description.ts';

export const signal = new AbortController().signal;

export async function factsOf(...apks: readonly (Buffer | ApkDescription)[]): Promise<ApkFacts> {
  const files = apks.map((apk, index) => ({
    fileName: `${index}.apk`,
    bytes: Buffer.isBuffer(apk) ? apk : writeApk(apk),
  }));
  return readApk(files, { signal });
}

/** The Fault that reading ends in; anything else that is thrown, or success, is returned for the test to fail on. */
export async function faultOf(...apks: readonly (Buffer | ApkDescription)[]): Promise<Fault> {
  try {
    await factsOf(...apks);
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('The APK was read without a Fault.');
}
