import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import { viewOf, type ByteView } from './bytes.ts';
import { oddityLog, type OddityLog } from './oddities.ts';
import { readZipEnd } from './zip-end.ts';

/** One line of the central directory, which alone decides, as it does on Android (system/libziparchive). */
export interface ZipEntry {
  readonly path: string;
  readonly method: number;
  readonly flags: number;
  readonly crc32: number;
  readonly compressedBytes: number;
  readonly uncompressedBytes: number;
  readonly headerOffset: number;
}

export interface ZipArchive {
  readonly bytes: Buffer;
  readonly view: ByteView;
  readonly entries: ReadonlyMap<string, ZipEntry>;
  readonly centralOffset: number;
  readonly centralBytes: number;
  readonly endOffset: number;
  /** Of the archive itself; whoever reads its entries adds theirs. */
  readonly oddities: OddityLog;
}

export interface ZipRules {
  /** What stands first must be an entry, as Android demands of an APK. Off for containers, which no device opens. */
  readonly entryFirst?: boolean;
}

const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const CENTRAL_BYTES = 46;
const MOST_DECLARED_BYTES = 8 * 1024 ** 3;

/**
 * Reads the central directory as libziparchive does (zip_archive.cc, ParseZipArchive); no entry is unpacked.
 * @throws Fault apk-not-zip, apk-truncated, apk-malformed, apk-too-large
 */
export function openZip(bytes: Buffer, rules: ZipRules = {}): ZipArchive {
  const oddities = oddityLog();
  const end = readZipEnd(bytes, oddities);
  const view = viewOf(bytes, 'The archive', 'apk-truncated');
  const entries = readCentral(view, end, oddities);
  if (rules.entryFirst !== false && entries.size > 0 && view.u32(0) !== LOCAL) {
    // Since Android 8 (CVE-2017-13156, "Janus"): a dex file in front made one file two programs.
    throw new Fault(
      'apk-malformed',
      'The archive does not begin with an entry; Android refuses what stands before it.',
    );
  }
  const { endOffset, centralOffset, centralBytes } = end;
  return { bytes, view, entries, centralOffset, centralBytes, endOffset, oddities };
}

function readCentral(
  view: ByteView,
  { count, centralOffset, centralBytes }: { count: number; centralOffset: number; centralBytes: number },
  oddities: OddityLog,
): Map<string, ZipEntry> {
  const end = centralOffset + centralBytes;
  const entries = new Map<string, ZipEntry>();
  let declaredBytes = 0;
  let at = centralOffset;
  for (let index = 0; index < count; index += 1) {
    if (at + CENTRAL_BYTES > end || view.u32(at) !== CENTRAL) {
      throw new Fault('apk-malformed', `Entry ${index} of ${count} is not in the central directory at ${at}.`);
    }
    const nameBytes = view.u16(at + 28);
    const path = decodeName(view.slice(at + CENTRAL_BYTES, nameBytes), at);
    const entry: ZipEntry = {
      path,
      flags: view.u16(at + 8),
      method: view.u16(at + 10),
      crc32: view.u32(at + 16),
      compressedBytes: view.u32(at + 20),
      uncompressedBytes: view.u32(at + 24),
      headerOffset: view.u32(at + 42),
    };
    if (entries.has(path)) {
      // libziparchive refuses the whole archive (kDuplicateEntry), since CVE-2013-4787.
      throw new Fault('apk-malformed', `The entry ${printable(path)} stands twice in the central directory.`);
    }
    if (entry.headerOffset >= centralOffset) {
      throw new Fault(
        'apk-malformed',
        `${printable(path)} begins at offset ${entry.headerOffset}, behind all entries.`,
      );
    }
    declaredBytes += entry.uncompressedBytes;
    entries.set(path, entry);
    at += CENTRAL_BYTES + nameBytes + view.u16(at + 30) + view.u16(at + 32);
    if (at > end) throw new Fault('apk-malformed', `The central directory runs over its end at ${end}.`);
  }
  if (at < end) {
    oddities.add(
      'zip-uncounted-entries',
      'central directory',
      `The central directory has ${end - at} bytes behind its last counted entry; Android does not look at them.`,
    );
  }
  if (declaredBytes > MOST_DECLARED_BYTES) {
    throw new Fault('apk-too-large', `The archive would unpack to ${declaredBytes} bytes.`);
  }
  return entries;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeName(raw: Buffer, at: number): string {
  const name = decodeUtf8(raw);
  if (name !== null && name.length > 0 && !name.includes('\0')) return name;
  throw new Fault('apk-malformed', `The entry name at offset ${at} is not a valid file name.`);
}

/** null for invalid UTF-8, which Android refuses in names (IsValidEntryName). */
function decodeUtf8(raw: Buffer): string | null {
  let ascii = true;
  for (const byte of raw) ascii &&= byte < 0x80;
  if (ascii) return raw.toString('latin1');
  try {
    return UTF8.decode(raw);
  } catch {
    return null; // the caller says where
  }
}
