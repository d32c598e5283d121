import { CaptureRecord, type ConnectionRecord, type SessionRecord } from '../../orchestrator/contract/capture.ts';
import type { ImportedCapture } from '../../workers/capture/import/imported.ts';
import { fileOf } from '../support/packet-file.ts';
import { readPackets, type PacketOptions } from '../../workers/capture/import/packets/read-packets.ts';

export interface Imported extends ImportedCapture {
  readonly sessions: readonly Numbered<SessionRecord>[];
  readonly connections: readonly Numbered<PacketConnection>[];
}

export type Numbered<Row> = Row & { readonly line: number };

/** A connection record with what an import of packets adds to it. */
export type PacketConnection = ConnectionRecord & {
  readonly client: string;
  readonly packets: number;
  readonly packetsUp: number;
  readonly frameBytes: number;
  readonly frameBytesUp: number;
};

/** Imports a file, holding each record against the contract. */
export async function importing(path: string, options: Partial<PacketOptions> = {}): Promise<Imported> {
  const capture = await readPackets(path, {
    packageName: 'org.example',
    signal: new AbortController().signal,
    ...options,
  });
  const sessions: Numbered<SessionRecord>[] = [];
  const connections: Numbered<PacketConnection>[] = [];
  for (const { line, record } of capture.records) {
    CaptureRecord.parse(record);
    if (record.type === 'session') sessions.push({ ...record, line });
    else if (record.type === 'connection') connections.push({ ...(record as PacketConnection), line });
  }
  return { ...capture, sessions, connections };
}

/** Imports a file of these bytes. */
export async function importingBytes(bytes: Buffer, options: Partial<PacketOptions> = {}): Promise<Imported> {
  using file = fileOf(bytes);
  return await importing(file.path, options);
}

/** `address port` of the two ends, as tshark's columns have them. */
export function endsOf({ client, address, destination }: PacketConnection): { client: string; server: string } {
  const match = /^\[?(.*?)\]?:(\d+)$/.exec(client)!;
  return { client: `${match[1]} ${match[2]}`, server: `${address} ${destination?.port}` };
}
