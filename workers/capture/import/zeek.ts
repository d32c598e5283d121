import { isIP } from 'node:net';
import type { SessionRecord } from '../../../orchestrator/contract/capture.ts';
import { Fault, printable } from '../../../orchestrator/contract/fault.ts';
import { malformed } from '../../capture-reader.ts';
import { tidyHost } from '../host.ts';
import { burstEndMs, ConnectionLog, protocolOf } from './connection-log.ts';
import { countedAre } from './counted.ts';
import type { ImportedCapture } from './imported.ts';
import { eachLine } from './lines.ts';
import { listed, Tally } from './tally.ts';
import { SessionList } from './session-list.ts';
import type { Source } from './source.ts';
import { Unread } from './unread.ts';
import { readZeekJson } from './zeek-json.ts';
import type { ZeekRow } from './zeek-row.ts';
import { zeekTsvReader } from './zeek-tsv.ts';

export interface ZeekOptions {
  readonly packageName: string;
  /** Address of the device whose connections are judged, as Zeek writes it; may be left out where the log is of one. */
  readonly host?: string | undefined;
}

/**
 * Reads conn.log, TSV or JSON. The originator of a connection is the app's end; each originator is a device of its own,
 * and those of several are never judged together. Lines that cannot be read are counted, not fatal.
 *
 * @throws Fault `capture-ambiguous` naming the busiest originators, where there are several and none was chosen.
 */
export async function readZeek(source: Source, form: 'tsv' | 'json', options: ZeekOptions): Promise<ImportedCapture> {
  const { path } = source;
  const chosen = options.host ?? null;
  const read = form === 'tsv' ? zeekTsvReader() : readZeekJson;
  const list = new SessionList(path);
  const log = new ConnectionLog();
  const originators = new Tally();
  const otherLogs = new Tally();
  const unread = new Unread();

  const take = (row: ZeekRow, line: number): void => {
    if (row.proto !== 'tcp' && row.proto !== 'udp') {
      log.passedOver();
      return;
    }
    originators.add(row.originator);
    if (chosen !== null && row.originator !== chosen) return;
    // From the second device on the rows are only counted: nothing but the choice is left to say.
    if (chosen === null && originators.size > 1) {
      list.clear();
      return;
    }
    log.seen(row.startMs, row.endMs, row.upBytes !== null || row.downBytes !== null);
    list.add(line, sessionOf(row, row.proto, list));
  };

  await eachLine(source.chunks(), {
    line(text, line, bytes, ended) {
      const found = read(text, ended);
      if ('row' in found) take(found.row, line);
      else if ('wrong' in found) unread.add(`line ${line}`, found.wrong, bytes);
      else if ('otherLog' in found) otherLogs.add(found.otherLog);
    },
    tooLong: (line, bytes) => unread.add(`line ${line}`, 'it is too long', bytes),
  });
  if (chosen === null && originators.size > 1) throw ambiguous(path, originators);
  if (list.size === 0) throw nothingRead(path, { chosen, originators, otherLogs, unread });
  const device = chosen ?? originators.first()!;
  const end = await source.end();
  const others = originators.total - list.size;
  return {
    records: list.records(options, log.lastMs),
    skippedLines: unread.count,
    unreadBytes: unread.bytes + end.unreadBytes,
    notes: [
      ...unread.notes('line'),
      ...end.notes,
      ...log.notes(),
      `The connections are those that ${device} began; which app made them the log does not tell.`,
      ...(others > 0 ? [`${countedAre(others, 'connection')} of other devices, and left out.`] : []),
      ...(otherLogs.total > 0
        ? [`${countedAre(otherLogs.total, 'row')} of other logs (${listed(otherLogs)}), and left out.`]
        : []),
    ],
    digest: end.digest,
  };
}

function sessionOf(row: ZeekRow, transport: 'tcp' | 'udp', list: SessionList): SessionRecord {
  const name = row.serverName === null ? null : tidyHost(row.serverName);
  const session: SessionRecord = {
    type: 'session',
    startMs: row.startMs,
    endMs: burstEndMs(row.startMs, row.endMs),
    destination: list.destination(name ?? row.responder, row.port),
    protocol: protocolOf(row.service, transport),
    upBytes: row.upBytes ?? 0,
    downBytes: row.downBytes ?? 0,
    attribution: 'unknown',
    forced: false,
    address: list.text(row.responder),
  };
  if (row.wireUpBytes !== null) session.wireUpBytes = row.wireUpBytes;
  if (row.wireDownBytes !== null) session.wireDownBytes = row.wireDownBytes;
  if (name !== null && isIP(name) === 0) session.sni = list.text(name);
  return session;
}

function ambiguous(path: string, originators: Tally): Fault {
  const count = originators.size;
  return new Fault(
    'capture-ambiguous',
    `${printable(path)}: connections of ${originators.full ? `more than ${count}` : count} devices; choose one with --host: ${listed(originators)}.`,
  );
}

function nothingRead(
  path: string,
  seen: { chosen: string | null; originators: Tally; otherLogs: Tally; unread: Unread },
): Fault {
  if (seen.chosen !== null && seen.originators.size > 0) {
    return new Fault(
      'capture-ambiguous',
      `${printable(path)}: ${seen.chosen} began no connection; those who did: ${listed(seen.originators)}.`,
    );
  }
  if (seen.otherLogs.total > 0) return malformed(path, 1, `a Zeek conn.log, found rows of ${listed(seen.otherLogs)}`);
  const why = seen.unread.notes('line').join(' ');
  return malformed(path, 1, `at least one TCP or UDP connection${why === '' ? '' : `. ${why.replace(/\.$/, '')}`}`);
}
