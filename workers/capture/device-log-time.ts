/**
 * Times as Android's dumps print them: the device's wall clock in its own time zone, `MM-dd HH:mm:ss.SSS` without a
 * year, or `yyyy-MM-dd HH:mm:ss.SSS` with one. Both become Unix milliseconds.
 */
export interface DeviceZone {
  /** Minutes that the device's local time is ahead of UTC. */
  readonly offsetMinutes: number;
  /** The device's wall clock when the dump was taken, Unix milliseconds: decides the year where none is printed. */
  readonly nowMs: number;
}

const TIME = /^(?:(\d{4})-)?(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,3}))?$/;
const DAY_MS = 86_400_000;

/** Null where the text is no such time. */
export function readDeviceTime(text: string, zone: DeviceZone): number | null {
  const match = TIME.exec(text);
  if (!match) return null;
  const [month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(2, 7).map(Number);
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return null;
  const millis = Number((match[7] ?? '0').padEnd(3, '0'));
  const inYear = (year: number): number =>
    Date.UTC(year, month - 1, day, hour, minute, second, millis) - zone.offsetMinutes * 60_000;
  if (match[1] !== undefined) return inYear(Number(match[1]));
  const year = new Date(zone.nowMs + zone.offsetMinutes * 60_000).getUTCFullYear();
  // A line of a log lies in the past: on 1 January, `12-31` was last year. A day's grace for a clock that was set.
  return inYear(year) <= zone.nowMs + DAY_MS ? inYear(year) : inYear(year - 1);
}
