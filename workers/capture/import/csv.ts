import { z } from 'zod';
import { PhaseName, Protocol, type CaptureRecord, type SessionRecord } from '../../../orchestrator/contract/capture.ts';
import { printable } from '../../../orchestrator/contract/fault.ts';
import { malformed, type CaptureLine } from '../../capture-reader.ts';

export interface ImportedCsv {
  readonly records: readonly CaptureLine[];
  readonly skippedLines: number;
  readonly notes: readonly string[];
}

interface Row {
  readonly line: number;
  readonly session: SessionRecord;
  readonly phase: PhaseName | null;
}

const MOST_ROWS = 2_000_000;
/** A table that begins later than this (three years) counts its seconds from 1970, not from its own beginning. */
const EPOCH_MS = 1e11;

const NEEDED = ['t', 'destination', 'up', 'down'] as const;
const OPTIONAL = ['end', 'port', 'protocol', 'phase', 'uid'] as const;
type Column = (typeof NEEDED)[number] | (typeof OPTIONAL)[number];

const seconds = z.coerce.number().min(0).max(1e11);
const whole = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const EXPECTED: Record<Exclude<Column, 'destination'>, { readonly schema: z.ZodType; readonly words: string }> = {
  t: { schema: seconds, words: 'seconds, 0 or more' },
  end: { schema: seconds, words: 'seconds, 0 or more' },
  up: { schema: whole, words: 'whole bytes' },
  down: { schema: whole, words: 'whole bytes' },
  uid: { schema: whole, words: 'a whole number' },
  port: { schema: z.coerce.number().int().min(0).max(65535), words: 'a port, 0 to 65535' },
  protocol: { schema: Protocol, words: `one of ${Protocol.options.join(', ')}` },
  phase: { schema: PhaseName, words: `one of ${PhaseName.options.join(', ')}` },
};

/**
 * Plain CSV: header `t,destination,up,down`, seconds and bytes, optionally `end,port,protocol,phase,uid`, in any order.
 * Columns of other names are ignored and named in `notes`. A table of several uids says so in `notes`.
 *
 * @throws Fault `capture-malformed` naming file, line and what was expected.
 */
export async function readCsv(
  lines: AsyncIterable<{ text: string; line: number }>,
  path: string,
  packageName: string,
): Promise<ImportedCsv> {
  const notes: string[] = [];
  let columns: readonly string[] | null = null;
  let skippedLines = 0;
  const rows: Row[] = [];
  for await (const { text, line } of lines) {
    if (text.trim() === '') continue;
    if (text.startsWith('#')) {
      skippedLines += 1;
      continue;
    }
    const fields = splitFields(text, path, line);
    if (columns === null) {
      columns = headerOf(fields, path, line);
      const strange = columns.filter((name) => ![...NEEDED, ...OPTIONAL].includes(name as Column));
      if (strange.length > 0)
        notes.push(`Columns not understood and ignored: ${strange.map((name) => printable(name, 40)).join(', ')}.`);
      continue;
    }
    if (fields.length !== columns.length) {
      throw malformed(path, line, `${columns.length} fields as in the header, found ${fields.length}`);
    }
    rows.push({ line, ...rowOf(columns, fields, path, line) });
    if (rows.length > MOST_ROWS) throw malformed(path, line, `at most ${MOST_ROWS} rows`);
  }
  if (columns === null) throw malformed(path, 1, `the header ${NEEDED.join(',')}`);
  if (rows.length === 0) throw malformed(path, 2, 'at least one row below the header');
  const uids = new Set(rows.flatMap(({ session }) => session.uid ?? []));
  if (uids.size > 1) notes.push(`Rows of ${uids.size} uids are judged together, as if they were of one app.`);
  const { shifted, note } = sinceFirst(rows);
  const lastMs = shifted.reduce((ms, { session }) => Math.max(ms, session.endMs), 0);
  const start: CaptureRecord = { type: 'start', package: packageName, windowMs: lastMs, device: { kind: 'unknown' } };
  const end: CaptureRecord = { type: 'end', atMs: lastMs };
  const ends = { line: shifted.at(-1)!.line, record: end };
  return {
    records: [{ line: 1, record: start }, ...withPhases(shifted), ends],
    skippedLines,
    notes: [...notes, ...note],
  };
}

/** Rows in order of time. Seconds since 1970 become seconds since the first row, and a note says so. */
function sinceFirst(rows: readonly Row[]): { shifted: readonly Row[]; note: string[] } {
  const sorted = [...rows].sort((a, b) => a.session.startMs - b.session.startMs || a.line - b.line);
  const first = sorted[0]!.session.startMs;
  if (first < EPOCH_MS) return { shifted: sorted, note: [] };
  const shifted = sorted.map((row) => {
    const { startMs, endMs } = row.session;
    return { ...row, session: { ...row.session, startMs: startMs - first, endMs: endMs - first } };
  });
  return { shifted, note: ['Times are taken as seconds since 1970 and counted from the first row.'] };
}

/** Sessions in order, each change of the phase column as a record of its own before the row that shows it. */
function withPhases(rows: readonly Row[]): CaptureLine[] {
  let current: PhaseName | null = null;
  return rows.flatMap(({ line, session, phase }) => {
    const here: CaptureLine = { line, record: session };
    if (phase === null || phase === current) return [here];
    current = phase;
    return [{ line, record: { type: 'phase', atMs: session.startMs, phase } }, here];
  });
}

function headerOf(fields: readonly string[], path: string, line: number): readonly string[] {
  const names = fields.map((field) => field.trim().toLowerCase());
  const missing = NEEDED.filter((name) => !names.includes(name));
  if (missing.length > 0) throw malformed(path, line, `a header with ${missing.join(', ')}`);
  if (new Set(names).size !== names.length) throw malformed(path, line, 'each column once');
  return names;
}

function rowOf(columns: readonly string[], fields: readonly string[], path: string, line: number): Omit<Row, 'line'> {
  const text = (name: Column): string => fields[columns.indexOf(name)]?.trim() ?? '';
  const value = (name: Exclude<Column, 'destination'>): unknown => {
    const raw = text(name);
    if (raw === '' && (OPTIONAL as readonly string[]).includes(name)) return null;
    const parsed = raw === '' ? { success: false as const } : EXPECTED[name].schema.safeParse(raw);
    if (parsed.success) return parsed.data;
    throw malformed(path, line, `${name}: ${EXPECTED[name].words}, found '${printable(raw, 60)}'`);
  };
  const startMs = Math.round((value('t') as number) * 1000);
  const endMs = Math.round(((value('end') as number | null) ?? startMs / 1000) * 1000);
  if (endMs < startMs) throw malformed(path, line, 'end: not before t');
  const port = value('port') as number | null;
  const uid = value('uid') as number | null;
  const session: SessionRecord = {
    type: 'session',
    startMs,
    endMs,
    destination: destinationOf(text('destination'), port, path, line),
    protocol: (value('protocol') as SessionRecord['protocol'] | null) ?? 'tcp',
    upBytes: value('up') as number,
    downBytes: value('down') as number,
    // A table names no process: that the rows are the app's is the word of whoever made it.
    attribution: 'likely',
    forced: false,
    ...(uid === null ? {} : { uid }),
  };
  return { session, phase: value('phase') as PhaseName | null };
}

/** `host`, `host:port` or `[v6]:port`; a port column goes before. Without either the port is 443. */
function destinationOf(text: string, port: number | null, path: string, line: number): SessionRecord['destination'] {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text);
  const bare = match === null && /^[0-9a-fA-F:.]+$/.test(text) ? text : null;
  const host = bare ?? match?.[1] ?? match?.[2];
  const given = Number(match?.[3] ?? 443);
  if (host === undefined || host.length > 1024 || given > 65535) {
    throw malformed(path, line, `destination: a host name or address, found '${printable(text, 60)}'`);
  }
  return { host, port: port ?? given };
}

/** Fields of one line by RFC 4180: quotes may hold commas, and doubled quotes one quote. */
function splitFields(text: string, path: string, line: number): string[] {
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (quoted && char === '"' && text[i + 1] === '"') {
      field += '"';
      i += 1;
    } else if (char === '"') quoted = !quoted;
    else if (char === ',' && !quoted) {
      fields.push(field);
      field = '';
    } else field += char;
  }
  if (quoted) throw malformed(path, line, 'a closing quote');
  return [...fields, field];
}
