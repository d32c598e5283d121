import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import { viewOf, type ByteView } from './bytes.ts';

/** One line of the central directory, which alone decides, as it does on Android (system/libziparchive). */
export interface ZipEntry {
  readonly path: string;
  readonly method: number;
  readonly flags: number;
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
  readonly warnings: readonly string[];
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const END_BYTES = 22;
const CENTRAL_BYTES = 46;
const MOST_DECLARED_BYTES = 8 * 1024 ** 3;

/**
 * Reads the central directory; no entry is unpacked.
 * @throws Fault apk-not-zip, apk-truncated, apk-malformed, apk-too-large
 */
export function openZip(bytes: Buffer): ZipArchive {
  const endOffset = findEnd(bytes);
  const view = viewOf(bytes, 'The archive', 'apk-truncated');
  const count = view.u16(endOffset + 10);
  const centralBytes = view.u32(endOffset + 12);
  const centralOffset = view.u32(endOffset + 16);
  if (view.u16(endOffset + 4) !== 0 || view.u16(endOffset + 6) !== 0 || view.u16(endOffset + 8) !== count) {
    throw new Fault('apk-malformed', `The end record at offset ${endOffset} speaks of several disks.`);
  }
  if (count === 0xffff || centralOffset === 0xffffffff) {
    throw new Fault('apk-malformed', 'The archive is ZIP64, which no Android version installs.');
  }
  if (centralOffset + centralBytes > endOffset) {
    throw new Fault(
      'apk-truncated',
      `The central directory should end at offset ${centralOffset + centralBytes}, behind its end record at ${endOffset}.`,
    );
  }
  const warnings: string[] = [];
  const entries = readCentral(view, { offset: centralOffset, end: centralOffset + centralBytes, count }, warnings);
  return { bytes, view, entries, centralOffset, centralBytes, endOffset, warnings };
}

/** The end record must reach the end of the file exactly: Android refuses an archive with bytes behind it. */
function findEnd(bytes: Buffer): number {
  let strayOffset = -1;
  for (let at = bytes.length - END_BYTES; at >= 0 && at >= bytes.length - END_BYTES - 0xffff; at -= 1) {
    if (bytes.readUInt32LE(at) !== END) continue;
    if (at + END_BYTES + bytes.readUInt16LE(at + 20) === bytes.length) return at;
    if (strayOffset < 0) strayOffset = at;
  }
  if (strayOffset >= 0) {
    const expected = strayOffset + END_BYTES + bytes.readUInt16LE(strayOffset + 20);
    if (expected > bytes.length) {
      throw new Fault('apk-truncated', `The archive comment should end at ${expected}, the file at ${bytes.length}.`);
    }
    throw new Fault(
      'apk-malformed',
      `${bytes.length - expected} bytes follow the end record at offset ${strayOffset}.`,
    );
  }
  if (bytes.length === 0) throw new Fault('apk-not-zip', 'The file is empty.');
  if (bytes.subarray(0, 2).toString('latin1') === 'PK') {
    throw new Fault('apk-truncated', `No end record before the end of the file at ${bytes.length} bytes.`);
  }
  throw new Fault('apk-not-zip', `The file begins with "${printable(bytes.subarray(0, 8).toString('latin1'))}".`);
}

function readCentral(
  view: ByteView,
  directory: { offset: number; end: number; count: number },
  warnings: string[],
): Map<string, ZipEntry> {
  const entries = new Map<string, ZipEntry>();
  let declaredBytes = 0;
  let at = directory.offset;
  for (let index = 0; index < directory.count; index += 1) {
    if (at + CENTRAL_BYTES > directory.end || view.u32(at) !== CENTRAL) {
      throw new Fault(
        'apk-malformed',
        `Entry ${index} of ${directory.count} is not in the central directory at ${at}.`,
      );
    }
    const nameBytes = view.u16(at + 28);
    const path = decodeName(view.slice(at + CENTRAL_BYTES, nameBytes), at);
    const entry: ZipEntry = {
      path,
      flags: view.u16(at + 8),
      method: view.u16(at + 10),
      compressedBytes: view.u32(at + 20),
      uncompressedBytes: view.u32(at + 24),
      headerOffset: view.u32(at + 42),
    };
    if (entries.has(path)) {
      // libziparchive refuses the whole archive (kDuplicateEntry), since CVE-2013-4787.
      throw new Fault('apk-malformed', `The entry ${printable(path)} stands twice in the central directory.`);
    }
    if ((entry.flags & 1) !== 0 && warnings.length < 20) {
      warnings.push(`The entry ${printable(path)} is marked as encrypted; Android ignores the mark.`);
    }
    declaredBytes += entry.uncompressedBytes;
    entries.set(path, entry);
    at += CENTRAL_BYTES + nameBytes + view.u16(at + 30) + view.u16(at + 32);
  }
  if (at > directory.end)
    throw new Fault('apk-malformed', `The central directory runs over its end at ${directory.end}.`);
  if (declaredBytes > MOST_DECLARED_BYTES) {
    throw new Fault('apk-too-large', `The archive would unpack to ${declaredBytes} bytes.`);
  }
  return entries;
}

function decodeName(raw: Buffer, at: number): string {
  try {
    const name = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw);
    if (name.length > 0 && !name.includes('\0')) return name;
  } catch {
    // Invalid UTF-8 is reported below, as Android refuses it (IsValidEntryName).
  }
  throw new Fault('apk-malformed', `The entry name at offset ${at} is not a valid file name.`);
}
