import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { CaptureRecord } from '../orchestrator/contract/capture.ts';
import { Fault, printable } from '../orchestrator/contract/fault.ts';

/** One line of capture.ndjson, from 1. */
export interface CaptureLine {
  readonly line: number;
  readonly record: CaptureRecord;
}

export interface ReadCapture {
  readonly records: readonly CaptureLine[];
  /** Lines of a record type that this version does not know. */
  readonly skippedLines: number;
  /** SHA-256 of the file as read. */
  readonly digest: string;
}

/** No recorder writes more; a file beyond it is not one of ours. */
const MOST_RECORDS = 2_000_000;
const MOST_LINE_BYTES = 1_048_576;

const KNOWN = new Set<string>(CaptureRecord.options.map((option) => option.shape.type.value));

/**
 * Reads capture.ndjson as a stream.
 *
 * @throws Fault `capture-malformed` naming file, line and what was expected; `file-unreadable` where it cannot be read.
 */
export async function readCaptureFile(path: string, signal: AbortSignal): Promise<ReadCapture> {
  const records: CaptureLine[] = [];
  let skippedLines = 0;
  const hash = createHash('sha256');
  for await (const { text, line } of linesOf(path, signal, hash)) {
    if (text.trim() === '') continue;
    const record = parseRecord(text, path, line);
    if (record === null) skippedLines += 1;
    else records.push({ line, record });
    if (records.length > MOST_RECORDS) throw malformed(path, line, `at most ${MOST_RECORDS} records`);
  }
  if (records.length === 0) throw malformed(path, 1, 'at least one record');
  return { records, skippedLines, digest: hash.digest('hex') };
}

/** Lines of a text file with their numbers; a line may end in CR LF, the last one in nothing. */
export async function* linesOf(
  path: string,
  signal: AbortSignal,
  hash?: { update(bytes: Buffer): unknown },
): AsyncGenerator<{ text: string; line: number }> {
  let line = 0;
  let rest: Buffer = Buffer.alloc(0);
  const decode = (bytes: Buffer): string => {
    if (bytes.length > MOST_LINE_BYTES) throw malformed(path, line, `a line of at most ${MOST_LINE_BYTES} bytes`);
    const text = bytes.toString('utf8').replace(/\r$/, '');
    return line === 1 ? text.replace(/^\ufeff/, '') : text;
  };
  for await (const chunk of chunksOf(path, signal)) {
    hash?.update(chunk);
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      line += 1;
      yield { text: decode(Buffer.concat([rest, chunk.subarray(from, end)])), line };
      rest = Buffer.alloc(0);
      from = end + 1;
    }
    rest = Buffer.concat([rest, chunk.subarray(from)]);
    if (rest.length > MOST_LINE_BYTES) {
      throw malformed(path, line + 1, `a line of at most ${MOST_LINE_BYTES} bytes`);
    }
  }
  if (rest.length > 0) {
    line += 1;
    yield { text: decode(rest), line };
  }
}

export function malformed(path: string, line: number, expected: string): Fault {
  return new Fault('capture-malformed', `${printable(path)}: line ${line}: expected ${expected}.`);
}

async function* chunksOf(path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  signal.throwIfAborted();
  try {
    for await (const chunk of createReadStream(path, { signal })) yield chunk as Buffer;
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof Fault) throw cause;
    throw new Fault('file-unreadable', `${printable(path)}: ${printable(String(cause))}`, { cause });
  }
}

/** null for a type that a later version may write: a reader skips what it does not know, and counts it. */
function parseRecord(text: string, path: string, line: number): CaptureRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed(path, line, `a JSON object, found ${printable(text.slice(0, 60))}`);
  }
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  if (typeof type !== 'string') throw malformed(path, line, "an object with a 'type'");
  if (!KNOWN.has(type)) return null;
  const parsed = CaptureRecord.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw malformed(
    path,
    line,
    `a ${type} record: ${issue?.path.join('.') ?? ''}: ${printable(issue?.message ?? 'not valid')}`,
  );
}
