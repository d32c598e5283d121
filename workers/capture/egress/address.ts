import { BlockList, isIP } from 'node:net';
import { Fault } from '../../../orchestrator/contract/fault.ts';
import { addressBytes } from '../host.ts';

/** Ranges that are not the public internet: IANA special-purpose registries (RFC 6890), multicast, reserved. */
const REFUSED: readonly string[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '::1/128',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];

/** Decides whether a live run may dial an address. Throws Fault 'usage' for a range that is not CIDR. */
export function createAddressRule(allow: readonly string[]): (address: string) => boolean {
  const refused = ranges(REFUSED);
  const allowed = ranges(allow);
  return (address) => {
    const plain = withoutMapping(address);
    const family = isIP(plain) === 6 ? 'ipv6' : 'ipv4';
    return isIP(plain) !== 0 && (allowed.check(plain, family) || !refused.check(plain, family));
  };
}

/** An IPv4 address in IPv6 clothes (::ffff:a.b.c.d, 64:ff9b::a.b.c.d) is judged as what it leads to. */
function withoutMapping(address: string): string {
  if (isIP(address) !== 6) return address;
  const hex = addressBytes(address).toString('hex');
  const mapped = hex.startsWith('00000000000000000000ffff') || hex.startsWith('0064ff9b0000000000000000');
  const compatible = hex.startsWith('000000000000000000000000') && !/^0{31}[01]$/.test(hex);
  return mapped || compatible ? Array.from(Buffer.from(hex.slice(24), 'hex')).join('.') : address;
}

function ranges(list: readonly string[]): BlockList {
  const block = new BlockList();
  for (const range of list) {
    const [address = '', prefix = '', ...more] = range.split('/');
    const family = isIP(address);
    const bits = Number(prefix);
    if (family === 0 || more.length > 0 || !/^\d{1,3}$/.test(prefix) || bits > (family === 6 ? 128 : 32)) {
      throw new Fault(
        'usage',
        `not an address range in CIDR form such as 10.0.0.0/8: ${JSON.stringify(range.slice(0, 60))}`,
      );
    }
    block.addSubnet(address, bits, family === 6 ? 'ipv6' : 'ipv4');
  }
  return block;
}
