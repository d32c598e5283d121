import { digits, localFields, offsetText, zoneOffsetMs } from '../time-zone.ts';
import { userName } from '../files/permission.ts';
import type { StampedEntry } from './ring.ts';

export const FORMATS = ['brief', 'process', 'tag', 'thread', 'raw', 'time', 'threadtime', 'long'] as const;
export type FormatName = (typeof FORMATS)[number];

/** `logcat -v`: a format and its modifiers. */
export interface Format {
  readonly name: FormatName;
  readonly epoch: boolean;
  readonly year: boolean;
  readonly utc: boolean;
  readonly zone: boolean;
  readonly uid: boolean;
  readonly usec: boolean;
  readonly monotonic: boolean;
}

/** How the device's clock is told. */
export interface TimeFrame {
  readonly zone: string;
  /** Unix milliseconds of the boot, for `monotonic`. */
  readonly bootedAtMs: number;
}

/** One entry as text, a line for each line of its message (AOSP liblog, logprint.cpp). */
export function formatEntry(entry: StampedEntry, format: Format, frame: TimeFrame): string {
  const lines = entry.text.replace(/\n$/, '').split('\n');
  const { priority, tag } = entry;
  const pid = String(entry.pid).padStart(5);
  const tid = String(entry.tid).padStart(5);
  const time = stamp(entry.atMs, format, frame);
  const uid = format.uid ? `${userName(entry.uid).padStart(6)}:` : '';
  const name = tag.padEnd(8);
  switch (format.name) {
    case 'raw':
      return lines.map((line) => `${line}\n`).join('');
    case 'long':
      return `[ ${time} ${uid}${pid}:${tid} ${priority}/${name} ]\n${lines.join('\n')}\n\n`;
    case 'process':
      return lines.map((line) => `${priority}(${uid}${pid}) ${line}  (${tag})\n`).join('');
    default: {
      const head = {
        brief: `${priority}/${name}(${uid}${pid}): `,
        tag: `${priority}/${name}: `,
        thread: `${priority}(${uid}${pid}:${tid}) `,
        time: `${time} ${priority}/${name}(${uid}${pid}): `,
        threadtime: `${time} ${format.uid ? `${userName(entry.uid).padEnd(5)} ` : ''}${pid} ${tid} ${priority} ${name}: `,
      }[format.name];
      return lines.map((line) => `${head}${line}\n`).join('');
    }
  }
}

function stamp(atMs: number, format: Format, { zone, bootedAtMs }: TimeFrame): string {
  const shown = format.monotonic ? atMs - bootedAtMs : atMs;
  const fraction = format.usec
    ? digits(Math.floor((shown * 1000) % 1_000_000), 6)
    : digits(Math.floor(shown % 1000), 3);
  if (format.epoch || format.monotonic) return `${String(Math.floor(shown / 1000)).padStart(17 - 8)}.${fraction}`;
  const local = format.utc ? new Date(atMs) : localFields(zone, atMs);
  const iso = local.toISOString();
  const day = iso.slice(format.year ? 0 : 5, 10);
  const suffix = format.zone || format.utc ? ` ${offsetText(format.utc ? 0 : zoneOffsetMs(zone, atMs))}` : '';
  return `${day} ${iso.slice(11, 19)}.${fraction}${suffix}`;
}
