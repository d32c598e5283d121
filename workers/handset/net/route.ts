import { isIPv6 } from 'node:net';
import type { Packet, RuleSpec } from './rule.ts';
import type { RuleTables } from './tables.ts';

/** The emulator's alias of the host's loopback interface, and its own DNS proxy. */
export const HOST_ALIAS = '10.0.2.2';
export const EMULATOR_DNS = '10.0.2.3';
const DNS_PORT = 53;
const OWN_ADDRESSES: readonly string[] = ['127.0.0.1', '10.0.2.15', '10.0.2.16', '0.0.0.0'];

/** Where a packet ends up after the rules. */
export type Route =
  | { readonly kind: 'host'; readonly port: number }
  | { readonly kind: 'here'; readonly port: number }
  | { readonly kind: 'emulator-dns' }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'dropped' };

/** Sends the first packet of a connection, or a datagram, through the rules of its family, and counts it there. */
export function routePacket(tables4: RuleTables, tables6: RuleTables, packet: Packet): Route {
  if (isIPv6(packet.address)) {
    const refusal = refusalOf(tables6.walk('filter', 'OUTPUT', packet));
    return refusal ?? { kind: 'refused', code: 'ENETUNREACH' };
  }
  // The kernel looks up the route first: without a network there is nothing to filter. Then nat, then filter OUTPUT.
  tables4.walk('raw', 'OUTPUT', packet);
  tables4.walk('mangle', 'OUTPUT', packet);
  const translated = translate(packet, tables4.walk('nat', 'OUTPUT', packet));
  const refusal = refusalOf(tables4.walk('filter', 'OUTPUT', translated));
  if (refusal !== null) return refusal;
  const { address, port } = translated;
  if (address === HOST_ALIAS) return { kind: 'host', port };
  if (address === EMULATOR_DNS && port === DNS_PORT && packet.transport === 'udp') return { kind: 'emulator-dns' };
  if (OWN_ADDRESSES.includes(address) || address.startsWith('127.')) return { kind: 'here', port };
  return { kind: 'refused', code: 'ENETUNREACH' };
}

function translate(packet: Packet, target: RuleSpec['target']): Packet {
  if (target?.kind === 'DNAT') return { ...packet, address: target.address, port: target.port ?? packet.port };
  if (target?.kind === 'REDIRECT') return { ...packet, address: '127.0.0.1', port: target.port };
  return packet;
}

/** What a REJECT or DROP does to the caller (net/ipv4/icmp.c, icmp_err_convert). */
function refusalOf(target: RuleSpec['target']): Route | null {
  if (target?.kind === 'DROP') return { kind: 'dropped' };
  if (target?.kind !== 'REJECT') return null;
  if (/port|reset/.test(target.how)) return { kind: 'refused', code: 'ECONNREFUSED' };
  if (target.how.includes('net')) return { kind: 'refused', code: 'ENETUNREACH' };
  return { kind: 'refused', code: 'EHOSTUNREACH' };
}
