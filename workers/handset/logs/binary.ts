import type { StampedEntry } from './ring.ts';
import { priorityNumber } from './filter.ts';

/**
 * One entry as `logcat -B` writes it: logger_entry v1, 20 bytes (u16 len, u16 header size 0, i32 pid, i32 tid,
 * i32 seconds, i32 nanoseconds), then priority, tag NUL, message NUL (AOSP liblog, log/log_read.h).
 */
export function encodeEntry(entry: StampedEntry): Buffer {
  const payload = Buffer.concat([
    Buffer.from([priorityNumber(entry.priority)]),
    Buffer.from(`${entry.tag}\0${entry.text}\0`),
  ]);
  const header = Buffer.alloc(20);
  header.writeUInt16LE(payload.length, 0);
  header.writeInt32LE(entry.pid, 4);
  header.writeInt32LE(entry.tid, 8);
  header.writeInt32LE(Math.floor(entry.atMs / 1000), 12);
  header.writeInt32LE(Math.floor((entry.atMs % 1000) * 1_000_000), 16);
  return Buffer.concat([header, payload]);
}
