import { inBlock4, ipv4Number, ipv4Text, type Block4 } from './address.ts';

export type Family = 4 | 6;
export type Transport = 'tcp' | 'udp' | 'icmp' | 'icmpv6';

export type Match =
  | { readonly kind: 'owner'; readonly from: number; readonly to: number; readonly not: boolean }
  | {
      readonly kind: 'port';
      readonly transport: 'tcp' | 'udp';
      readonly side: 'dport' | 'sport';
      readonly from: number;
      readonly to: number;
      readonly not: boolean;
    }
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'state'; readonly option: 'state' | 'ctstate'; readonly states: readonly string[] };

export type Target =
  | { readonly kind: 'ACCEPT' | 'DROP' | 'RETURN' }
  | { readonly kind: 'REJECT'; readonly how: string }
  | { readonly kind: 'DNAT'; readonly address: string; readonly port: number | null }
  | { readonly kind: 'REDIRECT'; readonly port: number }
  | { readonly kind: 'LOG'; readonly prefix: string }
  | { readonly kind: 'chain'; readonly name: string };

/** What a rule says, without its counters. */
export interface RuleSpec {
  readonly protocol: Transport | null;
  readonly protocolNot: boolean;
  /** For IPv6 only the text is kept: no IPv6 packet ever leaves this handset. */
  readonly destination: Block4 | string | null;
  readonly destinationNot: boolean;
  readonly source: Block4 | string | null;
  readonly sourceNot: boolean;
  readonly outInterface: string | null;
  readonly inInterface: string | null;
  readonly matches: readonly Match[];
  readonly target: Target | null;
}

/** The first packet of a connection, or a datagram, on its way out. */
export interface Packet {
  readonly uid: number;
  readonly transport: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
  readonly bytes: number;
}

export const sourceAddress = (destination: string): string =>
  destination.startsWith('127.') ? '127.0.0.1' : '10.0.2.16';
const interfaceOf = (destination: string): string => (destination.startsWith('127.') ? 'lo' : 'wlan0');

export function matchesPacket(spec: RuleSpec, packet: Packet): boolean {
  if (spec.protocol !== null && (spec.protocol === packet.transport) === spec.protocolNot) return false;
  if (!matchesAddress(spec.destination, spec.destinationNot, packet.address)) return false;
  if (!matchesAddress(spec.source, spec.sourceNot, sourceAddress(packet.address))) return false;
  if (spec.inInterface !== null) return false;
  if (spec.outInterface !== null && !matchesInterface(spec.outInterface, interfaceOf(packet.address))) return false;
  return spec.matches.every((match) => matchesExtension(match, packet));
}

function matchesInterface(pattern: string, name: string): boolean {
  return pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

function matchesAddress(block: Block4 | string | null, not: boolean, address: string): boolean {
  if (block === null) return true;
  const value = ipv4Number(address);
  const inside = typeof block === 'string' ? block === address : value !== null && inBlock4(value, block);
  return inside !== not;
}

function matchesExtension(match: Match, packet: Packet): boolean {
  switch (match.kind) {
    case 'owner':
      return (packet.uid >= match.from && packet.uid <= match.to) !== match.not;
    case 'port': {
      if (packet.transport !== match.transport) return false;
      if (match.side === 'sport') return match.not;
      return (packet.port >= match.from && packet.port <= match.to) !== match.not;
    }
    case 'comment':
      return true;
    case 'state':
      return match.states.includes('NEW');
  }
}

const range = (from: number, to: number, between: string): string =>
  from === to ? `${from}` : `${from}${between}${to}`;
const bang = (not: boolean): string => (not ? '! ' : '');
export const quoted = (text: string): string =>
  /^[\w.:@/+-]+$/.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;

export function blockText(block: Block4 | string): string {
  return typeof block === 'string'
    ? block.includes('/')
      ? block
      : `${block}/128`
    : `${ipv4Text(block.base)}/${block.bits}`;
}

/** The rule as `iptables -S` prints it after its chain; equal texts are equal rules. */
export function ruleText(spec: RuleSpec): string {
  const parts: string[] = [];
  if (spec.source !== null) parts.push(`${bang(spec.sourceNot)}-s ${blockText(spec.source)}`);
  if (spec.destination !== null) parts.push(`${bang(spec.destinationNot)}-d ${blockText(spec.destination)}`);
  if (spec.inInterface !== null) parts.push(`-i ${spec.inInterface}`);
  if (spec.outInterface !== null) parts.push(`-o ${spec.outInterface}`);
  if (spec.protocol !== null) parts.push(`${bang(spec.protocolNot)}-p ${protocolText(spec.protocol)}`);
  for (const match of spec.matches) parts.push(matchText(match));
  if (spec.target !== null) parts.push(targetText(spec.target));
  return parts.join(' ');
}

const protocolText = (protocol: Transport): string => (protocol === 'icmpv6' ? 'ipv6-icmp' : protocol);

function matchText(match: Match): string {
  switch (match.kind) {
    case 'owner':
      return `-m owner ${bang(match.not)}--uid-owner ${range(match.from, match.to, '-')}`;
    case 'port':
      return `-m ${match.transport} ${bang(match.not)}--${match.side} ${range(match.from, match.to, ':')}`;
    case 'comment':
      return `-m comment --comment ${quoted(match.text)}`;
    case 'state':
      return `-m ${match.option === 'state' ? 'state' : 'conntrack'} --${match.option} ${match.states.join(',')}`;
  }
}

function targetText(target: Target): string {
  switch (target.kind) {
    case 'REJECT':
      return `-j REJECT --reject-with ${target.how}`;
    case 'DNAT':
      return `-j DNAT --to-destination ${target.address}${target.port === null ? '' : `:${target.port}`}`;
    case 'REDIRECT':
      return `-j REDIRECT --to-ports ${target.port}`;
    case 'LOG':
      return target.prefix === '' ? '-j LOG' : `-j LOG --log-prefix ${quoted(target.prefix)}`;
    case 'chain':
      return `-j ${target.name}`;
    case 'ACCEPT':
    case 'DROP':
    case 'RETURN':
      return `-j ${target.kind}`;
  }
}
