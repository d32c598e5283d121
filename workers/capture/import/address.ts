import { isIP, isIPv6 } from 'node:net';
import { Fault, printable } from '../../../orchestrator/contract/fault.ts';

/** Enough for any address with the name of its interface, which nothing else bounds. */
const LONGEST_ADDRESS = 64;

/** True for an IPv4 or IPv6 address, of any length that one has. */
export function isAddress(text: string): boolean {
  return text.length <= LONGEST_ADDRESS && isIP(text) !== 0;
}

/**
 * The address of a device as logs and packet readers write it (RFC 5952), however a person has written it.
 *
 * @throws Fault `usage` where it is none.
 */
export function deviceAddress(host: string): string {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (!isAddress(bare)) throw new Fault('usage', `--host ${printable(host, 60)}: an address was expected.`);
  return isIPv6(bare) && !bare.includes('%') ? new URL(`http://[${bare}]/`).hostname.slice(1, -1) : bare;
}
