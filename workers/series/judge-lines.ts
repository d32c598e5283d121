import { batchesOf } from './batches.ts';
import type { LineOptions } from './judge-line.ts';
import { openPool } from './pool.ts';
import type { JudgedBatch } from './thread-main.ts';

export interface JudgeLines extends LineOptions {
  /** Threads that judge; reading and writing go on beside them. */
  readonly threads: number;
  readonly signal: AbortSignal;
}

export interface LinesJudged {
  readonly lines: number;
  readonly unread: number;
  /** What was wrong with the first line that could not be read. */
  readonly firstUnread: string | null;
}

/** Batches under way for each thread: one that it works on and one that lies ready. */
const AHEAD = 2;

/**
 * NDJSON of series in, NDJSON of cadences out, a line for a line, in order and as soon as it is judged. What is held at
 * any time are `2 × threads` batches; the input is read no faster than `write` takes the output.
 */
export async function judgeLines(
  input: AsyncIterable<Uint8Array>,
  write: (lines: Uint8Array) => Promise<void>,
  options: JudgeLines,
): Promise<LinesJudged> {
  const { threads, signal, tunables, windowSeconds, evidence } = options;
  await using pool = openPool(threads, { tunables, windowSeconds, evidence });
  const total = { lines: 0, unread: 0, firstUnread: null as string | null };
  const take = async (judged: JudgedBatch): Promise<void> => {
    total.lines += judged.lines;
    total.unread += judged.unread;
    total.firstUnread ??= judged.firstUnread;
    if (judged.bytes.length > 0) await write(judged.bytes);
  };
  const underWay: Promise<void>[] = [];
  let last: Promise<void> = Promise.resolve();
  for await (const batch of batchesOf(input)) {
    signal.throwIfAborted();
    const before = last;
    const judging = pool.judge(batch);
    last = Promise.all([judging, before]).then(([judged]) => take(judged));
    last.catch(() => undefined); // it is awaited below, and may fail before that
    underWay.push(last);
    if (underWay.length >= threads * AHEAD) await underWay.shift();
  }
  await last;
  signal.throwIfAborted();
  return total;
}
