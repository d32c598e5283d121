import type { SessionRecord } from '../../../orchestrator/contract/capture.ts';
import { malformed } from '../../capture-reader.ts';
import { counted, countedAre } from './counted.ts';
import { HAR_ENTRY, harEntry, type HarEntry } from './har-entry.ts';
import type { ImportedCapture } from './imported.ts';
import { JsonPicker, type PickedElement, type Wanted } from './json-pick.ts';
import { SessionList } from './session-list.ts';
import type { Source } from './source.ts';
import { Tally } from './tally.ts';
import { Unread } from './unread.ts';

const HAR: Wanted = {
  kind: 'object',
  fields: { log: { kind: 'object', fields: { entries: { kind: 'list', of: HAR_ENTRY } } } },
};

const LONGEST_ID = 64;

/**
 * Reads a HAR, entry by entry: bodies are passed over and never kept. `line` of a record is the number of its entry,
 * from 1. Entries that are not valid are counted, a file that is cut gives the entries before the cut.
 */
export async function readHar(source: Source, options: { readonly packageName: string }): Promise<ImportedCapture> {
  const { path } = source;
  const list = new SessionList(path);
  const unread = new Unread();
  const noise = new Tally();
  const connections = new Map<string, number>();
  let sizesGuessed = 0;
  let unzoned = 0;
  let totalBytes = 0;

  const take = ({ value, index, bytes }: PickedElement): void => {
    const found = harEntry(value);
    if ('wrong' in found) unread.add(`entry ${index}`, found.wrong, bytes);
    else if ('noise' in found) noise.add(found.noise);
    else {
      list.add(index, sessionOf(found.entry, list, connections));
      if (found.entry.sizeGuessed) sizesGuessed += 1;
      if (!found.entry.zoned) unzoned += 1;
    }
  };

  const picker = new JsonPicker(HAR, take);
  for await (const chunk of source.chunks()) {
    totalBytes += chunk.length;
    if (picker.damage === null) picker.write(chunk);
  }
  const end = await source.end();
  const notes = [...unread.notes('entry', 'entries')];
  let unreadBytes = unread.bytes + end.unreadBytes;
  const { damage } = picker;
  if (damage !== null || !picker.done) {
    const lostBytes = totalBytes - picker.usedBytes;
    unreadBytes += lostBytes;
    const where = damage === null ? 'ends' : 'is damaged';
    const why = damage === null ? '' : ` (byte ${damage.atByte}: ${damage.why})`;
    const after = list.size + noise.total + unread.count;
    notes.push(`The HAR ${where} after entry ${after}${why}: ${lostBytes} bytes behind it could not be read.`);
  }
  if (list.size === 0) {
    throw malformed(path, 1, `at least one HTTP entry. ${notes.join(' ')}`.replace(/[.\s]+$/, ''));
  }
  notes.push(...end.notes);
  for (const [why, count] of noise.ranked()) {
    notes.push(`${countedAre(count, 'entry', 'entries')} ${why}, and left out.`);
  }
  if (sizesGuessed > 0) {
    notes.push(
      `For ${counted(sizesGuessed, 'entry', 'entries')} the HAR leaves sizes unknown: headers are counted as written out, content as unpacked.`,
    );
  }
  if (unzoned > 0) notes.push(`${counted(unzoned, 'entry is', 'entries are')} without a time zone: taken as UTC.`);
  return { records: list.records(options), skippedLines: unread.count, unreadBytes, notes, digest: end.digest };
}

function sessionOf(entry: HarEntry, list: SessionList, connections: Map<string, number>): SessionRecord {
  const session: SessionRecord = {
    type: 'session',
    startMs: entry.startMs,
    endMs: entry.endMs,
    destination: list.destination(entry.host, entry.port),
    protocol: entry.protocol,
    upBytes: entry.upBytes,
    downBytes: entry.downBytes,
    // A HAR names no process: that the exchanges are the app's is the word of whoever made it.
    attribution: 'likely',
    forced: false,
    path: list.text(entry.path),
  };
  if (entry.method !== null) session.method = list.text(entry.method);
  if (entry.status !== null) session.status = entry.status;
  if (entry.address !== null) session.address = list.text(entry.address);
  if (entry.connection !== null)
    session.connection = numberOf(list.text(entry.connection.slice(0, LONGEST_ID)), connections);
  return session;
}

/** The standard has a connection's id as any text: here it is the number of the connection in order of its first entry. */
function numberOf(connection: string, connections: Map<string, number>): number {
  let number = connections.get(connection);
  if (number === undefined) {
    number = connections.size + 1;
    connections.set(connection, number);
  }
  return number;
}
