import { isIP, isIPv6 } from 'node:net';
import { Fault, printable } from '../../../orchestrator/contract/fault.ts';

/**
 * The address of a device as logs and packet readers write it (RFC 5952), however a person has written it.
 *
 * @throws Fault `usage` where it is none.
 */
export function deviceAddress(host: string): string {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare) === 0) throw new Fault('usage', `--host ${printable(host, 60)}: an address was expected.`);
  return isIPv6(bare) && !bare.includes('%') ? new URL(`http://[${bare}]/`).hostname.slice(1, -1) : bare;
}
