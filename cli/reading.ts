import { basename } from 'node:path';
import { printable } from '../orchestrator/contract/fault.ts';
import type { Terminal } from './terminal.ts';

/** A file below this is read before a person could look. */
const SHOWN_FROM_BYTES = 32 * 1_048_576;
const STEP_MS = 100;

/** A line on stderr that says how far the reading of a large file has come; on a terminal only, and wiped at the end. */
export function readingView(
  { err }: Terminal,
  path: string,
  now: () => number = Date.now,
): { readonly show: (readBytes: number, totalBytes: number) => void; readonly end: () => void } {
  let shownAtMs = -Infinity;
  let drawn = false;
  const name = printable(basename(path), 40);
  return {
    show(readBytes, totalBytes) {
      if (err.isTTY !== true || totalBytes < SHOWN_FROM_BYTES || now() - shownAtMs < STEP_MS) return;
      shownAtMs = now();
      drawn = true;
      const percent = Math.floor((100 * readBytes) / totalBytes);
      err.write(`\r\u001b[Kreading ${name}: ${percent} % of ${Math.round(totalBytes / 1_048_576)} MiB`);
    },
    end() {
      if (drawn) err.write('\r\u001b[K');
      drawn = false;
    },
  };
}
