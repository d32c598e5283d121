const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, number>();
const CHUNK_MS = 15 * 60_000;
const MOST_CACHED = 2000;

/** Offset of a time zone from UTC at that instant, in ms; 0 for a zone that nobody knows. */
export function zoneOffsetMs(zone: string, atMs: number): number {
  const chunkMs = Math.floor(atMs / CHUNK_MS) * CHUNK_MS;
  const key = `${zone} ${chunkMs}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const offset = computeOffsetMs(zone, chunkMs);
  if (offsets.size >= MOST_CACHED) offsets.clear();
  offsets.set(key, offset);
  return offset;
}

function computeOffsetMs(zone: string, atMs: number): number {
  const format = formatOf(zone);
  if (format === null) return 0;
  const fields = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
  const of = (type: Intl.DateTimeFormatPartTypes): number => fields.get(type) ?? 0;
  const local = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return local - Math.floor(atMs / 1000) * 1000;
}

function formatOf(zone: string): Intl.DateTimeFormat | null {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  try {
    const made = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, made);
    return made;
  } catch {
    return null; // An unknown zone means UTC, as in bionic.
  }
}

/** A Date whose UTC fields read as local time in that zone. */
export function localFields(zone: string, atMs: number): Date {
  return new Date(atMs + zoneOffsetMs(zone, atMs));
}

/** Digits with leading zeros. */
export function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** `+0100`. */
export function offsetText(offsetMs: number): string {
  const minutes = Math.abs(Math.round(offsetMs / 60_000));
  return `${offsetMs < 0 ? '-' : '+'}${digits(Math.trunc(minutes / 60), 2)}${digits(minutes % 60, 2)}`;
}
