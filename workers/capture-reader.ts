import { CaptureRecord } from '../orchestrator/contract/capture.ts';
import { Fault, printable } from '../orchestrator/contract/fault.ts';
import { eachLine, MOST_LINE_BYTES } from './capture/import/lines.ts';
import { openSource, type Source } from './capture/import/source.ts';

/** One line of capture.ndjson, from 1. */
export interface CaptureLine {
  readonly line: number;
  readonly record: CaptureRecord;
}

export interface ReadCapture {
  readonly records: readonly CaptureLine[];
  /** Lines of a record type that this version does not know. */
  readonly skippedLines: number;
  readonly unreadBytes: number;
  /** Sentences on what was left out. */
  readonly notes: readonly string[];
  /** SHA-256 of the file as read. */
  readonly digest: string;
}

/** The most that is judged at once, in any format: some 0.5 GB of memory as read, and 2 GB while it is judged. */
export const MOST_RECORDS = 2_000_000;

const KNOWN = new Set<string>(CaptureRecord.options.map((option) => option.shape.type.value));

/**
 * Reads capture.ndjson as a stream.
 *
 * @throws Fault `capture-malformed` naming file, line and what was expected; `file-unreadable` where it cannot be read.
 */
export async function readCaptureFile(path: string, signal: AbortSignal): Promise<ReadCapture> {
  await using source = await openSource(path, { signal });
  return await readRecords(source);
}

/** The same from a file that is open already. */
export async function readRecords(source: Source): Promise<ReadCapture> {
  const { path } = source;
  const records: CaptureLine[] = [];
  const cut: string[] = [];
  let skippedLines = 0;
  let cutBytes = 0;
  await eachLine(source.chunks(), {
    line(text, line, bytes, ended) {
      if (text.trim() === '') return;
      // A recorder that was killed leaves half a line behind; what it wrote before is whole.
      if (!ended && records.length > 0 && !isJson(text)) {
        cutBytes = bytes;
        cut.push(`The capture ends in the middle of line ${line}: ${bytes} bytes of it could not be read.`);
        return;
      }
      const record = parseRecord(text, path, line);
      if (record === null) skippedLines += 1;
      else if (records.length < MOST_RECORDS) records.push({ line, record });
      else throw new Fault('capture-too-large', `${printable(path)}: more than ${MOST_RECORDS} records.`);
    },
    tooLong(line) {
      throw malformed(path, line, `a line of at most ${MOST_LINE_BYTES} bytes`);
    },
  });
  if (records.length === 0) throw malformed(path, 1, 'at least one record');
  const { digest, unreadBytes, notes } = await source.end();
  return {
    records,
    skippedLines,
    unreadBytes: unreadBytes + cutBytes,
    notes: [...cut, ...notes, ...skippedWords(skippedLines)],
    digest,
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // the answer itself
  }
}

/** The sentence on lines that were passed over by design; none for none. */
export function skippedWords(count: number): string[] {
  if (count === 0) return [];
  const lines = count === 1 ? '1 line of the capture is' : `${count} lines of the capture are`;
  return [`${lines} of a kind that is not known here, and left out.`];
}

export function malformed(path: string, line: number, expected: string): Fault {
  return new Fault('capture-malformed', `${printable(path)}: line ${line}: expected ${expected}.`);
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
