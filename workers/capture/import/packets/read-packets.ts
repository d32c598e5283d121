import { open, type FileHandle } from 'node:fs/promises';
import { Fault, printable } from '../../../../orchestrator/contract/fault.ts';
import { malformed } from '../../../capture-reader.ts';
import type { ImportedCapture } from '../imported.ts';
import { Assembly } from './assembly.ts';
import { createBudget } from './budget.ts';
import { createNames } from './names.ts';
import { notesOf } from './notes.ts';
import { Outcome, type OutcomeOptions } from './outcome.ts';
import { createPacket } from './packet.ts';
import type { App } from './pcapdroid.ts';
import { createPcapSource, PCAP_HEADER_BYTES, readPcapHeader } from './pcap.ts';
import { PcapngSource } from './pcapng.ts';
import { sectionIsLittle } from './pcapng-blocks.ts';
import type { PacketSource } from './source.ts';
import { createTally, type Tally } from './tally.ts';
import { readWindows } from './windows.ts';

export interface PacketOptions extends OutcomeOptions {
  readonly signal: AbortSignal;
  readonly progress?: (readBytes: number, totalBytes: number) => void;
  /** Bounds, for tests: records that are kept, conversations that are followed at once. */
  readonly mostRecords?: number;
  readonly mostOpen?: number;
}

/** What comes after so many records is counted and said, and not kept. */
const MOST_RECORDS = 1_000_000;

/**
 * Reads a pcap or pcapng file: each TCP connection, and UDP between two ends without a pause of a minute, becomes a
 * `connection` record, and each of its payload bursts a `session`. The memory it takes grows with those, not with the
 * file. `line` is the number of a record's first packet.
 *
 * @throws Fault `capture-malformed` where the file is neither, or has no packet; `file-unreadable`.
 */
export async function readPackets(path: string, options: PacketOptions): Promise<ImportedCapture> {
  options.signal.throwIfAborted();
  try {
    return await readFrom(path, options);
  } catch (cause) {
    // Node's errors of the file system name their call: a file that is not there, a folder, a disk that fails.
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause;
    throw new Fault('file-unreadable', `${printable(path)}: ${printable(cause.message)}`, { cause });
  }
}

async function readFrom(path: string, options: PacketOptions): Promise<ImportedCapture> {
  const tally = createTally();
  const names = createNames();
  const room = createBudget(options.mostRecords ?? MOST_RECORDS);
  const outcome = new Outcome(tally, room, options);
  const bounds = options.mostOpen === undefined ? {} : { mostOpen: options.mostOpen };
  const assembly = new Assembly({ tally, names, room, finish: (one) => outcome.take(one), ...bounds });
  await using handle = await open(path);
  const totalBytes = (await handle.stat()).size;
  const { source, headerBytes } = await sourceOf(handle, path, totalBytes, assembly, tally);
  const digest = await readWindows({
    handle,
    source,
    headerBytes,
    signal: options.signal,
    progress: (readBytes) => options.progress?.(readBytes, totalBytes),
  });
  if (tally.packets === 0) throw malformed(path, 1, 'at least one packet');
  assembly.end();
  return {
    records: outcome.end(),
    skippedLines: skippedPackets(tally) + (source.damage.endsShort ? 1 : 0),
    unreadBytes: source.damage.unreadBytes + tally.unreadFrameBytes,
    notes: notesOf(tally, source.damage, names.size),
    digest,
  };
}

async function sourceOf(
  handle: FileHandle,
  path: string,
  fileBytes: number,
  assembly: Assembly,
  tally: Tally,
): Promise<{ source: PacketSource; headerBytes: number }> {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(PCAP_HEADER_BYTES), 0, PCAP_HEADER_BYTES, 0);
  const head = buffer.subarray(0, bytesRead);
  const packet = createPacket();
  const take = (): void => assembly.take(packet);
  const header = readPcapHeader(head);
  if (header) return { source: createPcapSource(header, packet, take), headerBytes: PCAP_HEADER_BYTES };
  if (head.length < 12 || sectionIsLittle(head, 0) === null)
    throw malformed(path, 1, 'the header of a pcap or pcapng file');
  const app = (one: App): void => {
    if (tally.apps.size < MOST_APPS) tally.apps.set(one.uid, one);
  };
  const untimed = (): void => {
    tally.untimed += 1;
  };
  const undescribed = (bytes: number): void => {
    tally.packets += 1;
    tally.undescribed += 1;
    tally.unreadFrameBytes += bytes;
  };
  const source = new PcapngSource(packet, { packet: take, app, untimed, undescribed }, fileBytes);
  return { source, headerBytes: 0 };
}

/** PCAPdroid names each app once. */
const MOST_APPS = 4096;

function skippedPackets({ malformed: bad, fragments, undescribed, unsupportedLinks }: Tally): number {
  let skipped = bad + fragments + undescribed;
  for (const count of unsupportedLinks.values()) skipped += count;
  return skipped;
}
