import { Fault } from '../../orchestrator/contract/fault.ts';
import { readApk } from '../../workers/apk/read.ts';

/** How reading a file ended: `read`, the code of its Fault, or what must never be. */
export interface Outcome {
  readonly end: string;
  /** A sentence where the reader failed: an error that is no Fault, or one that its net caught. */
  readonly failure: string | null;
  readonly elapsedMs: number;
}

const { signal } = new AbortController();

export async function outcomeOf(bytes: Buffer): Promise<Outcome> {
  const startedMs = performance.now();
  let end = 'read';
  let failure: string | null = null;
  try {
    await readApk([{ fileName: 'mutant.apk', bytes }], { signal });
  } catch (error) {
    if (!(error instanceof Fault)) failure = `threw ${error instanceof Error ? (error.stack ?? '') : String(error)}`;
    else if (error.detail.includes('cannot be read:')) {
      const cause = error.cause instanceof Error ? error.cause.stack : '';
      failure = `an error that is no Fault: ${error.detail} ${cause ?? ''}`;
    } else if (error.code === 'internal') failure = error.detail;
    end = error instanceof Fault ? error.code : 'threw';
  }
  return { end, failure, elapsedMs: performance.now() - startedMs };
}
