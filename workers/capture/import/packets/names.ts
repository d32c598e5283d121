import { readName } from '../../dns-message.ts';
import { tidyHost } from '../../host.ts';
import { addressText } from './address.ts';
import { i32, u16 } from './bytes.ts';

/** Which name the answers of the capture gave an address for. */
export interface Names {
  /** Takes one DNS message; anything but a good answer is passed over. */
  learn(message: Buffer): void;
  of(address: string): string | null;
  readonly size: number;
}

const HEADER_BYTES = 12;
const TYPE_A = 1;
const TYPE_AAAA = 28;
const MOST_NAMES = 65_536;
const MOST_ANSWERS = 256;

/** The latest answer for an address holds: addresses are shared and given to others. */
export function createNames(): Names {
  const names = new Map<string, string>();
  const keep = (address: string, name: string): void => {
    names.delete(address);
    names.set(address, name);
    if (names.size <= MOST_NAMES) return;
    const [oldest] = names.keys();
    if (oldest !== undefined) names.delete(oldest);
  };
  return {
    learn(message) {
      const name = askedName(message);
      if (name === null) return;
      for (const address of addressesIn(message, name.end)) keep(address, name.host);
    },
    of: (address) => names.get(address) ?? null,
    get size() {
      return names.size;
    },
  };
}

/** The name of the one question of a response without an error (RFC 1035, 4.1). */
function askedName(message: Buffer): { readonly host: string; readonly end: number } | null {
  if (message.length < HEADER_BYTES) return null;
  const isAnswer = (u16(message, 2) & 0xf80f) === 0x8000;
  if (!isAnswer || u16(message, 4) !== 1 || u16(message, 6) === 0) return null;
  const name = readName(message, HEADER_BYTES);
  const host = name === null ? null : tidyHost(name.text);
  return name && host !== null && host !== '' ? { host, end: name.end + 4 } : null;
}

/** A name that is an alias has the addresses of what it stands for: all records of the answer count. */
function* addressesIn(message: Buffer, from: number): Generator<string> {
  const answers = Math.min(u16(message, 6), MOST_ANSWERS);
  let at = from;
  for (let i = 0; i < answers; i++) {
    const owner = readName(message, at);
    if (!owner || owner.end + 10 > message.length) return;
    const type = u16(message, owner.end);
    const data = owner.end + 10;
    const length = u16(message, owner.end + 8);
    at = data + length;
    if (at > message.length) return;
    if (type === TYPE_A && length === 4) {
      yield addressText({ version: 4, w0: i32(message, data), w1: 0, w2: 0, w3: 0 });
    } else if (type === TYPE_AAAA && length === 16) {
      const [w0, w1, w2, w3] = [0, 4, 8, 12].map((offset) => i32(message, data + offset)) as [
        number,
        number,
        number,
        number,
      ];
      yield addressText({ version: 6, w0, w1, w2, w3 });
    }
  }
}
