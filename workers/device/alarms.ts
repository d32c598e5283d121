import { parseDuration } from './duration.ts';

export interface PendingAlarm {
  readonly packageName: string;
  /** `*walarm*:ACTION` or a component: what the alarm starts. */
  readonly tag: string | null;
  /** 0 for an alarm that fires once. */
  readonly repeatMs: number;
  readonly exact: boolean;
}

/** More than any device has; a hostile app may set 500 alarms with long tags. */
const MOST_LINES = 200_000;
const MOST_LINE_LENGTH = 2000;

/**
 * Pending alarms in `dumpsys alarm`. Formats of Android 9 to 16 differ in grouping (`Batch{…}` until 11) and in the
 * fields between the braces; common to all: a head `…Alarm{… PACKAGE}`, then indented fields.
 */
export function parseAlarms(text: string): PendingAlarm[] {
  const alarms: { packageName: string; tag: string | null; repeatMs: number; exact: boolean }[] = [];
  let current: (typeof alarms)[number] | null = null;
  let headIndent = 0;
  for (const line of boundedLines(text)) {
    const head = /^\s*\S+ #\d+: Alarm\{[^{}]* ([A-Za-z][\w.]*)\}/.exec(line);
    if (head !== null) {
      current = { packageName: head[1] ?? '', tag: null, repeatMs: 0, exact: false };
      alarms.push(current);
      headIndent = indentOf(line);
      continue;
    }
    if (current === null) continue;
    if (indentOf(line) <= headIndent) {
      current = null; // another alarm's batch, or another section
      continue;
    }
    current.tag = /^\s+tag=(.{1,500})/.exec(line)?.[1]?.trim() ?? current.tag;
    const repeat = /\brepeatInterval=(\d{1,15})\b/.exec(line)?.[1];
    if (repeat !== undefined) current.repeatMs = Number(repeat);
    const window = /\bwindow=(\S+)/.exec(line)?.[1];
    if (window !== undefined) current.exact = window === '0' || parseDuration(window) === 0;
  }
  return alarms;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/**
 * Offsets, in milliseconds before now (negative), of the wake-ups that were delivered to a package:
 * `  PACKAGE, u0: -19m22s759ms, -14m22s700ms,` below `App Alarm history:` (Android 9+).
 */
export function parseAlarmHistory(text: string, packageName: string): number[] {
  let inside = false;
  const offsets: number[] = [];
  for (const line of boundedLines(text, 20_000)) {
    if (/^\s*App Alarm history:/.test(line)) {
      inside = true;
      continue;
    }
    if (!inside) continue;
    const entry = /^\s+([A-Za-z][\w.]*), u\d+: (.*)$/.exec(line);
    if (entry === null) break;
    if (entry[1] !== packageName) continue;
    for (const word of (entry[2] ?? '').split(/,\s*/).slice(0, 1000)) {
      const offset = parseDuration(word.trim());
      if (offset !== null) offsets.push(offset);
    }
  }
  return offsets;
}

/** Lines of a dump, each cut and their number bounded: text of an app may be in them. */
export function* boundedLines(text: string, mostLength = MOST_LINE_LENGTH): Generator<string> {
  let at = 0;
  for (let count = 0; count < MOST_LINES && at < text.length; count += 1) {
    const end = text.indexOf('\n', at);
    const stop = end < 0 ? text.length : end;
    yield text.slice(at, Math.min(stop, at + mostLength)).trimEnd();
    at = stop + 1;
  }
}
