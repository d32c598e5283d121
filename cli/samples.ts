import { basename } from 'node:path';
import { mustBeFile } from './submit.ts';
import type { Sample } from './vetting.ts';

/** Each file a sample of its own. */
export async function groupSamples(paths: readonly string[], signal: AbortSignal): Promise<Sample[]> {
  for (const path of paths) await mustBeFile(path);
  signal.throwIfAborted();
  return paths.map((path) => ({ name: basename(path), paths: [path] }));
}
