/** The formats that are read, each told by what the file holds and never by its name. */
export type Format = 'packets' | 'capture.ndjson' | 'har' | 'zeek-tsv' | 'zeek-json' | 'pcapdroid-csv' | 'csv';

/** For the messages that say what could have been given. */
export const READ_FORMATS =
  'capture.ndjson, pcap, pcapng, HAR, Zeek conn.log (TSV or JSON), PCAPdroid CSV, CSV with t,destination,up,down; ' +
  'those of text also as gzip';

/** What a file is: a format that is read, or in words what else it seems to be. */
export type Told = { readonly format: Format } | { readonly other: string };

interface Magic {
  readonly bytes: string;
  readonly told: Told;
}

/** First bytes, in hex, of files that are no text. */
const MAGICS: readonly Magic[] = [
  { bytes: '0a0d0d0a', told: { format: 'packets' } }, // pcapng section header (draft-ietf-opsawg-pcapng)
  { bytes: 'a1b2c3d4', told: { format: 'packets' } }, // pcap, microseconds (draft-ietf-opsawg-pcap)
  { bytes: 'd4c3b2a1', told: { format: 'packets' } },
  { bytes: 'a1b23c4d', told: { format: 'packets' } }, // pcap, nanoseconds
  { bytes: '4d3cb2a1', told: { format: 'packets' } },
  { bytes: 'a1b2cd34', told: { other: "a pcap file with Kuznetzov's packet headers" } },
  { bytes: '34cdb2a1', told: { other: "a pcap file with Kuznetzov's packet headers" } },
  { bytes: '504b0304', told: { other: 'a ZIP archive or APK' } },
  { bytes: '28b52ffd', told: { other: 'a zstd file: unpack it first (zstd -d)' } }, // RFC 8878, 3.1.1
  { bytes: 'fd377a585a00', told: { other: 'an xz file: unpack it first (xz -d)' } },
  { bytes: '425a68', told: { other: 'a bzip2 file: unpack it first (bzip2 -d)' } },
  { bytes: '04224d18', told: { other: 'an lz4 file: unpack it first (lz4 -d)' } },
  { bytes: 'fffe', told: { other: 'text in UTF-16: save it as UTF-8' } },
  { bytes: 'feff', told: { other: 'text in UTF-16: save it as UTF-8' } },
];

/** @param head the first bytes of the file, unpacked; not empty */
export function formatOf(head: Buffer): Told {
  const hex = head.subarray(0, 8).toString('hex');
  const magic = MAGICS.find(({ bytes }) => hex.startsWith(bytes));
  if (magic !== undefined) return magic.told;
  if (head.includes(0)) return { other: 'binary data' };
  const text = head
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  if (text.startsWith('{')) return { format: jsonFormat(text) };
  if (text.startsWith('[')) return { other: 'a JSON array' };
  if (text.startsWith('<')) return { other: 'XML or HTML' };
  const first = firstLine(text);
  if (/^#(separator|set_separator|fields|path)\b/.test(first)) return { format: 'zeek-tsv' };
  return { format: isPcapdroidHeader(first) ? 'pcapdroid-csv' : 'csv' };
}

/** The header that PCAPdroid writes (`connections_csv_fields` in its strings.xml), whatever its case and additions. */
function isPcapdroidHeader(line: string): boolean {
  const names = line
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  return ['ipproto', 'dstip', 'uid', 'bytessent', 'firstseen'].every((name) => names.includes(name));
}

/** A HAR is one object whose `log` holds the rest; the logs of lines are told by the fields of their first line. */
function jsonFormat(text: string): Format {
  if (/^\{\s*"log"\s*:/.test(text)) return 'har';
  const first = firstLine(text);
  if (/"id[._]orig_h"\s*:|"id"\s*:\s*\{[^}]*"orig_h"\s*:/.test(first)) return 'zeek-json';
  if (!/"type"\s*:/.test(first) && /"log"\s*:\s*\{\s*"(version|creator|browser|pages|entries)"\s*:/.test(text))
    return 'har';
  return 'capture.ndjson';
}

function firstLine(text: string): string {
  const end = text.search(/[\r\n]/);
  return end < 0 ? text : text.slice(0, end);
}
