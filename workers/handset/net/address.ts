import { createHash } from 'node:crypto';
import { isIP, isIPv4 } from 'node:net';

/** A failed network call, with the errno or EAI name that the app sees. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** An IPv4 address as an unsigned 32-bit number; null where the text is none. */
export function ipv4Number(text: string): number | null {
  if (!isIPv4(text)) return null;
  return text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function ipv4Text(value: number): string {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.');
}

/** Network and prefix length of an IPv4 destination in a rule. */
export interface Block4 {
  readonly base: number;
  readonly bits: number;
}

/** `192.0.2.0/24`, `192.0.2.1` or `0/0`; a netmask after the slash is taken too. Null where it is no address. */
export function parseBlock4(text: string): Block4 | null {
  const [host = '', mask] = text.split('/', 2);
  const padded = /^\d{1,3}(\.\d{1,3}){0,2}$/.test(host) ? `${host}${'.0'.repeat(4 - host.split('.').length)}` : host;
  const address = ipv4Number(padded);
  if (address === null) return null;
  const bits = mask === undefined ? 32 : maskBits(mask);
  if (bits === null) return null;
  return { base: bits === 0 ? 0 : (address & (0xffffffff << (32 - bits))) >>> 0, bits };
}

function maskBits(mask: string): number | null {
  if (/^\d{1,2}$/.test(mask)) return Number(mask) <= 32 ? Number(mask) : null;
  const value = ipv4Number(mask);
  if (value === null) return null;
  const ones = Math.clz32(~value >>> 0);
  return value === (ones === 0 ? 0 : (0xffffffff << (32 - ones)) >>> 0) ? ones : null;
}

export const inBlock4 = (address: number, block: Block4): boolean =>
  block.bits === 0 || (address & (0xffffffff << (32 - block.bits))) >>> 0 === block.base;

/** 198.18.0.0/15 is set aside for benchmarks (RFC 2544): nothing on the internet answers there. */
const SYNTHETIC_BASE = 0xc6120000;
const SYNTHETIC_SIZE = 0x20000 - 2;
const MOST_NAMES = 20_000;

/**
 * What the emulator's DNS proxy answers. There is no DNS server: each name gets an address of its own in 198.18.0.0/15, chosen by the
 * name's hash so that it is the same in every run, and kept so that an address always leads back to its name.
 */
export class Names {
  readonly #byName = new Map<string, number>();
  readonly #byAddress = new Map<number, string>();

  /** The address of a host name or literal. Throws NetworkError EAI_NONAME where the name is none. */
  resolve(host: string): string {
    if (isIP(host) !== 0) return host;
    const name = host.toLowerCase().replace(/\.$/, '');
    if (name === 'localhost' || name === 'ip6-localhost') return '127.0.0.1';
    const known = this.#byName.get(name);
    if (known !== undefined) return ipv4Text(known);
    if (!isHostName(name) || this.#byName.size >= MOST_NAMES) {
      throw new NetworkError(
        'EAI_NONAME',
        `Unable to resolve host "${host.slice(0, 253)}": No address associated with hostname`,
      );
    }
    let offset = createHash('sha256').update(name).digest().readUInt32BE() % SYNTHETIC_SIZE;
    while (this.#byAddress.has(SYNTHETIC_BASE + 1 + offset)) offset = (offset + 1) % SYNTHETIC_SIZE;
    const address = SYNTHETIC_BASE + 1 + offset;
    this.#byName.set(name, address);
    this.#byAddress.set(address, name);
    return ipv4Text(address);
  }

  /** The name that an address was given to, or null. */
  nameOf(address: string): string | null {
    return this.#byAddress.get(ipv4Number(address) ?? -1) ?? null;
  }
}

/** RFC 1123 labels, with the underscore that real resolvers let through. */
export function isHostName(name: string): boolean {
  return name.length <= 253 && name.split('.').every((label) => /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/.test(label));
}
