import { isIP } from 'node:net';
import type { SessionRecord } from '../../../orchestrator/contract/capture.ts';
import { Fault, printable } from '../../../orchestrator/contract/fault.ts';
import { malformed } from '../../capture-reader.ts';
import { ConnectionLog } from './connection-log.ts';
import { counted } from './counted.ts';
import type { ImportedCapture } from './imported.ts';
import { eachLine } from './lines.ts';
import { pcapdroidColumns, pcapdroidRow, type PcapdroidRow } from './pcapdroid-row.ts';
import { SessionList } from './session-list.ts';
import type { Source } from './source.ts';
import { listed, Tally } from './tally.ts';
import { Unread } from './unread.ts';

export interface PcapdroidOptions {
  readonly packageName: string;
  /** The app's uid; may be left out where all rows are of one app. */
  readonly uid?: number | undefined;
}

/**
 * Reads the list of connections that PCAPdroid saves as CSV. Rows of other uids than the app's are kept as foreign, rows
 * whose app PCAPdroid could not tell as unattributed. Rows that cannot be read are counted, not fatal.
 *
 * @throws Fault `capture-ambiguous` naming the busiest apps, where there are several and none was chosen.
 */
export async function readPcapdroidCsv(source: Source, options: PcapdroidOptions): Promise<ImportedCapture> {
  const { path } = source;
  const list = new SessionList(path);
  const log = new ConnectionLog();
  const apps = new Tally();
  const uids = new Map<number, string>();
  const unread = new Unread();
  let columns: ReturnType<typeof pcapdroidColumns> | null = null;
  let unattributed = 0;

  const take = (row: PcapdroidRow, line: number): void => {
    if (row.transport === null) {
      log.passedOver();
      return;
    }
    if (row.uid === null) unattributed += 1;
    else {
      apps.add(`${row.uid} ${row.app}`.trimEnd());
      if (!uids.has(row.uid)) uids.set(row.uid, list.text(row.app));
    }
    log.seen(row.startMs, row.lastMs, true);
    list.add(line, sessionOf(row, list));
  };

  await eachLine(source.chunks(), {
    line(text, line, bytes, ended) {
      if (text.trim() === '') return;
      if (columns === null) {
        columns = pcapdroidColumns(text);
        return;
      }
      // Where two exports were put together, the header comes again.
      if (text.toLowerCase().startsWith('ipproto,')) {
        columns = pcapdroidColumns(text);
        return;
      }
      const row = pcapdroidRow(columns, text, ended);
      if (typeof row === 'string') unread.add(`line ${line}`, row, bytes);
      else take(row, line);
    },
    tooLong: (line, bytes) => unread.add(`line ${line}`, 'it is too long', bytes),
  });
  if (list.size === 0) {
    const why = unread.notes('line').join(' ').replace(/\.$/, '');
    throw malformed(path, 2, `at least one TCP or UDP connection${why === '' ? '' : `. ${why}`}`);
  }
  const uid = chosenUid(path, options, uids, apps);
  const end = await source.end();
  const notes = [...unread.notes('line'), ...end.notes, ...log.notes()];
  notes.push("Sizes are PCAPdroid's packet sizes less the least headers of IP, TCP and UDP.");
  if (uid !== null && uids.size > 1) {
    notes.push(`Connections of ${counted(uids.size - 1, 'uid')} beside ${uid} are in the capture, as foreign ones.`);
  }
  if (unattributed > 0) notes.push(`For ${counted(unattributed, 'connection')} PCAPdroid could not tell the app.`);
  return {
    records: list.records({ packageName: options.packageName, uid: uid ?? undefined }, log.lastMs),
    skippedLines: unread.count,
    unreadBytes: unread.bytes + end.unreadBytes,
    notes,
    digest: end.digest,
  };
}

/** The given uid, or the only one, or that of the app whose label is the package name; null where no row has one. */
function chosenUid(
  path: string,
  options: PcapdroidOptions,
  uids: ReadonlyMap<number, string>,
  apps: Tally,
): number | null {
  const { uid } = options;
  if (uid !== undefined) {
    if (uids.has(uid)) return uid;
    const who = uids.size === 0 ? 'the capture names no uid' : `the busiest uids are ${listed(apps)}`;
    throw new Fault('capture-ambiguous', `${printable(path)}: no connection is of uid ${uid}; ${who}.`);
  }
  if (uids.size === 0) return null;
  const named = [...uids].filter(([, app]) => uids.size === 1 || app === options.packageName);
  if (named.length === 1) return named[0]![0];
  throw new Fault(
    'capture-ambiguous',
    `${printable(path)}: connections of ${uids.size} uids; choose one with --uid: ${listed(apps)}.`,
  );
}

function sessionOf(row: PcapdroidRow, list: SessionList): SessionRecord {
  const session: SessionRecord = {
    type: 'session',
    startMs: row.startMs,
    endMs: row.endMs,
    destination: list.destination(row.host ?? row.address, row.port),
    protocol: row.protocol,
    upBytes: row.upBytes,
    downBytes: row.downBytes,
    attribution: row.uid === null ? 'unknown' : 'certain',
    forced: false,
    address: list.text(row.address),
    wireUpBytes: row.wireUpBytes,
    wireDownBytes: row.wireDownBytes,
  };
  if (row.uid !== null) session.uid = row.uid;
  if (row.host !== null && isIP(row.host) === 0 && (row.protocol === 'tls' || row.protocol === 'quic')) {
    session.sni = list.text(row.host);
  }
  return session;
}
