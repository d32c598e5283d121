import { isIP, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { printable } from '../../orchestrator/contract/fault.ts';

/**
 * A host name from the wire in the one form that is kept: lower case, ASCII, no trailing dot, or an address without
 * brackets. Null for what is no host name; {@link shownHost} says how such text is recorded.
 */
export function tidyHost(text: string): string | null {
  if (text.length === 0 || text.length > 1024) return null;
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  if (isIP(bare)) return bare.toLowerCase();
  const lower = bare.toLowerCase().replace(/\.$/, '');
  // Only names outside ASCII go through IDNA: the URL host parser would also turn `2130706433` into an address.
  const ascii = /^[\u0000-\u007f]*$/.test(lower) ? lower : domainToASCII(lower);
  if (ascii.length === 0 || ascii.length > 253) return null;
  return ascii.split('.').every(isLabel) ? ascii : null;
}

/** LDH labels, and the underscore that real names use. */
function isLabel(label: string): boolean {
  return label.length <= 63 && /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/.test(label);
}

/** How text that is no host name stands in a record: escaped and bounded, and never mistaken for a name. */
export function shownHost(text: string): string {
  return `(invalid) ${printable(text, 100)}`;
}

export interface HostAndPort {
  readonly host: string;
  readonly port: number | null;
}

/** `host`, `host:port`, `[v6]:port` (RFC 3986, 3.2). Null where either part is not valid. */
export function readAuthority(text: string): HostAndPort | null {
  const match = /^(\[[0-9a-fA-F:.]{2,45}\]|[^\s:@/\\?#[\]]{1,1024})(?::([0-9]{1,5}))?$/.exec(text);
  const host = match?.[1] === undefined ? null : tidyHost(match[1]);
  if (host === null) return null;
  if (match?.[2] === undefined) return { host, port: null };
  const port = Number(match[2]);
  return port >= 1 && port <= 65535 ? { host, port } : null;
}

/** `host:port` with brackets where they are needed. */
export function writeAuthority(host: string, port: number): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The 4 or 16 bytes of an address that `net.isIP` accepts. */
export function addressBytes(address: string): Buffer {
  if (!isIPv6(address)) return Buffer.from(address.split('.').map(Number));
  const withoutZone = address.split('%')[0] ?? address;
  const v4 = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(withoutZone);
  const plain = v4
    ? `${v4[1]}${((Number(v4[2]) << 8) | Number(v4[3])).toString(16)}:${((Number(v4[4]) << 8) | Number(v4[5])).toString(16)}`
    : withoutZone;
  const [head = '', tail] = plain.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = tail === undefined ? [] : new Array<string>(8 - front.length - back.length).fill('0');
  const bytes = Buffer.alloc(16);
  [...front, ...middle, ...back].forEach((group, index) => bytes.writeUInt16BE(parseInt(group, 16), index * 2));
  return bytes;
}
