import type { LogEntry, Logs } from '../system.ts';

export type BufferName = LogEntry['buffer'];
export const BUFFERS: readonly BufferName[] = ['main', 'radio', 'events', 'system', 'crash'];

/** An entry in its ring, stamped with device time. */
export interface StampedEntry extends LogEntry {
  /** Unix milliseconds of the device, with fractions. */
  readonly atMs: number;
  /** Order over all buffers. */
  readonly sequence: number;
}

export interface OwnedLogs extends Logs {
  /** Entries of those buffers, oldest first. */
  read(buffers: readonly BufferName[]): StampedEntry[];
  clear(buffers: readonly BufferName[]): void;
  /** Tells of every new entry until the returned function is called. */
  follow(onEntry: (entry: StampedEntry) => void): () => void;
  usage(buffer: BufferName): { usedBytes: number; mostBytes: number };
}

/** logd's default ring (ro.logd.size), and the longest payload of one entry (LOGGER_ENTRY_MAX_PAYLOAD). */
const RING_BYTES = 256 * 1024;
const MOST_TEXT_CHARS = 4000;
const ENTRY_OVERHEAD_BYTES = 32;

export function openLogs(nowMs: () => number): OwnedLogs {
  const rings = new Map(BUFFERS.map((name) => [name, { entries: [] as StampedEntry[], usedBytes: 0 }]));
  const followers = new Set<(entry: StampedEntry) => void>();
  let written = 0;
  const sizeOf = (entry: LogEntry): number => ENTRY_OVERHEAD_BYTES + entry.tag.length + entry.text.length;

  return {
    write(entry) {
      const ring = rings.get(entry.buffer);
      if (ring === undefined) return;
      const stamped: StampedEntry = {
        ...entry,
        text: entry.text.slice(0, MOST_TEXT_CHARS),
        atMs: nowMs(),
        sequence: written++,
      };
      ring.entries.push(stamped);
      ring.usedBytes += sizeOf(stamped);
      while (ring.usedBytes > RING_BYTES) {
        const oldest = ring.entries.shift();
        if (oldest === undefined) break;
        ring.usedBytes -= sizeOf(oldest);
      }
      for (const tell of followers) tell(stamped);
    },
    read: (buffers) =>
      buffers.flatMap((name) => rings.get(name)?.entries ?? []).sort((a, b) => a.sequence - b.sequence),
    clear(buffers) {
      for (const name of buffers) rings.set(name, { entries: [], usedBytes: 0 });
    },
    follow(onEntry) {
      followers.add(onEntry);
      return () => followers.delete(onEntry);
    },
    usage: (buffer) => ({ usedBytes: rings.get(buffer)?.usedBytes ?? 0, mostBytes: RING_BYTES }),
  };
}
