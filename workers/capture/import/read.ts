import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { Fault, printable } from '../../../orchestrator/contract/fault.ts';
import { linesOf, malformed, readCaptureFile, type CaptureLine } from '../../capture-reader.ts';
import { readCsv } from './csv.ts';

export interface ImportedCapture {
  readonly format: 'capture.ndjson' | 'csv';
  readonly records: readonly CaptureLine[];
  readonly skippedLines: number;
  /** SHA-256 of the file as read. */
  readonly digest: string;
  /** What a reader of the report must know of this import. */
  readonly notes: readonly string[];
}

const HEAD_BYTES = 4096;

/**
 * Reads a recorded capture, whatever its format, told by its first bytes and never by its name.
 *
 * @throws Fault `capture-malformed` naming file, line and what was expected; `file-unreadable`.
 */
export async function readCapture(
  path: string,
  options: { readonly packageName?: string | null; readonly signal: AbortSignal },
): Promise<ImportedCapture> {
  const head = await headOf(path);
  if (head.length === 0) throw malformed(path, 1, 'a capture, found an empty file');
  const text = head
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart();
  if (text.startsWith('{')) {
    return { format: 'capture.ndjson', notes: [], ...(await readCaptureFile(path, options.signal)) };
  }
  const other = otherFormat(head, text);
  if (other !== null) throw malformed(path, 1, `capture.ndjson or CSV, found ${other}`);
  const hash = createHash('sha256');
  const lines = linesOf(path, options.signal, hash);
  const { records, skippedLines, notes } = await readCsv(lines, path, options.packageName ?? 'unknown');
  return { format: 'csv', records, skippedLines, notes, digest: hash.digest('hex') };
}

/** Names of formats that are recognised so that the message can say what the file is. */
function otherFormat(head: Buffer, text: string): string | null {
  const magic = head.length >= 4 ? head.readUInt32BE(0) : 0;
  if (magic === 0x0a0d0d0a) return 'a pcapng file';
  if ([0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1].includes(magic)) return 'a pcap file';
  if (magic === 0x504b0304) return 'a ZIP archive or APK';
  if (text.startsWith('#separator')) return 'a Zeek log';
  if (head.includes(0)) return 'binary data';
  return null;
}

async function headOf(path: string): Promise<Buffer> {
  try {
    await using file = await open(path);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } catch (cause) {
    throw new Fault('file-unreadable', `${printable(path)}: ${printable(String(cause))}`, { cause });
  }
}
