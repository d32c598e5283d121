import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import type { OddityLog } from './oddities.ts';

/** What the end record says of the central directory. */
export interface ZipEnd {
  readonly endOffset: number;
  readonly count: number;
  readonly centralOffset: number;
  readonly centralBytes: number;
}

const END = 0x06054b50;
const END_BYTES = 22;
const MOST_COMMENT_BYTES = 0xffff;

/**
 * The end record, read as libziparchive reads it (FindCentralDirectoryInfo): the mark that is nearest to the end
 * decides, its comment must reach the end of the file exactly, the numbers of disks are not looked at.
 * @throws Fault apk-not-zip, apk-truncated, apk-malformed
 */
export function readZipEnd(bytes: Buffer, oddities: OddityLog): ZipEnd {
  const endOffset = findEnd(bytes);
  const count = bytes.readUInt16LE(endOffset + 10);
  const centralBytes = bytes.readUInt32LE(endOffset + 12);
  const centralOffset = bytes.readUInt32LE(endOffset + 16);
  const commentBytes = bytes.readUInt16LE(endOffset + 20);
  const onDisk = bytes.readUInt16LE(endOffset + 8);
  if (count === 0xffff || onDisk === 0xffff || centralBytes === 0xffffffff || centralOffset === 0xffffffff) {
    // ApkSigningBlockUtils: "ZIP64 APK not supported". Only a v1 signature could stand in such a file.
    throw new Fault('apk-malformed', 'The archive is ZIP64, for which Android verifies no signature of v2 or later.');
  }
  if (centralOffset + centralBytes > endOffset) {
    throw new Fault(
      'apk-truncated',
      `The central directory should end at offset ${centralOffset + centralBytes}, behind its end record at ${endOffset}.`,
    );
  }
  if (bytes.readUInt16LE(endOffset + 4) !== 0 || bytes.readUInt16LE(endOffset + 6) !== 0 || onDisk !== count) {
    oddities.add(
      'zip-several-disks',
      'end record',
      `The end record at offset ${endOffset} speaks of several disks; Android does not look at that.`,
    );
  }
  if (commentBytes > 0) {
    oddities.add('zip-comment', 'end record', `The archive has a comment of ${commentBytes} bytes.`);
  }
  const gap = endOffset - centralOffset - centralBytes;
  if (gap > 0) {
    oddities.add('zip-gap', 'end record', `${gap} bytes stand between the central directory and its end record.`);
  }
  return { endOffset, count, centralOffset, centralBytes };
}

function findEnd(bytes: Buffer): number {
  const last = bytes.length - END_BYTES;
  for (let at = last; at >= 0 && at >= last - MOST_COMMENT_BYTES; at -= 1) {
    if (bytes[at] !== 0x50 || bytes.readUInt32LE(at) !== END) continue;
    const expected = at + END_BYTES + bytes.readUInt16LE(at + 20);
    if (expected === bytes.length) return at;
    if (expected > bytes.length) {
      throw new Fault('apk-truncated', `The archive comment should end at ${expected}, the file at ${bytes.length}.`);
    }
    throw new Fault('apk-malformed', `${bytes.length - expected} bytes follow the end record at offset ${at}.`);
  }
  if (bytes.length === 0) throw new Fault('apk-not-zip', 'The file is empty.');
  if (bytes.subarray(0, 2).toString('latin1') === 'PK') {
    throw new Fault('apk-truncated', `No end record before the end of the file at ${bytes.length} bytes.`);
  }
  throw new Fault('apk-not-zip', `The file begins with "${printable(bytes.subarray(0, 8).toString('latin1'))}".`);
}
