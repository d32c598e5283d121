import type { Dex } from './dex.ts';
import { isHostName, isUrlHost } from './host-names.ts';

/** Hosts found so far, and whether one of them stood in a URL. */
export type FoundHosts = Map<string, { inUrl: boolean }>;

const MOST_HOSTS = 500;
const MOST_HOST_BYTES = 253;
const LEAST_HOST_BYTES = 4;
const MARK = Buffer.from('://', 'latin1');
const DOT = 0x2e;

/**
 * Hosts behind `://` anywhere in the bytes: strings of code, text, data. An address of a namespace counts as well; that
 * nobody connects to it only a run can tell.
 */
export function hostsInUrls(bytes: Buffer, found: FoundHosts): void {
  for (let at = bytes.indexOf(MARK); at >= 0; at = bytes.indexOf(MARK, at + 3)) {
    if (found.size >= MOST_HOSTS) return;
    if (!isLetter(bytes[at - 1])) continue;
    let end = at + 3;
    while (end < bytes.length && end - at <= MOST_HOST_BYTES + 3 && isHostByte(bytes[end])) end += 1;
    const host = bytes
      .toString('latin1', at + 3, end)
      .toLowerCase()
      .replace(/\.+$/, '');
    if (host.length >= LEAST_HOST_BYTES && isUrlHost(host)) found.set(host, { inUrl: true });
  }
}

/** Strings of a dex file that are host names and nothing else. */
export function hostsInStrings(dex: Dex, found: FoundHosts): void {
  const { bytes } = dex;
  for (const start of dex.stringOffsets()) {
    if (found.size >= MOST_HOSTS) return;
    let at = start;
    let dots = 0;
    while (at - start <= MOST_HOST_BYTES && isLowerHostByte(bytes[at])) {
      if (bytes[at] === DOT) dots += 1;
      at += 1;
    }
    if (dots === 0 || bytes[at] !== 0 || at - start < LEAST_HOST_BYTES) continue;
    const host = bytes.toString('latin1', start, at);
    if (!found.has(host) && isHostName(host)) found.set(host, { inUrl: false });
  }
}

function isLetter(byte: number | undefined): boolean {
  return byte !== undefined && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
}

function isLowerHostByte(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === DOT || byte === 0x2d;
}

function isHostByte(byte: number | undefined): boolean {
  return isLowerHostByte(byte) || isLetter(byte) || byte === 0x5f;
}
