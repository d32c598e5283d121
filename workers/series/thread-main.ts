import { parentPort, workerData } from 'node:worker_threads';
import { MOST_LINE_BYTES, type Batch } from './batches.ts';
import { judgeLine, unreadTooLong, type LineOptions } from './judge-line.ts';

/** The answer to one batch: as many lines as it had, in the same order. */
export interface JudgedBatch {
  readonly bytes: Uint8Array;
  readonly lines: number;
  readonly unread: number;
  /** What was wrong with the first line that could not be read. */
  readonly firstUnread: string | null;
}

const options = workerData as LineOptions;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

function judge({ bytes, firstLine, tooLong }: Batch): JudgedBatch {
  const results = tooLong
    ? [unreadTooLong(firstLine, MOST_LINE_BYTES)]
    : decoder
        .decode(bytes)
        .split('\n')
        .flatMap((text, index) => (text.trim() === '' ? [] : [judgeLine(text, firstLine + index, options)]));
  const unread = results.filter((one) => 'error' in one);
  return {
    bytes: encoder.encode(results.map((one) => `${JSON.stringify(one)}\n`).join('')),
    lines: results.length,
    unread: unread.length,
    firstUnread: unread[0]?.error.detail ?? null,
  };
}

parentPort?.on('message', (batch: Batch) => {
  const judged = judge(batch);
  parentPort?.postMessage(judged, [judged.bytes.buffer as ArrayBuffer]);
});
