const DASH = '–';

/** 300 000 ms -> "300 s"; 1 800 000 -> "30 min"; 5 460 000 -> "1 h 31 min". null -> "–". */
export function duration(ms: number | null): string {
  if (ms === null) return DASH;
  const seconds = ms / 1000;
  if (seconds < 10) return `${trim(seconds, 1)} s`;
  if (seconds < 600) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** Minutes and seconds on a time axis or in a list of beats: 754 000 ms -> "12:34". */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const tail = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}

/** 412 -> "412 B"; 31 200 -> "31 kB". Decimal units (SI). */
export function size(bytes: number | null): string {
  if (bytes === null) return DASH;
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  if (bytes < 1_000_000) return `${trim(bytes / 1000, bytes < 10_000 ? 1 : 0)} kB`;
  return `${trim(bytes / 1_000_000, 1)} MB`;
}

/** 0.021 -> "2 %"; below one per cent one decimal. */
export function percent(share: number | null): string {
  if (share === null) return DASH;
  const value = share * 100;
  return `${value !== 0 && value < 1 ? trim(value, 1) : Math.round(value)} %`;
}

export function number(value: number | null, digits = 2): string {
  return value === null ? DASH : trim(value, digits);
}

/** The head and tail of a digest, enough to tell two apart at a glance; the whole stands in the title. */
export function shortDigest(digest: string): string {
  return digest.length > 12 ? `${digest.slice(0, 4)}…${digest.slice(-4)}` : digest;
}

export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : nouns}`;
}

function trim(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}
