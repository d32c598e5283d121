import { Fault, printable } from '../../../orchestrator/contract/fault.ts';
import { malformed, readRecords } from '../../capture-reader.ts';
import { readCsv } from './csv.ts';
import { deviceAddress } from './address.ts';
import { formatOf, READ_FORMATS, type Format } from './format.ts';
import { readHar } from './har.ts';
import type { ImportedCapture } from './imported.ts';
import { readPackets } from './packets/read-packets.ts';
import { readPcapdroidCsv } from './pcapdroid-csv.ts';
import { openSource, type Source } from './source.ts';
import { readZeek } from './zeek.ts';

export interface ReadOptions {
  /** Package name of the app, where the caller knows it: most captures do not name it. */
  readonly packageName?: string | null | undefined;
  /** Address of the device whose connections are judged, where a log holds those of several. */
  readonly host?: string | undefined;
  /** The app's uid, where a capture holds the traffic of several. */
  readonly uid?: number | undefined;
  readonly signal: AbortSignal;
  /** Called as the file is read, in bytes of the file. */
  readonly progress?: ((readBytes: number, totalBytes: number) => void) | undefined;
}

export interface ReadFile extends ImportedCapture {
  readonly format: Format;
}

/** Which choices a format offers: in the others they would be passed over in silence. */
const OFFERS_HOST: ReadonlySet<Format> = new Set(['packets', 'zeek-tsv', 'zeek-json']);
const OFFERS_UID: ReadonlySet<Format> = new Set(['packets', 'pcapdroid-csv', 'csv']);

/**
 * Reads a recorded capture, whatever its format, told by what it holds and never by its name. Formats of text are also
 * read from gzip. A damaged or cut file gives what can be read; how much could not is in `skippedLines`, `unreadBytes`
 * and `notes`.
 *
 * @throws Fault `capture-malformed` naming file, line and what was expected; `file-unreadable`; `capture-ambiguous` where
 *   it holds several devices or apps; `capture-too-large`; `usage` for a choice that the format does not offer.
 */
export async function readCapture(path: string, options: ReadOptions): Promise<ReadFile> {
  await using source = await openSource(path, options);
  if (source.head.length === 0) {
    throw malformed(
      path,
      1,
      source.packed ? 'a capture, found no data in the gzip file' : 'a capture, found an empty file',
    );
  }
  const told = formatOf(source.head);
  if ('other' in told) throw malformed(path, 1, `a capture, found ${told.other}; read are ${READ_FORMATS}`);
  const { format } = told;
  if (options.host !== undefined && !OFFERS_HOST.has(format)) {
    throw new Fault(
      'usage',
      `--host chooses a device of a Zeek log or of packets; ${printable(path)} is ${WORDS[format]}.`,
    );
  }
  if (options.uid !== undefined && !OFFERS_UID.has(format)) {
    throw new Fault('usage', `--uid chooses an app of a capture with uids; ${printable(path)} is ${WORDS[format]}.`);
  }
  return { format, ...(await readAs(format, source, options)) };
}

async function readAs(format: Format, source: Source, options: ReadOptions): Promise<ImportedCapture> {
  const { uid, signal, progress } = options;
  const host = options.host === undefined ? undefined : deviceAddress(options.host);
  const packageName = options.packageName ?? 'unknown';
  switch (format) {
    case 'packets':
      if (source.packed) {
        throw malformed(
          source.path,
          1,
          `packets as they are, found ${WORDS[format]} as gzip: unpack it first (gzip -d)`,
        );
      }
      return onlyWith(
        await readPackets(source.path, {
          packageName,
          signal,
          ...(host === undefined ? {} : { host }),
          ...(uid === undefined ? {} : { uid }),
          ...(progress === undefined ? {} : { progress }),
        }),
        source.path,
        host,
      );
    case 'capture.ndjson':
      return readRecords(source);
    case 'har':
      return readHar(source, { packageName });
    case 'zeek-tsv':
    case 'zeek-json':
      return readZeek(source, format === 'zeek-tsv' ? 'tsv' : 'json', { packageName, host });
    case 'pcapdroid-csv':
      return readPcapdroidCsv(source, { packageName, uid });
    case 'csv':
      return readCsv(source, { packageName, uid });
  }
}

/** A device that opened nothing is a slip of whoever chose it, not a silent app. */
function onlyWith(capture: ImportedCapture, path: string, host: string | undefined): ImportedCapture {
  if (host === undefined || capture.records.some(({ record }) => record.type === 'connection')) return capture;
  const others = capture.notes.find((note) => note.startsWith('Connections were opened from'));
  throw new Fault(
    'capture-ambiguous',
    `${printable(path)}: ${host} opened no connection.${others === undefined ? '' : ` ${others.replace(', all judged together', '')}`}`,
  );
}

const WORDS: Record<Format, string> = {
  packets: 'a packet capture',
  'capture.ndjson': 'a capture.ndjson',
  har: 'a HAR',
  'zeek-tsv': 'a Zeek log',
  'zeek-json': 'a Zeek log',
  'pcapdroid-csv': 'a CSV of PCAPdroid',
  csv: 'a plain CSV',
};
