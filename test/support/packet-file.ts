import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A frame and when it was seen. */
export interface Seen {
  /** Seconds since 1970. */
  readonly at: number;
  readonly frame: Buffer;
  /** Length on the wire, where less was captured. */
  readonly wireBytes?: number;
}

export interface PcapShape {
  readonly linkType?: number;
  readonly order?: 'LE' | 'BE';
  readonly nanoseconds?: boolean;
}

export function pcap(packets: readonly Seen[], shape: PcapShape = {}): Buffer {
  const { linkType = 1, order = 'LE', nanoseconds = false } = shape;
  const unit = nanoseconds ? 1e9 : 1e6;
  const header = words(order, nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, order === 'LE' ? 0x00040002 : 0x00020004, 0, 0);
  const records = packets.map(({ at, frame, wireBytes }) => {
    const units = Math.round((at % 1) * unit);
    const head = words(order, Math.floor(at), units, frame.length, wireBytes ?? frame.length);
    return Buffer.concat([head, frame]);
  });
  return Buffer.concat([header, words(order, 65_535, linkType), ...records]);
}

/** Blocks of pcapng in one byte order; `enhanced` takes options as code and value. */
export function blocks(order: 'LE' | 'BE') {
  const block = (type: number, body: Buffer): Buffer => {
    const padded = Buffer.concat([body, Buffer.alloc(-body.length & 3)]);
    const length = 12 + padded.length;
    return Buffer.concat([words(order, type, length), padded, words(order, length)]);
  };
  const options = (list: readonly (readonly [number, Buffer])[]): Buffer =>
    Buffer.concat(
      [...list, ...(list.length > 0 ? [[0, Buffer.alloc(0)] as const] : [])].map(([code, value]) =>
        Buffer.concat([halves(order, code, value.length), value, Buffer.alloc(-value.length & 3)]),
      ),
    );
  const padded = (frame: Buffer): Buffer => Buffer.concat([frame, Buffer.alloc(-frame.length & 3)]);
  return {
    block,
    section: (): Buffer =>
      block(0x0a0d0d0a, Buffer.concat([words(order, 0x1a2b3c4d), halves(order, 1, 0), Buffer.alloc(8, 0xff)])),
    interface: (linkType: number, list: readonly (readonly [number, Buffer])[] = [], snapBytes = 0): Buffer =>
      block(1, Buffer.concat([halves(order, linkType, 0), words(order, snapBytes), options(list)])),
    enhanced: (
      units: bigint,
      frame: Buffer,
      list: readonly (readonly [number, Buffer])[] = [],
      interfaceId = 0,
    ): Buffer => {
      const high = Number(units >> 32n);
      const low = Number(units & 0xffffffffn);
      const head = words(order, interfaceId, high, low, frame.length, frame.length);
      return block(6, Buffer.concat([head, padded(frame), options(list)]));
    },
    simple: (frame: Buffer): Buffer => block(3, Buffer.concat([words(order, frame.length), padded(frame)])),
    /** The Packet Block that came before the enhanced one. */
    obsolete: (units: bigint, frame: Buffer, interfaceId = 0): Buffer => {
      const times = words(order, Number(units >> 32n), Number(units & 0xffffffffn), frame.length, frame.length);
      return block(2, Buffer.concat([halves(order, interfaceId, 0), times, padded(frame)]));
    },
    /** PCAPdroid's block that names a uid. */
    uidMap: (uid: number, packageName: string, appName: string): Buffer => {
      const names = Buffer.from(packageName + appName, 'utf8');
      const lengths = Buffer.from([Buffer.byteLength(packageName), Buffer.byteLength(appName)]);
      const head = Buffer.concat([words(order, 62_652), halves(order, 1), Buffer.from([1, 0])]);
      return block(0x00000bad, Buffer.concat([head, words(order, uid), lengths, names]));
    },
  };
}

export interface PacketFile extends Disposable {
  readonly path: string;
}

/** The bytes as a file of their own, removed afterwards. */
export function fileOf(bytes: Buffer): PacketFile {
  const folder = mkdtempSync(join(tmpdir(), 'sleeptalk-packets-'));
  const path = join(folder, 'capture');
  writeFileSync(path, bytes);
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

function words(order: 'LE' | 'BE', ...values: readonly number[]): Buffer {
  const out = Buffer.alloc(values.length * 4);
  values.forEach((value, index) =>
    order === 'LE' ? out.writeUInt32LE(value, index * 4) : out.writeUInt32BE(value, index * 4),
  );
  return out;
}

function halves(order: 'LE' | 'BE', ...values: readonly number[]): Buffer {
  const out = Buffer.alloc(values.length * 2);
  values.forEach((value, index) =>
    order === 'LE' ? out.writeUInt16LE(value, index * 2) : out.writeUInt16BE(value, index * 2),
  );
  return out;
}
