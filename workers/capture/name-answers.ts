import { createHash } from 'node:crypto';
import { Resolver } from 'node:dns/promises';
import { RCODE, type Rcode } from './dns-message.ts';
import { tidyHost } from './host.ts';

/** Where addresses for names come from, and back. */
export interface NameAnswers {
  /** Never rejects: a look-up that fails is an answer too. */
  addressesOf(name: string): AddressAnswer | Promise<AddressAnswer>;
  /** The name that an IPv4 address was given out for; null where there is none. */
  nameOf(address: string): string | null;
  /** Gives up what is still being looked up. */
  close(): void;
}

export interface AddressAnswer {
  readonly rcode: Rcode;
  /** IPv4. */
  readonly addresses: readonly string[];
  readonly ttlSeconds: number;
}

const TTL_SECONDS = 60;
/** 198.18.0.0/15 is set aside for benchmarks (RFC 2544): nothing on the internet has such an address. */
const KEPT_BASE = 0xc6120000;
const SHARED_BASE = 0xc6130000;
/** Host numbers of a /16 without the first and the last, which some stacks take for the network and broadcast. */
const HALF_SIZE = 0x10000 - 2;
const MOST_NAMES = 20_000;

/**
 * The answers of a sealed run: every name exists, and has an address of its own in 198.18.0.0/16 that its hash
 * chooses, the same in every run unless two hashes meet. Names above the bound share 198.19.0.0/16 and are not kept.
 */
export function createSealedAnswers(mostNames = MOST_NAMES): NameAnswers {
  const byName = new Map<string, number>();
  const byAddress = new Map<number, string>();
  const addressOf = (name: string): number => {
    const known = byName.get(name);
    if (known !== undefined) return known;
    let offset = createHash('sha256').update(name).digest().readUInt32BE() % HALF_SIZE;
    if (byName.size >= Math.min(mostNames, HALF_SIZE)) return SHARED_BASE + 1 + offset;
    while (byAddress.has(KEPT_BASE + 1 + offset)) offset = (offset + 1) % HALF_SIZE;
    const address = KEPT_BASE + 1 + offset;
    byName.set(name, address);
    byAddress.set(address, name);
    return address;
  };
  return {
    addressesOf: (name) => ({ rcode: RCODE.ok, addresses: [addressText(addressOf(name))], ttlSeconds: TTL_SECONDS }),
    nameOf: (address) => byAddress.get(addressNumber(address)) ?? null,
    close: () => undefined,
  };
}

/** For tests: a look-up of A records as `node:dns` makes it. */
export interface HostResolver {
  resolve4(name: string, options: { ttl: true }): Promise<readonly { address: string; ttl: number }[]>;
  cancel(): void;
}

/** The answers of a live run: those of the host's own resolver, with their time to live. */
export function createLiveAnswers(
  resolver: HostResolver = new Resolver({ timeout: 3000, tries: 2 }),
  mostNames = MOST_NAMES,
): NameAnswers {
  const byAddress = new Map<string, string>();
  return {
    async addressesOf(name) {
      if (tidyHost(name) === null) return failure(RCODE.noSuchName);
      try {
        const found = await resolver.resolve4(name, { ttl: true });
        for (const { address } of found) {
          if (byAddress.has(address) || byAddress.size < mostNames) byAddress.set(address, name);
        }
        return {
          rcode: RCODE.ok,
          addresses: found.map(({ address }) => address),
          ttlSeconds: Math.min(...found.map(({ ttl }) => ttl), 86_400),
        };
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENODATA') return failure(RCODE.ok);
        return failure(code === 'ENOTFOUND' ? RCODE.noSuchName : RCODE.failed);
      }
    },
    nameOf: (address) => byAddress.get(address) ?? null,
    close: () => resolver.cancel(),
  };
}

const failure = (rcode: Rcode): AddressAnswer => ({ rcode, addresses: [], ttlSeconds: 0 });

const addressText = (value: number): string =>
  [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.');

/** Of four dotted decimal bytes; whatever else gives a number that no address has. */
const addressNumber = (text: string): number =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(text) ? text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) : -1;
