import type { FileStat } from '../file-tree.ts';

export interface InodeStat extends FileStat {
  readonly inode: number;
}

const KIND_BITS: Readonly<Record<FileStat['kind'], number>> = {
  socket: 0o140000,
  link: 0o120000,
  file: 0o100000,
  directory: 0o040000,
  device: 0o020000,
};

/** st_mode: kind and permission bits. */
export function modeBits(stat: FileStat): number {
  return KIND_BITS[stat.kind] | stat.mode;
}

/** `STAT`: mode, size, time; zeros where there is nothing. */
export function statV1(stat: InodeStat | null): Buffer {
  const answer = Buffer.alloc(16);
  answer.write('STAT', 'latin1');
  if (stat !== null) writeV1(answer, stat);
  return answer;
}

function writeV1(answer: Buffer, stat: FileStat): void {
  answer.writeUInt32LE(modeBits(stat), 4);
  answer.writeUInt32LE(Math.min(stat.sizeBytes, 0xffffffff), 8);
  answer.writeUInt32LE(Math.max(0, Math.trunc(stat.mtimeMs / 1000)) >>> 0, 12);
}

/** `DENT`: as STAT, with a name. */
export function direntV1(entry: InodeStat & { name: string }): Buffer {
  const name = Buffer.from(entry.name);
  const head = Buffer.alloc(20);
  head.write('DENT', 'latin1');
  writeV1(head, entry);
  head.writeUInt32LE(name.length, 16);
  return Buffer.concat([head, name]);
}

/** `STA2`/`LST2`: id, error, dev, ino, mode, nlink, uid, gid, size, atime, mtime, ctime. */
export function statV2(id: string, stat: InodeStat): Buffer {
  const answer = Buffer.alloc(72);
  answer.write(id, 'latin1');
  answer.writeBigUInt64LE(1n, 8);
  answer.writeBigUInt64LE(BigInt(stat.inode), 16);
  answer.writeUInt32LE(modeBits(stat), 24);
  answer.writeUInt32LE(1, 28);
  answer.writeUInt32LE(stat.uid, 32);
  answer.writeUInt32LE(stat.gid, 36);
  answer.writeBigUInt64LE(BigInt(stat.sizeBytes), 40);
  const seconds = BigInt(Math.trunc(stat.mtimeMs / 1000));
  for (const offset of [48, 56, 64]) answer.writeBigInt64LE(seconds, offset);
  return answer;
}

export function statV2Error(id: string, errno: number): Buffer {
  const answer = Buffer.alloc(72);
  answer.write(id, 'latin1');
  answer.writeUInt32LE(errno, 4);
  return answer;
}

export function direntV2(entry: InodeStat & { name: string }): Buffer {
  const name = Buffer.from(entry.name);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(name.length);
  return Buffer.concat([statV2('DNT2', entry), length, name]);
}

/** The `DONE` that ends a listing: a dirent of zeros. */
export function emptyDirent(version: 1 | 2): Buffer {
  const done = Buffer.alloc(version === 1 ? 20 : 76);
  done.write('DONE', 'latin1');
  return done;
}
