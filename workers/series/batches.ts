/** Whole lines of an input, still as bytes, with the number of the first. */
export interface Batch {
  readonly bytes: Uint8Array;
  /** From 1. */
  readonly firstLine: number;
  /** True where the line was longer than allowed, and `bytes` holds none of it. */
  readonly tooLong: boolean;
}

const NEWLINE = 10;
/** 100,000 sessions with both sizes take about 3 MB. */
export const MOST_LINE_BYTES = 64 * 1024 * 1024;

/**
 * Cuts an input at its line ends: one batch for each chunk that ends a line, so that what has arrived is judged at once.
 * A line longer than `mostLineBytes` is passed over without being kept, and has a batch of its own that says so.
 */
export async function* batchesOf(
  chunks: AsyncIterable<Uint8Array>,
  mostLineBytes = MOST_LINE_BYTES,
): AsyncGenerator<Batch> {
  let line = 1;
  let begun: Uint8Array[] = [];
  let begunBytes = 0;
  let overflowing = false;
  for await (const chunk of chunks) {
    let rest = chunk;
    if (overflowing || begunBytes > 0) {
      // The line that an earlier chunk began.
      const end = rest.indexOf(NEWLINE);
      const part = end < 0 ? rest : rest.subarray(0, end + 1);
      begunBytes += part.length;
      if (begunBytes > mostLineBytes) {
        overflowing = true;
        begun = [];
      } else begun.push(Uint8Array.from(part));
      if (end < 0) continue;
      yield overflowing
        ? { bytes: new Uint8Array(), firstLine: line, tooLong: true }
        : { bytes: joined(begun, begunBytes), firstLine: line, tooLong: false };
      line += 1;
      begun = [];
      begunBytes = 0;
      overflowing = false;
      rest = rest.subarray(end + 1);
    }
    const end = rest.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      yield { bytes: Uint8Array.from(rest.subarray(0, end)), firstLine: line, tooLong: false };
      line += linesIn(rest, end);
    }
    if (end < rest.length) {
      begun = [Uint8Array.from(rest.subarray(end))];
      begunBytes = rest.length - end;
    }
  }
  if (overflowing) yield { bytes: new Uint8Array(), firstLine: line, tooLong: true };
  else if (begunBytes > 0) yield { bytes: joined(begun, begunBytes), firstLine: line, tooLong: false };
}

function linesIn(bytes: Uint8Array, end: number): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0 && at < end; at = bytes.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
