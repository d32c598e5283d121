import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { promisify } from 'node:util';
import { Fault, printable } from '../../contract/fault.ts';

/** Asks the system's resolver for every address of a name. Tests hand in their own. */
export type Resolve = (host: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;

const askSystem = promisify(systemLookup);
export const resolveBySystem: Resolve = (host) => askSystem(host, { all: true, verbatim: true });

/**
 * Addresses that are not the public internet: a callback to one would let a submitter reach into the network of the
 * service. IANA special-purpose registries for IPv4 (RFC 6890) and IPv6; the prefixes that carry an IPv4 address inside
 * (NAT64, 6to4, Teredo) are refused whole, IPv4-mapped ones are matched by the rules for IPv4.
 */
const SPECIAL: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

const special = blockList(SPECIAL);

/** True where a callback may go to that address: a public one, or one in a range that the operator allows. */
export function mayCall(address: string, allowed: readonly string[]): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(address) === 0) return false;
  return !special.check(address, family) || blockList(allowed.map(rangeOf)).check(address, family);
}

/**
 * Refuses a callback address that names or resolves to a place of the own network. The name may resolve otherwise
 * later, so the connection itself looks again: see {@link guardedLookup}.
 * @throws Fault `callback-refused`
 */
export async function checkCallback(
  url: string,
  allowed: readonly string[],
  resolve: Resolve = resolveBySystem,
): Promise<void> {
  const { hostname, username, password } = new URL(url);
  if (username !== '' || password !== '') {
    throw new Fault('callback-refused', 'the address holds a user name or a password');
  }
  const host = bare(hostname);
  for (const address of await addressesOf(host, resolve)) refuseSpecial(host, address, allowed);
}

/** A `lookup` for a connection: it gives only addresses that may be called, so no later answer can be another one. */
export function guardedLookup(allowed: readonly string[], resolve: Resolve = resolveBySystem): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (found) => {
        const wanted = found.filter((one) => !options.family || one.family === familyOf(options.family));
        const refused = wanted.find((one) => !mayCall(one.address, allowed));
        const [first] = wanted;
        if (refused !== undefined) callback(privateAddress(hostname, refused.address), '', 0);
        else if (first === undefined) callback(new Fault('callback-refused', 'the name has no address'), '', 0);
        else if (options.all) callback(null, [...wanted]);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(error as NodeJS.ErrnoException, '', 0),
    );
  };
}

/** Host names that are addresses never reach a `lookup`: they are checked where the connection is made. */
export function refuseLiteral(url: URL, allowed: readonly string[]): void {
  const host = bare(url.hostname);
  if (isIP(host) !== 0) refuseSpecial(host, host, allowed);
}

function refuseSpecial(host: string, address: string, allowed: readonly string[]): void {
  if (!mayCall(address, allowed)) throw privateAddress(host, address);
}

function privateAddress(host: string, address: string): Fault {
  const detail = `${printable(host)} is ${address}, which is not a public address; SLEEPTALK_WEBHOOK_ALLOW can allow it`;
  return new Fault('callback-refused', detail);
}

async function addressesOf(host: string, resolve: Resolve): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  try {
    const found = await resolve(host);
    if (found.length > 0) return found.map((one) => one.address);
  } catch (error) {
    throw new Fault('callback-refused', `${printable(host)} cannot be resolved`, { cause: error });
  }
  throw new Fault('callback-refused', `${printable(host)} has no address`);
}

function bare(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

function familyOf(family: number | 'IPv4' | 'IPv6'): number {
  return family === 'IPv4' ? 4 : family === 'IPv6' ? 6 : family;
}

function rangeOf(range: string): readonly [string, number] {
  const [address = '', bits] = range.split('/');
  const most = isIP(address) === 6 ? 128 : 32;
  const prefix = bits === undefined ? most : Number(bits);
  if (isIP(address) === 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > most) {
    throw new Fault('config-invalid', `SLEEPTALK_WEBHOOK_ALLOW: ${printable(range)} is no address range`);
  }
  return [address, prefix];
}

function blockList(ranges: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of ranges) list.addSubnet(address, prefix, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return list;
}
