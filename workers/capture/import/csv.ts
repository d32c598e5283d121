import type { PhaseName } from '../../../orchestrator/contract/capture.ts';
import { Fault, printable } from '../../../orchestrator/contract/fault.ts';
import { malformed, skippedWords, type CaptureLine } from '../../capture-reader.ts';
import { csvFields } from './csv-fields.ts';
import { csvRowReader, CSV_NEEDED, CSV_OPTIONAL } from './csv-row.ts';
import { READ_FORMATS } from './format.ts';
import type { ImportedCapture } from './imported.ts';
import { eachLine, MOST_LINE_BYTES } from './lines.ts';
import { SessionList } from './session-list.ts';
import type { Source } from './source.ts';

/**
 * Plain CSV: header `t,destination,up,down`, seconds and bytes, optionally `end,port,protocol,phase,uid`, in any order.
 * Columns of other names are ignored and named in `notes`. A table of several uids, of which none is chosen, says so in
 * `notes`. It is the one format of which nothing is passed over: people write it, and can mend it.
 *
 * @throws Fault `capture-malformed` naming file, line and what was expected; `usage` for a uid that no row has.
 */
export async function readCsv(
  source: Source,
  options: { readonly packageName: string; readonly uid?: number | undefined },
): Promise<ImportedCapture> {
  const { path } = source;
  const notes: string[] = [];
  const list = new SessionList(path);
  const phases = new Map<number, PhaseName>();
  const uids = new Set<number>();
  let header: readonly string[] = [];
  let read: ReturnType<typeof csvRowReader> | null = null;
  let skippedLines = 0;
  await eachLine(source.chunks(), {
    line(text, line) {
      if (text.trim() === '') return;
      if (text.startsWith('#')) {
        skippedLines += 1;
        return;
      }
      const fields = csvFields(text);
      if (fields === null) throw malformed(path, line, 'a closing quote');
      if (read === null) {
        header = headerOf(fields, path, line);
        read = csvRowReader(new Map(header.map((name, index) => [name, index])), list, path);
        notes.push(...strangers(header));
        return;
      }
      if (fields.length !== header.length) {
        throw malformed(path, line, `${header.length} fields as in the header, found ${fields.length}`);
      }
      const { session, phase } = read(fields, line);
      list.add(line, session);
      if (phase !== null) phases.set(line, phase);
      if (session.uid !== undefined) uids.add(session.uid);
    },
    tooLong(line) {
      throw malformed(path, line, `a line of at most ${MOST_LINE_BYTES} bytes`);
    },
  });
  if (header.length === 0) throw malformed(path, 1, `the header ${CSV_NEEDED.join(',')}`);
  if (list.size === 0) throw malformed(path, 2, 'at least one row below the header');
  if (options.uid !== undefined && !uids.has(options.uid)) throw noSuchUid(path, options.uid, uids);
  if (options.uid === undefined && uids.size > 1) {
    notes.push(`Rows of ${uids.size} uids are judged together, as if they were of one app.`);
  }
  const records = list.records(options);
  const start = records[0]!.record;
  if (start.type === 'start' && start.startedAt !== undefined) {
    notes.push('Times are taken as seconds since 1970 and counted from the first row.');
  }
  const end = await source.end();
  notes.push(...end.notes, ...skippedWords(skippedLines));
  return {
    records: withPhases(records, phases),
    skippedLines,
    unreadBytes: end.unreadBytes,
    notes,
    digest: end.digest,
  };
}

/** Each change of the phase column as a record of its own before the row that shows it. */
function withPhases(records: CaptureLine[], phases: ReadonlyMap<number, PhaseName>): CaptureLine[] {
  if (phases.size === 0) return records;
  let current: PhaseName | undefined;
  return records.flatMap((here): CaptureLine[] => {
    const phase = here.record.type === 'session' ? phases.get(here.line) : undefined;
    if (here.record.type !== 'session' || phase === undefined || phase === current) return [here];
    current = phase;
    return [{ line: here.line, record: { type: 'phase', atMs: here.record.startMs, phase } }, here];
  });
}

function headerOf(fields: readonly string[], path: string, line: number): readonly string[] {
  const names = fields.map((field) => field.trim().toLowerCase());
  const missing = CSV_NEEDED.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    const found = `found '${printable(fields.join(','), 60)}'`;
    const read = missing.length < CSV_NEEDED.length ? '' : ` (read are ${READ_FORMATS})`;
    throw malformed(path, line, `a header with ${missing.join(', ')}, ${found}${read}`);
  }
  if (new Set(names).size !== names.length) throw malformed(path, line, 'each column once');
  return names;
}

function strangers(header: readonly string[]): string[] {
  const strange = header.filter(
    (name) => ![...CSV_NEEDED, ...CSV_OPTIONAL].includes(name as (typeof CSV_NEEDED)[number]),
  );
  if (strange.length === 0) return [];
  return [`Columns not understood and ignored: ${strange.map((name) => printable(name, 40)).join(', ')}.`];
}

function noSuchUid(path: string, uid: number, uids: ReadonlySet<number>): Fault {
  const known = [...uids].slice(0, 5).join(', ');
  const has =
    uids.size === 0 ? 'its rows name no uid' : `its rows are of ${known}${uids.size > 5 ? ' and others' : ''}`;
  return new Fault('usage', `${printable(path)}: --uid ${uid}: ${has}.`);
}
