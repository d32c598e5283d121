import type { DeviceClock, Properties } from '../system.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  let made: Intl.DateTimeFormat;
  const parts = { dateStyle: 'short', timeStyle: 'medium', hourCycle: 'h23' } as const;
  try {
    made = new Intl.DateTimeFormat('sv-SE', { ...parts, timeZone });
  } catch {
    // persist.sys.timezone holds no zone that ICU knows: Android shows GMT then.
    made = new Intl.DateTimeFormat('sv-SE', { ...parts, timeZone: 'UTC' });
  }
  formats.set(timeZone, made);
  return made;
}

/** `2025-05-22 04:17:19` in the device's time zone. */
export function localTime(unixMs: number, properties: Properties): string {
  return formatOf(properties.get('persist.sys.timezone') || 'UTC').format(new Date(unixMs));
}

/** `2026-06-10 09:02:43.646` in the device's time zone. */
export function localTimeMs(unixMs: number, properties: Properties): string {
  const whole = Math.floor(unixMs);
  return `${localTime(whole, properties)}.${String(((whole % 1000) + 1000) % 1000).padStart(3, '0')}`;
}

/** `+1m42s567ms`, as TimeUtils.formatDuration prints it; 0 is `0`. */
export function duration(ms: number): string {
  const whole = Math.trunc(ms);
  if (whole === 0) return '0';
  let rest = Math.abs(whole);
  const take = (unitMs: number): number => {
    const count = Math.floor(rest / unitMs);
    rest -= count * unitMs;
    return count;
  };
  const units: [number, string][] = [
    [take(86_400_000), 'd'],
    [take(3_600_000), 'h'],
    [take(60_000), 'm'],
    [take(1000), 's'],
  ];
  const first = units.findIndex(([count]) => count > 0);
  const shown = first < 0 ? [] : units.slice(first).map(([count, unit]) => `${count}${unit}`);
  return `${whole < 0 ? '-' : '+'}${shown.join('')}${rest}ms`;
}

/** How long ago a device instant was, on the same clock. */
export function agoOf(clock: DeviceClock, wallMs: number): string {
  return duration(wallMs - clock.nowMs());
}
